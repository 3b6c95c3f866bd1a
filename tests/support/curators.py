"""Curators of a published edition, with SECOND_LOOK. A plugin for the tests that name it."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic, on_arxiv


@pytest.fixture
def second_look_enabled(settings, monkeypatch):
    settings.SECOND_LOOK = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr("digest.tasks.watch_editions.delay", lambda: None)
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def make_curator(django_user_model):
    def make(name, role="Curator"):
        person = django_user_model.objects.create_user(name, email=f"{name}@example.org", is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(person)
        return client

    return make


@pytest.fixture
def curator(make_curator):
    return make_curator("ada")


@pytest.fixture
def second_curator(make_curator):
    return make_curator("grace")


@pytest.fixture
def topic():
    return make_topic()


@pytest.fixture
def edition(topic):
    papers = [on_arxiv(make_paper(title, about=topic), f"2508.0000{n}") for n, title in enumerate(["One", "Two"])]
    return make_edition(*papers, subject="The usual")


@pytest.fixture
def delivery(edition, topic):
    return make_delivery(make_subscriber("reader@example.org", follows=[topic]), edition)
