"""Beat on its own: small, and with the whole schedule."""

import subprocess
import sys

from config.celery import app as worker
from config.schedule import SCHEDULE

LOADED = """
import sys
from config.beat import app
app.loader.init_worker()
app.finalize()
print(app.conf.broker_url, len(app.conf.beat_schedule))
print(*sorted({"django.contrib.admin", "digest.models", "numpy", "unfold"} & set(sys.modules)))
"""


def test_beat_loads_neither_the_site_nor_the_models(settings):
    printed = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout

    first, loaded = printed.split("\n")[:2]
    assert first == f"{settings.CELERY_BROKER_URL} {len(SCHEDULE)}"
    assert loaded == ""


def test_a_worker_with_embedded_beat_has_the_same_schedule():
    assert worker.conf.beat_schedule == SCHEDULE
