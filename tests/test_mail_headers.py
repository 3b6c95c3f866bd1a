"""What bulk mail must carry, as it leaves."""

from email import message_from_bytes
from email.policy import default

import pytest

from digest.composing.message import compose
from tests.make import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("Ada@example.org"), make_edition(make_paper("Motifs of “graphs”")))


@pytest.fixture
def sent(delivery):
    return message_from_bytes(compose(delivery).message().as_bytes(), policy=default)


def test_one_click_unsubscribes(sent):
    # A long address is folded onto a line of its own.
    address = sent["List-Unsubscribe"].strip()

    assert address.startswith("<http://localhost:8000/unsubscribe/")
    assert address.endswith(">")
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_list_is_named(sent, settings):
    assert sent["List-Id"] == f"Daily Papers <digest.{settings.MAIL_DOMAIN}>"


def test_the_feedback_loop_knows_the_edition(sent):
    assert sent["Feedback-ID"] == "2025-08-21:digest:dailypapers"


def test_nobody_should_answer_by_machine(sent):
    assert (sent["Auto-Submitted"], sent["Precedence"]) == ("auto-generated", "bulk")


def test_the_message_id_is_the_same_at_every_try(delivery, sent):
    again = compose(delivery).message()

    assert sent["Message-ID"] == again["Message-ID"] == delivery.message_id


def test_it_is_from_one_sender_to_one_reader_with_a_date(sent, settings):
    assert len(sent["From"].addresses) == 1
    assert str(sent["From"]) == settings.DEFAULT_FROM_EMAIL
    assert [str(address) for address in sent["To"].addresses] == ["Ada@example.org"]
    assert sent["Date"].datetime is not None


def test_the_plain_text_comes_first(sent):
    assert sent.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in sent.iter_parts()} == {"utf-8"}


def test_answers_go_where_the_setting_says(delivery, settings):
    assert compose(delivery).message()["Reply-To"] is None

    settings.MAIL_REPLY_TO = "editor@example.org"

    assert compose(delivery).message()["Reply-To"] == "editor@example.org"


def test_the_provider_is_told_the_delivery(delivery):
    message = compose(delivery)

    assert message.metadata == {"delivery": str(delivery.pk)}
    assert message.tags == ["digest"]


def test_no_line_of_the_mail_is_longer_than_the_standard_allows(delivery):
    delivery.content["papers"] = [[make_delivered("word " * 2000).pk, "edition", ""]]

    assert max(map(len, compose(delivery).message().as_bytes().splitlines())) <= 998


def make_delivered(abstract):
    paper = make_paper(abstract=abstract)
    make_edition(paper, day=paper.created_at.date())
    return paper
