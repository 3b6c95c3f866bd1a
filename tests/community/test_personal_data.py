"""Everything held about a person is exported and erased, whichever table it is in."""

import json
from datetime import timedelta

import pytest
from django.apps import apps

from digest.community import members, personal_data
from digest.models import (
    Delivery,
    Event,
    Feedback,
    LibraryEntry,
    Member,
    MemberPasskey,
    Profile,
    Submission,
    Vote,
    ZoteroConnection,
)
from subscriptions import data_export, links, preferences
from subscriptions.importing import table_reader
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import AuthorFollow, Consent, Follow, OutgoingMail, Roster, Rule, Subscriber, Suppression
from subscriptions.models.suppression import hash_of
from subscriptions.preferences import Preferences
from tests.support.factories import (
    NOON,
    give_opinion,
    make_delivery,
    make_edition,
    make_member,
    make_paper,
    make_subscriber,
    make_topic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"
# Text that is only in this reader's rows.
TYPED = [
    ADDRESS,
    "Key of Ada",
    "my rare disease",
    "blockchain",
    "Grace Hopper",
    "provider-id-7",
    "event-id-7",
    "192.0.2.7",
]

# The export's key for each kind of row about a person.
EXPORT_KEYS = {
    Subscriber: "profile",
    Follow: "topics",
    Rule: "words to follow",
    AuthorFollow: "authors",
    Consent: "consents",
    OutgoingMail: "mails asked for",
    Feedback: "feedback",
    LibraryEntry: "library",
    ZoteroConnection: "zotero",
    Profile: "learned",
    Delivery: "deliveries",
    Event: "reports",
    Roster: "uploaded lists",
    Member: "account",
    MemberPasskey: "account",
    Vote: "account",
    Submission: "account",
}
# Rows about nobody, or about the people who run the service.
OTHERS = {
    *("Topic", "Suppression", "Edition", "EditionPaper", "Listing", "Paper", "PaperIdentifier", "PaperNews"),
    *("FollowedSource", "LearnedWeights", "PaperTopic", "PanelSignIn", "Passkey", "SendingDay", "SourceRun", "Tally"),
    # What sources and a language model say about papers, and which rows are the same paper.
    *("KeptApart", "LanguageModelDay", "PaperJoin", "SourceStatement", "WorkKey", "WrittenSentence"),
    # A challenge that lasts five minutes, known only to the browser it was sent to.
    "PasskeyChallenge",
    # Authorship is public, and a file waiting for its import belongs to the person who chose it in the panel.
    *("Authorship", "KeptUpload"),
    # The exported digests already say what it says.
    "NewsRecipient",
}
# Fields that add nothing to the exported ones: keys, and what browsers authenticate with.
UNTOLD = {
    Subscriber: {"id", "email_key", "topics"},
    Consent: {"id", "subscriber", "choices"},
    OutgoingMail: {"id", "recipient"},
    Feedback: {"id", "subscriber"},
    LibraryEntry: {"id", "subscriber"},
    ZoteroConnection: {"subscriber", "api_key"},
    Delivery: {"id", "subscriber", "edition", "not_before", "attempts", "claimed_by", "lease_until", "indexed_status"},
    Event: {"id", "delivery"},
    Member: {"id", "subscriber", "email_key", "browser_key"},
    MemberPasskey: {"id", "member", "credential_id", "public_key", "counter", "transports"},
    Vote: {"id", "member"},
    Submission: {"id", "member"},
}
FIELDS = {
    Subscriber: data_export.PROFILE,
    Consent: data_export.CONSENT,
    OutgoingMail: data_export.MAIL,
    Feedback: personal_data.FEEDBACK,
    LibraryEntry: personal_data.LIBRARY,
    ZoteroConnection: personal_data.ZOTERO,
    Delivery: personal_data.DELIVERY,
    Event: personal_data.REPORT,
    Member: personal_data.ACCOUNT,
    MemberPasskey: personal_data.PASSKEY,
    Vote: personal_data.VOTE,
    Submission: personal_data.PROPOSAL,
}


def models():
    return [model for name in ("digest", "subscriptions") for model in apps.get_app_config(name).get_models()]


@pytest.fixture
def reader():
    """A reader with a row of every kind."""
    paper = make_paper("Graph motifs")
    reader = make_subscriber(ADDRESS)
    topic = make_topic("Graph learning")
    preferences.keep(reader, Preferences({topic.pk: 1.0}, ("my rare disease",), ("blockchain",), ("Grace Hopper",)))
    Consent.objects.create(
        subscriber=reader, wording="I agree.", requested_at=NOON, requested_from="192.0.2.7", confirmed_at=NOON
    )
    give_opinion(reader, paper)
    LibraryEntry.objects.create(subscriber=reader, paper=paper, cite_key="l", note="on my rare disease")
    ZoteroConnection.objects.create(subscriber=reader, api_key="k", user_id=7)
    Profile.keep(reader.pk, [(paper.pk, 0.75)], NOON)
    content = {
        "papers": [[paper.pk, "keyword", "my rare disease"]],
        "of": 3,
        "parts": [[40, 0]],
        "teams": ["a"],
        "more": {"papers": [[paper.pk, "author", "Grace Hopper"]], "of": 2},
    }
    fields = {"content": content, "provider_id": "provider-id-7", "error": f"550 no {ADDRESS}", "sent_at": NOON}
    delivery = make_delivery(reader, make_edition(paper), status="sent", **fields)
    Event.objects.create(
        provider="brevo", event_id="event-id-7", type="delivered", kind="delivered", delivery=delivery, at=NOON
    )
    OutgoingMail.objects.create(kind="link_request", recipient=reader.pk)
    member = make_member(ADDRESS.upper())
    OutgoingMail.objects.create(kind="sign_in", recipient=member.pk, details={"goes_to": "/search?q=my rare disease"})
    MemberPasskey.objects.create(member=member, name="Key of Ada", credential_id="a", public_key=b"k")
    Vote.objects.create(member=member, paper=paper)
    Submission.objects.create(member=member, arxiv_id="2508.00007")
    table_reader.take_in("old.csv", f"email,name\nx@example.org,X\n{ADDRESS},Ada\n".encode(), "owner")
    return reader


def path(reader, more):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


def everything_stored():
    rows = [row for model in models() for row in model.objects.values()]
    return "\n".join(str({k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}) for row in rows)


def test_every_table_is_either_in_the_export_or_not_about_readers():
    assert {model.__name__ for model in models()} == {model.__name__ for model in EXPORT_KEYS} | OTHERS


@pytest.mark.parametrize("model", FIELDS)
def test_every_field_is_exported_or_left_out_on_purpose(model):
    exported = {name.partition("__")[0] for name in FIELDS[model]}

    assert {field.name for field in model._meta.get_fields() if field.concrete} == exported | UNTOLD[model]


def test_a_row_of_every_kind_is_in_the_export(client, reader):
    data = json.loads(client.get(path(reader, "/data.json")).content)

    for key in EXPORT_KEYS.values():
        assert data[key], key
    assert data["learned"][0]["paper"] == "Graph motifs"
    assert data["learned"][0]["weight"] == 0.75
    assert data["reports"][0]["event_id"] == "event-id-7"
    assert data["account"]["votes"][0]["paper__title"] == "Graph motifs"
    assert data["account"]["passkeys"] == [{"name": "Key of Ada", "added_at": "2025-08-21T12:00:00Z", "used_at": None}]
    assert data["account"]["proposals"][0]["arxiv_id"] == "2508.00007"
    assert data["account"]["mails asked for"][0]["details"] == {"goes_to": "/search?q=my rare disease"}
    assert data["uploaded lists"] == [{"name": "old.csv", "uploaded_at": "2025-08-21T12:00:00Z"}]


def test_the_page_shows_the_same_data_and_what_the_button_deletes(client, reader):
    html = client.get(path(reader, "/data")).content.decode()

    for words in (
        "What we learned",
        "0.75",
        "delivered",
        "1 vote, 1 submitted paper",
        "1 passkey",
        "Key of Ada",
        "is in a list uploaded",
    ):
        assert words in html
    assert "along with your account, your votes and the papers you submitted" in html


def test_the_button_erases_all_personal_data(client, reader):
    stored = everything_stored()
    assert [typed for typed in TYPED if typed not in stored] == []

    client.post(path(reader, "/data"))

    stored = everything_stored().casefold()
    assert [typed for typed in TYPED if typed.casefold() in stored] == []
    assert {model for model in EXPORT_KEYS if model.objects.exists()} == {Delivery, Roster}


def test_an_erased_readers_digest_keeps_its_papers_day_and_state(client, reader):
    client.post(path(reader, "/data"))

    (delivery,) = Delivery.objects.all()
    (paper,) = {entry[0] for entry in delivery.content["papers"]}
    assert delivery.content == {
        "papers": [[paper, "edition", ""]],
        "of": 3,
        "more": {"papers": [[paper, "edition", ""]], "of": 2},
    }
    assert (delivery.status, delivery.sent_at) == ("sent", NOON)


def test_other_peoples_rows_are_untouched(client, reader):
    other = make_subscriber("other@example.org")
    content = {"papers": [[1, "keyword", "graphs"]], "of": 1}
    make_delivery(other, make_edition(day=NOON.date() + timedelta(days=1)), content=content, provider_id="kept")
    make_member("member@example.org")

    client.post(path(reader, "/data"))

    others_delivery = Delivery.objects.get(subscriber=other)
    assert (others_delivery.content, others_delivery.provider_id) == (content, "kept")
    assert Member.objects.get().email == "member@example.org"


def test_votes_of_an_erased_reader_no_longer_count(client, reader):
    paper = Vote.objects.get().paper
    paper.votes = 1
    paper.save()

    client.post(path(reader, "/data"))

    paper.refresh_from_db()
    assert paper.votes == 0


def test_a_suppressed_address_stays_suppressed(client, reader):
    Suppression.objects.create(address_hash=hash_of(ADDRESS), reason="complained")

    client.post(path(reader, "/data"))

    assert Suppression.objects.covers(ADDRESS)


def test_a_reader_deleted_in_the_panel_is_erased_too(admin_client, reader):
    admin_client.post(f"/admin/subscriptions/subscriber/{reader.pk}/delete/", {"post": "yes"})

    assert not Subscriber.objects.exists()
    # The account is a separate row in the panel.
    members.delete_member(Member.objects.get(), NOON)
    stored = everything_stored()
    assert "my rare disease" not in stored
    assert "event-id-7" not in stored
