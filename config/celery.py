"""The Celery application of the web server and the workers.

A message is a doorbell: it may come twice or never; the database says what there is to do.
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_before_create_process

from config import log_context
from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("daily_papers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = SCHEDULE


@task_prerun.connect
def _name_task(task_id: str, task: Any, **_: Any) -> None:
    """Add the task's name and ID to everything it logs."""
    log_context.set_log_context(task=task.name, task_id=task_id)


@task_postrun.connect
def _forget_task(**_: Any) -> None:
    log_context.set_log_context(task=None, task_id=None)


@worker_before_create_process.connect
def _freeze(**_: Any) -> None:
    """Exclude what is already loaded from garbage collection, which would copy the memory pages that children share."""
    gc.collect()
    gc.freeze()
