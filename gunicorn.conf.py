"""What gunicorn does besides serving; it reads this file by itself, from the folder it is started in."""

import gc
import os
from typing import Any


def on_starting(_server: Any) -> None:
    """Let the request times of an earlier start go: the processes that counted them are gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings  # noqa: PLC0415 - the line above is needed first

    from config.metrics_folder import forget_earlier_processes  # noqa: PLC0415

    forget_earlier_processes(settings.METRICS_DIR)


def pre_fork(_server: Any, _worker: Any) -> None:
    """Keep the collector off what was loaded before: it would write to each page that the workers share."""
    gc.collect()
    gc.freeze()
