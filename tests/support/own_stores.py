"""Separate stores for each test process: a folder, and so a database and a broker in files, and a Redis database.

A plugin that pytest loads before the settings are read (`addopts` in pyproject.toml). So simultaneous runs, and the
processes of one run, share nothing. On PostgreSQL, pytest-django names a test database for each process.
"""

import os
import re
import shutil
import tempfile

import pytest


def process_number():
    """Return the number of this process among pytest-xdist's, from 1; 0 without them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(worker.removeprefix("gw")) + 1 if worker else 0


def own_redis(address, number):
    """Return the URL of the Redis database that comes `number` after the one in a URL."""
    database = re.search(r"/(\d+)$", address)
    first = int(database[1]) if database else 0
    return f"{re.sub(r'/[0-9]*$', '', address)}/{first + number}"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Point the environment at this process's stores, before pytest-django reads the settings."""
    folder = tempfile.mkdtemp(prefix="daily-papers-tests-")
    early_config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["VAR_DIR"] = folder
    # The tests must not use the settings of whoever runs them.
    os.environ["ENV_FILE"] = ""
    if address := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = own_redis(address, process_number())
    return (yield)
