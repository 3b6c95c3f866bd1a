"""Readers with passkeys. A plugin for the tests that name it."""

import pytest

from subscriptions.limits import limiter
from tests.support.authenticator import Authenticator
from tests.support.factories import make_member
from tests.support.passkey_requests import ADDRESS, add, sign_out

pytest_plugins = ["tests.support.member_browser"]


@pytest.fixture(autouse=True)
def _fresh_limits():
    limiter.cache_clear()


@pytest.fixture
def ada(sign_in):
    """A member who is signed in."""
    return sign_in(make_member(ADDRESS))


@pytest.fixture
def device():
    return Authenticator()


@pytest.fixture
def away(client, ada, device):
    """Ada, who has a passkey and is signed out."""
    add(client, device)
    sign_out(client)
    return ada
