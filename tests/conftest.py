"""What every test needs: folders of its own, and nothing left over from the test before."""

import pytest
from django.conf import settings as project
from django.core.cache import cache

from digest import likes, meaning
from digest.sending import board
from subscriptions import limits


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """The outbox and the journals of a test lie in its own folder."""
    settings.VAR_DIR = tmp_path
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture(autouse=True)
def nothing_left_over():
    """Caches and counters start empty."""
    cache.clear()
    board.board.cache_clear()
    meaning.memory.cache_clear()
    likes.forget()
    limits.limiter(project.RATE_LIMIT_STORAGE).storage.reset()
