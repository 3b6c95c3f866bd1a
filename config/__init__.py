"""The project's settings, URLs and Celery application."""

import os

# Before anything loads NumPy: there is a process for each core, and a second thread of OpenBLAS would only take another
# process's core. Between two short calculations it waits busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from config.celery import app as celery_app

__all__ = ["celery_app"]
