"""Requesting mail as a browser does, with a list in place of the broker. A plugin for the tests that name it."""

import pytest

from subscriptions import limits, tasks


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Count requests from zero in each test."""
    limits.limiter.cache_clear()


@pytest.fixture
def queued(monkeypatch):
    """The mails that were queued, in place of a broker."""
    calls = []
    monkeypatch.setattr(tasks.send_mail, "delay", lambda *args: calls.append(args))
    return calls


@pytest.fixture
def sign_up(client, queued, django_capture_on_commit_callbacks):
    """Send the banner's form as a browser does."""

    def post(email="ada@example.org", address="/subscribe", headers=None, **fields):
        fields = {"email": email, "time_zone": "UTC", "local_time": "07:00", "frequency": "daily", **fields}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, fields, headers=headers)

    return post
