"""Recording what a reader opens: only if they allowed it, and never on a GET request."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from digest.community import feedback, open_tracking, user_profiles
from digest.models import EditionPaper, Feedback, Profile
from subscriptions.link_lifetimes import OPENS_FOR, Purpose
from subscriptions.tokens import sign_token
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber
from tests.support.open_tracking import allow_open_tracking, has_forgotten, open_paper_page, recorded_feedback

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

Kind = Feedback.Kind


@pytest.fixture
def reader():
    return make_subscriber()


@pytest.fixture
def paper():
    paper = make_paper("Graph motifs")
    make_edition(paper)
    return paper


def test_an_opened_paper_is_recorded_once_and_learned_from(client, reader, paper):
    allow_open_tracking(client, reader)

    for _ in range(2):
        assert open_paper_page(client, paper).status_code == 204

    assert recorded_feedback() == [(reader.pk, paper.pk, Kind.OPENED)]
    ((key, weight),) = Profile.objects.get(subscriber=reader).opinions.tolist()
    assert (key, weight) == (paper.pk, pytest.approx(0.3))


def test_a_get_request_records_nothing(client, reader, paper):
    allow_open_tracking(client, reader)

    client.get(f"/papers/{paper.pk}")
    assert client.get(f"/opened/{paper.pk}").status_code == 405
    assert recorded_feedback() == []


@pytest.mark.parametrize("kind", [Kind.MORE, Kind.LESS, Kind.SAVED])
def test_an_open_never_replaces_feedback(client, reader, paper, kind):
    feedback.give_feedback(reader, paper.pk, kind, NOON)
    before = Profile.objects.get(subscriber=reader).opinions.tolist()
    allow_open_tracking(client, reader)

    open_paper_page(client, paper)

    assert sorted(kind for *_, kind in recorded_feedback()) == sorted([kind, Kind.OPENED])
    assert Profile.objects.get(subscriber=reader).opinions.tolist() == before


def test_opens_do_not_crowd_out_feedback(reader, monkeypatch):
    monkeypatch.setattr(user_profiles, "MOST_SAID", 2)
    monkeypatch.setattr(user_profiles, "MOST_OPENED", 2)
    liked = make_paper()
    feedback.give_feedback(reader, liked.pk, Kind.MORE, NOON - timedelta(days=1))
    reader.allow_opens(NOON)
    for _ in range(3):
        open_tracking.record_open(reader, make_paper().pk, NOON)

    weights = dict(Profile.objects.get(subscriber=reader).opinions.tolist())
    assert len(weights) == 3
    assert weights[liked.pk] > 0.9


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.UNSUBSCRIBE])
def test_a_token_for_another_purpose_is_not_a_valid_cookie(client, reader, paper, purpose):
    reader.allow_opens(NOON)
    client.cookies["opens"] = sign_token(purpose, f"{reader.public_id.hex}.{NOON.timestamp()}")

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


@pytest.mark.parametrize("value", ["", "1", "a.b:c:d", "x" * 4000])
def test_a_forged_cookie_records_nothing_and_is_deleted(client, reader, paper, value):
    reader.allow_opens(NOON)
    client.cookies["opens"] = value

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


def test_a_changed_cookie_records_nothing(client, reader, paper):
    allow_open_tracking(client, reader)
    other = make_subscriber(may_note_opens_since=NOON)
    own = client.cookies["opens"].value
    client.cookies["opens"] = own.replace(reader.public_id.hex, other.public_id.hex)

    assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


def test_a_cookie_is_valid_for_half_a_year(client, reader, paper):
    reader.allow_opens(NOON)
    client.cookies["opens"] = open_tracking.pass_of(reader)

    with time_machine.travel(NOON + OPENS_FOR + timedelta(days=1), tick=False):
        assert has_forgotten(open_paper_page(client, paper))
    assert recorded_feedback() == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_another_site_cannot_record_an_open_for_a_reader(reader, paper, headers):
    reader.allow_opens(NOON)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["opens"] = open_tracking.pass_of(reader)

    assert strict.post(f"/opened/{paper.pk}", headers=headers).status_code == 403
    assert recorded_feedback() == []
    assert strict.post(f"/opened/{paper.pk}", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    assert recorded_feedback() == [(reader.pk, paper.pk, Kind.OPENED)]


def test_an_open_of_a_hidden_paper_is_not_recorded(client, reader, paper):
    EditionPaper.objects.filter(paper=paper).update(placement=EditionPaper.Placement.HIDDEN)
    allow_open_tracking(client, reader)

    assert open_paper_page(client, paper).status_code == 404
    assert client.post(f"/opened/{10**15}").status_code == 404
    assert recorded_feedback() == []


def test_the_page_is_the_same_for_readers_who_allowed_it_and_stays_cached(client, reader, paper):
    before = client.get(f"/papers/{paper.pk}")
    allow_open_tracking(client, reader)

    after = client.get(f"/papers/{paper.pk}")

    assert (after.content, after["Cache-Control"]) == (before.content, "public, no-cache")
    assert client.get(f"/papers/{paper.pk}", headers={"If-None-Match": before["ETag"]}).status_code == 304
