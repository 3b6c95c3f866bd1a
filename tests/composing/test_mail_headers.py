"""What bulk mail must contain when it is sent."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from email.utils import unquote

import pytest

from digest.composing.message import compose
from tests.support.factories import make_delivery, make_edition, make_paper, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber("Ada@example.org"), make_edition(make_paper("Motifs of “graphs”")))


@pytest.fixture
def parsed_message(delivery):
    return message_from_bytes(compose(delivery).message().as_bytes(), policy=default)


def test_one_click_unsubscribes(parsed_message):
    # A long address is folded onto its own line.
    address = parsed_message["List-Unsubscribe"].strip()

    assert address.startswith("<http://localhost:8000/unsubscribe/")
    assert address.endswith(">")
    assert parsed_message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_list_is_named(parsed_message, settings):
    assert parsed_message["List-Id"] == f"Daily Papers <digest.{settings.MAIL_DOMAIN}>"


def test_the_feedback_id_names_the_edition(parsed_message):
    assert parsed_message["Feedback-ID"] == "2025-08-21:digest:dailypapers"


def test_automatic_replies_are_discouraged(parsed_message):
    assert (parsed_message["Auto-Submitted"], parsed_message["Precedence"]) == ("auto-generated", "bulk")


def test_the_message_id_is_the_same_on_every_try(delivery, parsed_message):
    again = compose(delivery).message()

    assert parsed_message["Message-ID"] == again["Message-ID"] == delivery.message_id


def test_the_email_has_one_sender_one_recipient_and_a_date(parsed_message, settings):
    assert len(parsed_message["From"].addresses) == 1
    assert str(parsed_message["From"]) == settings.DEFAULT_FROM_EMAIL
    assert [str(address) for address in parsed_message["To"].addresses] == ["Ada@example.org"]
    assert parsed_message["Date"].datetime is not None


def test_the_plain_text_comes_first(parsed_message):
    assert parsed_message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed_message.iter_parts()] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in parsed_message.iter_parts()} == {"utf-8"}


def test_replies_go_where_the_setting_says(delivery, settings):
    assert compose(delivery).message()["Reply-To"] is None

    settings.MAIL_REPLY_TO = "editor@example.org"

    assert compose(delivery).message()["Reply-To"] == "editor@example.org"


def test_the_provider_gets_the_delivery_id(delivery):
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


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Daily Papers",
            "Tägliche Artikel",
            "毎日の論文",
            "Papers, daily",
            'The "Daily"',
            "Daily (Papers)",
            "Naïve: <papers>",
        ),
        *("Ä" * 60, "Tägliche Artikel der Arbeitsgruppe für Netzwerke und Graphen an der Universität", "📄 Papers"),
    ],
)
def test_filters_find_the_list_whatever_its_name(settings, name):
    settings.SITE_NAME = name

    sent = compose(make_delivery(make_subscriber(), make_edition(make_paper()))).message().as_bytes()

    header = re.search(rb"^List-Id: (.*(?:\n[ \t].*)*)", sent, re.M)[1].decode("ascii")
    value = re.sub(r"\n(?=[ \t])", "", header)
    assert value.endswith(f" <digest.{settings.MAIL_DOMAIN}>")
    phrase = value.rpartition(" <")[0]
    assert all(len(word) <= 75 for word in phrase.split() if word.startswith("=?"))
    assert unquote(str(make_header(decode_header(phrase)))) == name
