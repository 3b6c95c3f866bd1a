"""The Celery application and the whole beat schedule.

A message is a doorbell: it may ring twice or never, the database says what there is to do.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("daily_papers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "plan what is due": {"task": "digest.tasks.plan_due", "schedule": crontab()},
    "send what is queued": {"task": "digest.tasks.send_queued", "schedule": crontab()},
    "watch what comes back": {"task": "digest.tasks.watch_editions", "schedule": crontab()},
    "sweep editions": {"task": "digest.tasks.sweep_editions", "schedule": crontab()},
    "publish what is late": {"task": "digest.tasks.publish_late", "schedule": crontab(minute="*/5")},
    "count the sending": {"task": "digest.tasks.count_sending", "schedule": crontab()},
    "count all": {"task": "digest.tasks.count_all", "schedule": crontab(minute="*/10")},
    # Each source has hours of its own: see digest.gathering.
    "gather from the sources": {"task": "digest.tasks.gather_sources", "schedule": crontab(minute="*/10")},
    "learn tastes": {"task": "digest.tasks.learn_tastes", "schedule": crontab(minute=47)},
    "release what is stuck": {"task": "digest.tasks.release_stuck", "schedule": crontab(minute=17)},
    "work on rosters": {"task": "subscriptions.tasks.work_on_rosters", "schedule": crontab()},
    "forget the unconfirmed": {"task": "subscriptions.tasks.forget_unconfirmed", "schedule": crontab(minute=32)},
    "fetch what was proposed": {"task": "digest.tasks.fetch_submissions", "schedule": crontab(minute="*/10")},
    "forget the strangers": {"task": "digest.tasks.forget_strangers", "schedule": crontab(minute=47)},
}
