"""Lists from other services: someone who left there is not asked here, whatever else the line says."""

import pytest
import time_machine

from subscriptions import signing_up
from subscriptions.importing import runner, table_reader
from subscriptions.models import Roster, Status, Subscriber, Suppression
from tests.support.exports_elsewhere import SERVICES
from tests.support.factories import NOON, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def upload(text, name="list.csv", **fields):
    roster = table_reader.take_in(name, text if isinstance(text, bytes) else text.encode(), "grace")
    Roster.objects.filter(pk=roster.pk).update(**fields)
    roster.refresh_from_db()
    return roster


def check(roster):
    roster.begin(Roster.Status.CHECKING, after=Roster.Status.UPLOADED)
    runner.run_imports(NOON)
    roster.refresh_from_db()
    return roster


def bring_in(roster):
    check(roster)
    roster.begin(Roster.Status.IMPORTING, after=Roster.Status.CHECKED)
    runner.run_imports(NOON)
    roster.refresh_from_db()
    return roster


MAILCHIMP = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,CONFIRM_IP,Source"
MAILCHIMP_LINE = 'ada@example.org,Ada,2,2023-01-02 10:00:00,"2023-01-02 10:00:00",192.0.2.1,Our form'
LEAVING = [
    pytest.param(service, line, outcome, id=f"{service}: {outcome}: {line[:40]}")
    for service, (_, _, lines) in SERVICES.items()
    for line, outcome in lines.items()
]


@pytest.mark.parametrize(("service", "line", "outcome"), LEAVING)
def test_people_not_subscribed_there_are_neither_asked_nor_added(service, line, outcome, mailoutbox):
    head, subscribed, _ = SERVICES[service]
    text = "\n".join([head, subscribed.format("here@example.org"), line.format("gone@example.org")])

    roster = bring_in(upload(text))

    assert roster.counts.get(outcome) == 1
    assert {mail.to[0] for mail in mailoutbox} <= {"here@example.org"}
    assert not Subscriber.objects.filter(email="gone@example.org", status__in=[Status.ACTIVE, Status.PENDING]).exists()
    assert [fault[0::2] for fault in roster.faults] == [[3, outcome]]
    assert Subscriber.objects.filter(email="here@example.org").exists()


@pytest.mark.parametrize("name", ["", "source"])
def test_proof_of_consent_does_not_outweigh_having_left(name, mailoutbox):
    text = f"{MAILCHIMP},UNSUB_TIME\n{MAILCHIMP_LINE},2024-05-01 08:00:00\n"

    roster = bring_in(upload(text))

    assert roster.counts == {"left there": 1}
    assert not Subscriber.objects.active().exists()
    assert not mailoutbox


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("unsubscribed_email_audience_export_8f3.csv", "left there"),
        ("cleaned_members_export_8f3.csv", "never to mail"),
        ("nonsubscribed_email_audience_export_8f3.csv", "not subscribed there"),
        ("Bounced.csv", "never to mail"),
    ],
)
def test_a_file_name_that_says_people_left_is_believed(name, outcome, mailoutbox):
    roster = bring_in(upload(f"{MAILCHIMP}\n{MAILCHIMP_LINE}\n", name))

    assert roster.counts == {outcome: 1}
    assert not mailoutbox


@pytest.mark.parametrize("name", ["subscribed_members_export.csv", "our list, cleaned up.csv", "unsubscribedness.csv"])
def test_other_file_names_mean_nothing(name):
    assert check(upload(f"{MAILCHIMP}\n{MAILCHIMP_LINE}\n", name)).counts == {"proven": 1}


def test_the_file_name_can_be_ignored():
    roster = upload(f"{MAILCHIMP}\n{MAILCHIMP_LINE}\n", "cleaned.csv", reads_name=False)

    assert check(roster).counts == {"proven": 1}


@pytest.mark.parametrize("columns", ["State", "Type", "Reason", "Order status", "Unsubscribe link", "Payment status"])
def test_unrelated_columns_mean_nothing(columns):
    text = f"email,{columns}\nada@example.org,ON\nbob@example.org,CA\ncy@example.org,https://example.org/u/1\n"

    assert check(upload(text)).counts == {"to ask": 3}


@pytest.mark.parametrize("column", ["Excluded topics", "Bounce reason", "Bounces", "Spam comment"])
def test_unreadable_values_suppress_no_one(column):
    roster = bring_in(upload(f"email,{column}\nada@example.org,4 times or so\n"))

    assert roster.counts == {"unclear status": 1}
    assert not Suppression.objects.exists()


def test_people_who_left_there_are_remembered_and_may_sign_up_themselves(mailoutbox):
    bring_in(upload("email,status\nada@example.org,unsubscribed\n"))

    again = check(upload("email\nADA@example.org\n"))

    assert Subscriber.objects.get().status == Status.UNSUBSCRIBED
    assert again.counts == {"left before": 1}


@pytest.mark.parametrize(
    ("status", "reason"), [("bounced", "bounced"), ("complained", "complained"), ("blocklisted", "by_hand")]
)
def test_an_address_that_must_not_be_mailed_is_stored_only_as_a_hash(status, reason):
    bring_in(upload(f"email,status\nADA@example.org,{status}\n"))

    assert Suppression.objects.covers("ada@example.org")
    assert Suppression.objects.get().reason == reason
    assert not Subscriber.objects.exists()


def test_checking_remembers_no_one():
    check(upload("email,status\nada@example.org,bounced\nbob@example.org,unsubscribed\n"))

    assert not Suppression.objects.exists()
    assert not Subscriber.objects.exists()


def test_a_reader_here_who_left_there_stays_and_is_reported():
    reader = make_subscriber("ada@example.org")

    roster = bring_in(upload("email,status\nada@example.org,unsubscribed\n"))

    reader.refresh_from_db()
    assert (reader.status, roster.counts) == (Status.ACTIVE, {"known": 1})
    assert roster.faults == [[2, "“status” is “unsubscribed”", "known"]]


@pytest.mark.parametrize("lines", [("active", "unsubscribed"), ("unsubscribed", "active"), ("", "unsubscribed")])
def test_of_two_lines_for_one_address_the_one_that_left_counts(lines, mailoutbox, monkeypatch):
    monkeypatch.setattr(runner, "ROWS_PER_CHUNK", 1)
    text = "email,status,consented at,consent\n" + "".join(
        f"{address},{status},2024-01-01,form\n"
        for address, status in zip(("ada@example.org", "ADA@Example.org"), lines, strict=True)
    )

    roster = bring_in(upload(text))

    assert roster.counts == {"left there": 1, "twice in the file": 1}
    assert not mailoutbox
    assert not Subscriber.objects.active().exists()


def test_the_reason_names_the_line_that_says_so():
    roster = check(upload("email,status\nada@example.org,active\nada@example.org,unsubscribed\n"))

    assert roster.faults == [[2, "“status” is “unsubscribed” (line 3)", "left there"]]


def test_a_fault_elsewhere_in_the_line_does_not_hide_that_someone_left():
    text = "email,status,time_zone,topics,frequency\nada@example.org,unsubscribed,Mars/Base,Cats,hourly\n"

    assert check(upload(text)).counts == {"left there": 1}


def test_an_unknown_status_holds_mail_back_until_someone_says_what_it_means():
    roster = check(upload("email,status\nada@example.org,Churned!\nbob@example.org,churned\ncy@example.org,\n"))

    assert roster.counts == {"unclear status": 3}
    assert roster.unknown_words == {"churned": 2, "": 1}


@pytest.mark.parametrize(
    ("meaning", "outcome"), [("SUBSCRIBED", "to ask"), ("LEFT", "left there"), ("BLOCKED", "never to mail")]
)
def test_an_unknown_status_means_what_someone_says_it_means(meaning, outcome):
    roster = upload("email,status\nada@example.org,Churned!\n", meanings={"churned": meaning})

    assert check(roster).counts == {outcome: 1}


def test_a_meaning_for_empty_cells_does_not_affect_unsubscribe_columns():
    roster = upload("email,status,UNSUB_TIME\nada@example.org,active,\n", meanings={"": "LEFT"})

    assert check(roster).counts == {"to ask": 1}


def test_a_status_column_can_be_ignored():
    roster = upload("email,status\nada@example.org,gone\n", status_columns=[])

    assert check(roster).counts == {"to ask": 1}


# --- Addresses never to mail ---


def never_mail(content):
    content = content if isinstance(content, bytes) else content.encode()
    return bring_in(table_reader.take_in("list.csv", content, "grace", Roster.Purpose.SUPPRESSIONS))


@pytest.mark.parametrize(
    "content",
    [
        "ada@example.org\nbob@example.org\n",
        "email\nada@example.org\nbob@example.org\n",
        "email,status,consented at,consent\nada@example.org,active,2024-01-01,x\nbob@example.org,bounced,,\n",
        "sep=;\nName;E-Mail-Adresse\nAda;ADA@example.org\nBob;bob@example.org\n",
        "email\nada@example.org\nbob@example.org\n".encode("utf-16"),
    ],
)
def test_no_one_on_a_list_of_addresses_never_to_mail_is_mailed(content, mailoutbox):
    reader = make_subscriber("ada@example.org")

    roster = never_mail(content)

    reader.refresh_from_db()
    assert (reader.status, reader.next_digest_at) == (Status.SUPPRESSED, None)
    assert Suppression.objects.covers("bob@example.org")
    assert roster.counts == {"never to mail": 2}
    assert bytes(roster.content) == b""
    assert not mailoutbox


def test_an_address_that_is_already_suppressed_stays_as_it_is():
    never_mail("ada@example.org\n")
    before = Suppression.objects.values().get()

    assert never_mail("ada@example.org\nnonsense\n").counts == {"suppressed": 1, "cannot be read": 1}

    assert Suppression.objects.values().get() == before


def test_importing_does_not_subscribe_an_address_never_to_mail(mailoutbox):
    never_mail("ada@example.org\n")

    roster = bring_in(upload("email,consented at,consent\nada@example.org,2024-01-01,form\n"))

    assert roster.counts == {"suppressed": 1}
    assert signing_up.Suppression.objects.covers("ada@example.org")
