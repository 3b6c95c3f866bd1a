"""The Celery application of a separate beat. The times of all tasks are in config/schedule.py.

    celery --app config.beat beat

It sends tasks by name, so it loads neither Django nor their code. A worker with `--beat` uses config.celery instead.
"""

import os

from celery import Celery

from config.schedule import SCHEDULE

# Its scheduler reads Django's settings to find out where to record the pulse.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# No fix-ups: Django's would load every application. Tasks are sent with the application of config.celery.
app = Celery("daily_papers", fixups=[], set_as_current=False)
app.config_from_object("config.settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
