"""The beat of config.beat, every two seconds, so that what takes minutes can be seen in seconds.

celery --app tests.support.fast_beat beat
"""

from datetime import timedelta

from config.beat import app

OFTEN = timedelta(seconds=2)
app.conf.beat_schedule = {name: {**entry, "schedule": OFTEN} for name, entry in app.conf.beat_schedule.items()}
