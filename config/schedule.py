"""Beat's schedule: which task starts when. A lost or repeated start does no harm: the database says what is due."""

from typing import TypedDict

from celery.schedules import crontab
from kombu import Queue


class ScheduleEntry(TypedDict):
    """The name of a task, and when beat starts it, in UTC."""

    task: str
    schedule: crontab


SCHEDULE: dict[str, ScheduleEntry] = {
    "plan what is due": {"task": "digest.tasks.plan_due", "schedule": crontab()},
    "send what is queued": {"task": "digest.tasks.send_queued", "schedule": crontab()},
    "watch what comes back": {"task": "digest.tasks.watch_editions", "schedule": crontab()},
    "sweep editions": {"task": "digest.tasks.sweep_editions", "schedule": crontab()},
    "publish what is late": {"task": "digest.tasks.publish_late", "schedule": crontab(minute="*/5")},
    "count the sending": {"task": "digest.tasks.count_sending", "schedule": crontab()},
    "count all": {"task": "digest.tasks.count_all", "schedule": crontab(minute="*/10")},
    # This only looks for sources that are due: when each one is, digest.catalog.harvest_scheduler decides.
    "harvest the sources": {"task": "digest.tasks.gather_sources", "schedule": crontab(minute="*/10")},
    "write missing sentences": {"task": "digest.tasks.write_sentences", "schedule": crontab(minute="*/10")},
    "update profiles": {"task": "digest.tasks.learn_tastes", "schedule": crontab(minute=47)},
    "learn weights": {
        "task": "digest.tasks.learn_weights",
        "schedule": crontab(minute=52, hour=3, day_of_week=0),
    },
    "release what is stuck": {"task": "digest.tasks.release_stuck", "schedule": crontab(minute=17)},
    "work on rosters": {"task": "subscriptions.tasks.work_on_rosters", "schedule": crontab()},
    "send mails that wait": {"task": "subscriptions.tasks.send_waiting_mails", "schedule": crontab()},
    "forget the unconfirmed": {"task": "subscriptions.tasks.forget_unconfirmed", "schedule": crontab(minute=32)},
    "forget old rosters": {"task": "subscriptions.tasks.forget_rosters", "schedule": crontab(minute=37)},
    "fetch what was proposed": {"task": "digest.tasks.fetch_submissions", "schedule": crontab(minute="*/10")},
    "send saved papers to Zotero": {"task": "digest.tasks.push_libraries", "schedule": crontab(minute=27)},
    "forget unconfirmed members": {"task": "digest.tasks.forget_strangers", "schedule": crontab(minute=47)},
}

# A worker serves all queues unless told which ones: see docs/running.md.
QUEUES = [Queue(name) for name in ("celery", "planning", "sending", "gathering", "writing")]
ROUTES = {
    "digest.tasks.plan_due": {"queue": "planning"},
    "digest.tasks.send_queued": {"queue": "sending"},
    # It may wait for minutes between two requests to a source.
    "digest.tasks.gather_sources": {"queue": "gathering"},
    # A language model takes its time.
    "digest.tasks.write_sentences": {"queue": "writing"},
}
