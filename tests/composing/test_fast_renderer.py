"""Splicing an email gives the same result as rendering it in full, for the inbox and for the provider."""

from datetime import time
from email import message_from_bytes, policy

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.composing import links, renderer
from digest.composing.digest_data import Letter, letters
from digest.composing.errors import ComposeError
from digest.composing.fast_renderer import FragmentRenderer
from digest.composing.message import compose
from digest.models import Delivery, EditionPaper
from subscriptions.models import Frequency
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db

# Text as it comes from outside: markup, quotes, dots and equals signs at line starts, several scripts, and no control
# characters except those that cleaning leaves.
texts = st.text(
    st.one_of(st.sampled_from(".=<>&\"' \n-–ü漢𝒪€{}%"), st.characters(exclude_categories=["Cs", "Cc"])), max_size=120
)


def unstuffed(wire):
    """Undo dot-stuffing, as a server does with the lines it receives (RFC 5321, 4.5.2)."""
    lines = wire.split(b"\r\n")
    return b"\r\n".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)


def parts_of(message):
    """Return every header except the boundary, and both parts, decoded."""
    text, html = (part.get_content().replace("\r\n", "\n").rstrip("\n") for part in message.iter_parts())
    # A folded header keeps the space it was folded at.
    heads = {name: str(value).strip() for name, value in message.items() if name not in {"Content-Type", "Date"}}
    return heads, message["Date"].datetime.timestamp(), message.get_content_type(), text, html


def whole(delivery, papers):
    """Return the parts of the plainly rendered email, as it arrives."""
    return parts_of(message_from_bytes(compose(delivery, papers).message().as_bytes(), policy=policy.default))


def assert_same(delivery):
    papers = renderer.load_papers([delivery])
    with time_machine.travel(NOON, tick=False):
        mail = pressed(delivery)
        expected = whole(delivery, papers)
        wire = parts_of(message_from_bytes(unstuffed(mail.wire()), policy=policy.default))
        for actual, want in zip(wire, expected, strict=True):
            assert actual == want
        message = mail.message()
        reference = compose(delivery, papers)
    assert (message.subject, message.body, message.to) == (reference.subject, reference.body, reference.to)
    assert message.alternatives == reference.alternatives
    assert message.extra_headers == reference.extra_headers
    assert message.metadata == reference.metadata


def delivery_of(*papers, **subscriber):
    topic = make_topic("Graphs & <b>more</b>")
    edition = make_edition(*papers)
    content = {"papers": [[paper.pk, "topic", topic.name] for paper in papers], "of": 51}
    return make_delivery(make_subscriber(**subscriber), edition, content=content)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=texts, abstract=texts, authors=st.lists(texts, max_size=4), number=st.integers(1, 4))
def test_spliced_and_plain_emails_decode_identically_whatever_the_papers_say(title, abstract, authors, number):
    with transaction.atomic():
        papers = [make_paper(f"{title} {index}", abstract=abstract * 3, authors=authors) for index in range(number)]
        assert_same(delivery_of(*papers))
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "fields",
    [
        {"frequency": Frequency.WEEKLY, "weekday": 4, "time_zone": "America/Argentina/Buenos_Aires"},
        {"frequency": Frequency.WEEKDAYS, "local_time": time(23, 30), "time_zone": "Asia/Kolkata"},
        {"email": f"{'a' * 64}@{'b' * 60}.example.org"},
    ],
)
def test_spliced_and_plain_emails_are_the_same_for_every_kind_of_reader(fields):
    assert_same(delivery_of(make_paper(code_url="https://example.org/a?b=1&c=2"), make_paper(), **fields))


@pytest.mark.parametrize(
    "subject",
    [
        "Bayes über alles",
        "Bayes deep-learning and for (and foundation others) from “more” science: 9 “more” über from",
        "Papers that learn from graphs and from all that is about them, a very long headline…",
        "長い題名 " * 9,
    ],
)
def test_a_subject_goes_out_in_ascii_and_arrives_as_it_was_written(subject):
    delivery = delivery_of(make_paper())
    subject = subject.strip()
    type(delivery.edition).objects.update(subject=subject)
    delivery.refresh_from_db()

    wire = pressed(delivery).wire()

    head, _, _ = wire.partition(b"\r\n\r\n")
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert message_from_bytes(wire, policy=policy.default)["Subject"] == subject


def test_a_reply_address_and_an_odd_sender_name_are_the_same_in_both_renderers(settings):
    settings.MAIL_REPLY_TO = "Curator <curator@example.org>"
    settings.DEFAULT_FROM_EMAIL = "Tägliche Papiere <papers@example.org>"

    assert_same(delivery_of(make_paper()))


def test_readers_in_one_batch_share_pieces_and_keep_their_own_links():
    papers = [make_paper(), make_paper()]
    first = delivery_of(*papers)
    second = make_delivery(make_subscriber(), first.edition, content=first.content)
    press = FragmentRenderer()
    press.load([Letter.of(first), Letter.of(second)])

    one, two = press.mail(Letter.of(first)).wire(), press.mail(Letter.of(second)).wire()

    assert first.subscriber.email.encode() in one
    assert first.subscriber.email.encode() not in two
    for delivery in (first, second):
        assert_same(delivery)


def test_no_line_on_the_wire_is_longer_than_the_standard_allows():
    wire = pressed(delivery_of(make_paper("Ünïcödé " * 30, abstract="=" * 900))).wire()

    body = wire.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 77  # a stuffed dot before 76 characters
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998


def pressed(delivery):
    press = FragmentRenderer()
    (letter,) = letters([delivery.pk])
    press.load([letter])
    return press.mail(letter)


def test_a_mail_that_would_be_clipped_is_refused(monkeypatch):
    delivery = delivery_of(make_paper())
    monkeypatch.setattr(renderer, "HTML_BYTES", 1000)

    with pytest.raises(ComposeError, match="clip"):
        pressed(delivery)


def test_a_paper_hidden_in_the_meantime_is_left_out():
    hidden, visible = make_paper("Hidden"), make_paper("Shown")
    delivery = delivery_of(hidden, visible)
    EditionPaper.objects.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)

    assert_same(delivery)
    assert b"Hidden" not in pressed(delivery).wire()


def test_a_title_that_looks_like_a_slot_stays_as_it_is():
    assert_same(delivery_of(make_paper("slot--feedback--slot"), make_paper("slot--nothing--slot")))


@time_machine.travel(NOON, tick=False)
def test_each_reader_has_their_own_links_under_a_paper():
    first = delivery_of(make_paper())
    second = make_delivery(make_subscriber(), first.edition, content=first.content)
    addresses = [links.feedback(delivery.pk) for delivery in (first, second)]

    for delivery, own, other in ((first, *addresses), (second, *reversed(addresses))):
        message = pressed(delivery).message()
        assert message.alternatives[0].content.count(f"{own}/") == 4
        assert message.body.count(own) == 1
        assert other not in message.alternatives[0].content


def with_more(first, more, **subscriber):
    """Make a delivery with an extra section."""
    edition = make_edition(*first) if first else None
    parts = [[[paper.pk, "topic", "Graphs"] for paper in papers] for papers in (first, more)]
    content = {"papers": parts[0], "of": 51, "more": {"papers": parts[1], "of": 612}}
    fields = {"period": NOON.date(), "content": content, "not_before": NOON}
    return Delivery.objects.create(subscriber=make_subscriber(**subscriber), edition=edition, **fields)


@pytest.mark.parametrize(("first", "more"), [(1, 1), (2, 3), (0, 1), (0, 3)])
def test_an_extra_section_is_the_same_in_both_renderers(first, more):
    papers = [make_paper(f"Paper <{number}>") for number in range(first + more)]

    assert_same(with_more(papers[:first], papers[first:]))


def long_paper(number):
    address = f"https://example.org/{number}/{'a' * 150}"
    abstract = "Lengthy “words” & more. " * 200
    return make_paper(f"{number} long", abstract=abstract, authors=["Ada"] * 40, code_url=address, project_url=address)


@pytest.mark.parametrize(("first", "more", "is_cut"), [(30, 30, True), (0, 40, True), (5, 5, False)])
def test_an_extra_section_that_would_be_too_long_is_cut_the_same_in_both_renderers(first, more, is_cut):
    papers = [long_paper(number) for number in range(first + more)]
    delivery = with_more(papers[:first], papers[first:])

    assert_same(delivery)

    message = pressed(delivery).message()
    html = message.alternatives[0].content
    assert len(html.encode()) < renderer.LONG
    assert message.subject.endswith(f"and {len(papers) - 1} more")
    assert ("more in your browser" in html) == is_cut
    assert ("more in your browser: http" in message.body) == is_cut


def test_an_extra_section_without_any_room_leaves_only_its_link(monkeypatch):
    monkeypatch.setattr(renderer, "LONG", 1000)
    delivery = with_more([make_paper()], [make_paper(), make_paper()])

    assert_same(delivery)

    assert "2 more in your browser" in pressed(delivery).message().alternatives[0].content


def test_an_extra_section_on_its_own_has_at_least_one_paper(monkeypatch):
    monkeypatch.setattr(renderer, "LONG", 1000)
    delivery = with_more([], [make_paper("Shown"), make_paper("Cut")])

    assert_same(delivery)

    assert "Shown" in pressed(delivery).message().body
