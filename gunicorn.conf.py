"""What gunicorn does besides serving; it reads this file automatically, from the folder it is started in."""

import gc
import os
from typing import Any


def on_starting(_server: Any) -> None:
    """Delete the request times of an earlier start: the processes that counted them are gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings  # noqa: PLC0415 - the line above is needed first

    from config.metrics_folder import forget_earlier_processes  # noqa: PLC0415

    forget_earlier_processes(settings.METRICS_DIR)


def pre_fork(server: Any, _worker: Any) -> None:
    """Load what the search needs once, if all workers share it; keep the garbage collector off what was loaded.

    The collector would write to each page of memory that the workers share.
    """
    if server.cfg.preload_app:
        from digest.catalog.embedding import preload  # noqa: PLC0415 - the applications must be ready

        preload()
    gc.collect()
    gc.freeze()
