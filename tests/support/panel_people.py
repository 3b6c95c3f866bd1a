"""People in the panel who may fail three times. A plugin for the tests that name it."""

import pytest
import time_machine
from django_otp.plugins.otp_totp.models import TOTPDevice

from digest import tasks
from tests.support.factories import NOON
from tests.support.failing_sign_ins import PASSWORD


@pytest.fixture
def three_tries(settings, monkeypatch):
    settings.SIGN_IN_TRIES = "3 per 15 minutes"
    settings.SECOND_FACTOR = False
    monkeypatch.setattr(tasks.warn_of_failed_sign_ins, "delay", lambda *_: None)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def make_person(django_user_model):
    def make(name="ada", **fields):
        fields = {"is_staff": True, "email": f"{name}@example.org", **fields}
        return django_user_model.objects.create_user(name, password=PASSWORD, **fields)

    return make


@pytest.fixture
def ada(make_person):
    return make_person()


@pytest.fixture
def strict(settings, ada):
    settings.SECOND_FACTOR = True
    TOTPDevice.objects.create(user=ada, name="app")
