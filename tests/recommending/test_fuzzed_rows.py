"""Whatever is written to one row, bypassing the forms, the others get their digests. See test_bad_rows.py."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core import mail
from django.db.models import JSONField, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.models import Delivery, Edition, Feedback, Paper, Profile
from digest.sending import worker
from subscriptions.models import AuthorFollow, Breadth, Rule, Subscriber
from tests.support.factories import NOON, make_delivery, make_subscriber
from tests.support.one_day import make_world, plan_and_send, recipients

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


FINAL = {"sent", "failed", "skipped", "kept", "cancelled"}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
ZONES = st.sampled_from(
    ["", " ", "US/Pacific-New", "Asia/Hanoi", "localtime", "Factory", "posix/UTC", "right/UTC", "America", "../x", "/"]
)
FIRST, LAST = (
    moment.replace(tzinfo=None) for moment in (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
)
MOMENTS = st.none() | st.datetimes(FIRST, LAST, timezones=st.just(UTC))
# The constraints of the database allow nothing else there.
SUBSCRIBER = {
    "time_zone": ZONES | TEXT,
    "frequency": st.sampled_from(["", "hourly", "Daily"]) | TEXT.map(lambda text: text[:16]),
    "channel": TEXT.map(lambda text: text[:8]),
    "breadth": st.sampled_from([Breadth.EVERYTHING, "all", ""]),
    "local_time": st.times(),
    "weekday": st.integers(0, 6),
    "chosen_days": st.integers(1, 127),
    "month_day": st.integers(1, 31),
    "max_papers": st.integers(1, 30),
    "max_more": st.integers(1, 30),
    "least_match": st.integers(0, 100),
    "reading_minutes": st.none() | st.integers(1, 120),
    "seen_until": MOMENTS,
    "more_seen_until": MOMENTS,
    "next_digest_at": st.datetimes(FIRST, NOON.replace(tzinfo=None), timezones=st.just(UTC)),
    "email": TEXT | st.sampled_from(["a b@c", "x@y\r\nBcc: z@example.org", "ä@example.org"]),
    "confirmed_at": MOMENTS,
    "paused_until": st.none() | st.dates(),
    "may_note_opens_since": MOMENTS,
}
ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


def start_over(readers):
    """Undo what one example did."""
    mail.outbox.clear()
    Delivery.objects.all().delete()
    pks = [reader.pk for reader in readers]
    Subscriber.objects.exclude(pk__in=pks).delete()
    Subscriber.objects.filter(pk__in=pks).update(next_digest_at=NOON, seen_until=None, more_seen_until=None)


fuzzed = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@fuzzed
@given(values=st.fixed_dictionaries({}, optional=SUBSCRIBER), raw=st.binary(max_size=40), phrase=TEXT, name=TEXT)
def test_whatever_one_subscribers_rows_contain_the_others_get_their_digests(world, values, raw, phrase, name):
    topic, papers, good = world
    start_over(good)
    bad = make_subscriber("bad@example.org", follows=[topic])
    Rule.objects.bulk_create(
        [Rule(subscriber=bad, kind=kind, phrase=phrase, key=phrase) for kind in ("follow", "mute", "x")]
    )
    AuthorFollow.objects.bulk_create([AuthorFollow(subscriber=bad, name=name, key=name)])
    Feedback.objects.create(subscriber=bad, paper=papers[0], kind="liked", at=NOON)
    Profile.objects.create(subscriber=bad, raw=raw, as_of=NOON + timedelta(days=9000))
    Subscriber.objects.filter(pk=bad.pk).update(**values)

    plan_and_send()

    assert {"good0@example.org", "good1@example.org"} <= recipients()
    # The bad one has its digest or a row that says why not, and is not due again today.
    row = Delivery.objects.filter(subscriber=bad).last()
    assert row.status in FINAL
    assert row.status == "sent" or row.error or row.status == "kept"
    bad.refresh_from_db()
    assert bad.next_digest_at > NOON


@fuzzed
@given(
    content=ODD_JSON | st.fixed_dictionaries({"papers": ODD_JSON, "of": ODD_JSON, "more": ODD_JSON, "parts": ODD_JSON})
)
def test_whatever_one_snapshot_contains_the_others_are_sent(world, content):
    _, _, good = world
    start_over(good)
    edition = Edition.objects.get()
    bad = make_delivery(make_subscriber("bad@example.org"), edition)
    Delivery.objects.filter(pk=bad.pk).update(content=as_json(content))
    for reader in good:
        make_delivery(reader, edition)

    worker.drain()

    assert recipients() == {"good0@example.org", "good1@example.org"}
    bad.refresh_from_db()
    assert (bad.status, bool(bad.error)) == (Delivery.Status.FAILED, True)


PAPER = {
    "authors": ODD_JSON,
    "arxiv_categories": ODD_JSON,
    "title": TEXT | st.just("Endless " * 20_000) | st.just("x" * 100_000),
    "abstract": TEXT | st.just("x" * 100_000),
    "code_url": st.sampled_from(["http://[", "javascript:alert(1)", "//", "http://[::1", "https://e.org/" + "x" * 400]),
    "project_url": TEXT,
    "embedding": st.none() | st.binary(max_size=600) | st.just(np.full(256, np.nan, "<f2").tobytes()),
    "published_at": MOMENTS,
}


@fuzzed
@given(values=st.fixed_dictionaries({}, optional=PAPER))
def test_whatever_one_paper_contains_everyone_gets_the_others(world, values):
    _, papers, good = world
    start_over(good)
    before = Paper.objects.filter(pk=papers[1].pk).values().get()
    Paper.objects.filter(pk=papers[1].pk).update(**json_safe(values))

    plan_and_send()

    assert recipients() == {"good0@example.org", "good1@example.org"}
    assert all("Paper on graphs 2" in sent.body for sent in mail.outbox)
    Paper.objects.filter(pk=papers[1].pk).update(**{name: before[name] for name in PAPER})


def as_json(value):
    """A value for a JSON column; None is JSON's null."""
    return Value(value, JSONField())


def json_safe(values):
    return {
        name: as_json(value) if name in {"authors", "arxiv_categories"} else value for name, value in values.items()
    }


@pytest.mark.parametrize("words", ["x" * 200_000, "\r\nBcc: z@example.org\r\n", "<b>" * 50_000, "word " * 50_000])
def test_whatever_the_intro_of_an_edition_says_its_digests_go_out(world, words):
    Edition.objects.update(intro=words)

    plan_and_send()

    assert recipients() == {"good0@example.org", "good1@example.org"}
    assert {len(sent.to) for sent in mail.outbox} == {1}
