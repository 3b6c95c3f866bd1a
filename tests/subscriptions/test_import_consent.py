"""Lists in which someone did not agree, or took it back: no line of theirs subscribes or asks them."""

import pytest
import time_machine

from subscriptions.importing import runner, table_reader
from subscriptions.importing.consent_words import consent_status
from subscriptions.importing.status_columns import StatusColumn, column_kind
from subscriptions.importing.status_words import ImportedStatus
from subscriptions.models import Roster, Status, Subscriber, Suppression
from tests.support.factories import NOON

pytestmark = pytest.mark.django_db
PROOF = {"email": "ada@example.org", "consent": "Our form", "consented_at": "2020-01-01"}
LEFT, NOT_SUBSCRIBED, UNKNOWN = "left there", "not subscribed there", "unclear status"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def import_list(columns, meanings=None):
    """Import a list of one line with these columns; return the roster."""
    text = "\n".join(";".join(f'"{cell}"' for cell in cells) for cells in (columns, columns.values()))
    roster = table_reader.take_in("list.csv", text.encode(), "grace")
    Roster.objects.filter(pk=roster.pk).update(meanings=meanings or {})
    for step, before in ((Roster.Status.CHECKING, "uploaded"), (Roster.Status.IMPORTING, "checked")):
        roster.begin(step, after=before)
        runner.run_imports(NOON)
        roster.refresh_from_db()
    return roster


def assert_kept_out(roster, outcome, mailoutbox):
    assert roster.counts == {outcome: 1}
    assert not Subscriber.objects.filter(status__in=[Status.ACTIVE, Status.PENDING]).exists()
    assert not Suppression.objects.exists()
    assert not mailoutbox


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("no", NOT_SUBSCRIBED),
        ("No", NOT_SUBSCRIBED),
        ("FALSE", NOT_SUBSCRIBED),
        ("0", NOT_SUBSCRIBED),
        ("nein", NOT_SUBSCRIBED),
        ("non", NOT_SUBSCRIBED),
        ("not confirmed", NOT_SUBSCRIBED),
        ("✗", NOT_SUBSCRIBED),
        ("never", NOT_SUBSCRIBED),
        ("withdrawn", LEFT),
        ("Revoked", LEFT),
        ("widerrufen", LEFT),
        ("unsubscribed", LEFT),
        ("Consent withdrawn", LEFT),
        ("withdrawn 2022-01-01", LEFT),
        ("blocked", LEFT),
        ("declined", LEFT),
        ("No, thanks", UNKNOWN),
        ("nein danke", UNKNOWN),
        ("did not agree", UNKNOWN),
        ("hasn’t consented", UNKNOWN),
        ("keine Einwilligung", UNKNOWN),
        ("Withdrawn by a letter of 1 January 2022", UNKNOWN),
    ],
)
@pytest.mark.parametrize("name", ["consent", "source"])
def test_a_refusal_is_no_proof_of_consent(cell, outcome, name, mailoutbox):
    columns = {"email": "ada@example.org", name: cell, "consented_at": "2020-01-01"}

    assert_kept_out(import_list(columns), outcome, mailoutbox)


@pytest.mark.parametrize(
    "cell",
    [
        "yes",
        "Double opt-in",
        "The form of our old list",
        "I agree to get the newsletter. I can withdraw at any time.",
        "Consent can be withdrawn or revoked at any time",
        "Ich stimme zu. Die Einwilligung kann jederzeit widerrufen werden.",
        "Non-member form, Nottingham",
        "No. 5 of our series of talks",
        "You can unsubscribe, and we’ll count you as unsubscribed, at any time",
    ],
)
def test_what_someone_agreed_to_is_proof(cell):
    assert import_list({**PROOF, "consent": cell}).counts == {"proven": 1}


def test_an_operator_says_what_an_unclear_text_of_consent_means():
    roster = import_list({**PROOF, "consent": "Not agreed by phone"}, {"notagreedbyphone": "SUBSCRIBED"})

    assert roster.counts == {"proven": 1}


@pytest.mark.parametrize("cell", ["2022-01-01", "yes", "01.02.2022", "1", "by letter"])
@pytest.mark.parametrize(
    "name",
    [
        *("revoked_at", "Consent revoked", "Withdrawn on", "withdrawal date", "Widerruf", "Widerrufen am", "révoqué"),
        *("Exit date", "exited_at", "Date left", "left on", "ended", "End date", "ended_at", "Subscription ended"),
        *("nomail", "No mail", "No newsletter", "suspended", "resigned", "Austritt", "quit", "terminated at"),
    ],
)
def test_a_column_named_after_leaving_says_who_left(name, cell, mailoutbox):
    assert_kept_out(import_list({**PROOF, name: cell}), LEFT, mailoutbox)


@pytest.mark.parametrize("name", ["revoked_at", "Exit date", "ended", "Widerruf", "nomail", "Date left"])
@pytest.mark.parametrize("cell", ["", "no", "0", "NULL", "0000-00-00"])
def test_a_column_named_after_leaving_says_nothing_of_those_who_stay(name, cell):
    assert import_list({**PROOF, name: cell}).counts == {"proven": 1}


@pytest.mark.parametrize("cell", ["no", "0", "FALSE", "nein", "non", "n", "No"])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "GDPR consent",
            "Newsletter",
            "Mail OK",
            "OK to email",
            "Email permission given",
            "DSGVO",
            "Agreed",
            "Mailing",
        ),
        *("Marketing emails", "may contact", "Einwilligung", "wants newsletter", "Newsletter?", "weekly digest emails"),
    ],
)
def test_a_no_in_a_column_about_mail_or_consent_subscribes_no_one(name, cell, mailoutbox):
    roster = import_list({**PROOF, name: cell})

    assert roster.counts in ({NOT_SUBSCRIBED: 1}, {LEFT: 1})
    assert_kept_out(roster, next(iter(roster.counts)), mailoutbox)


@pytest.mark.parametrize("cell", ["yes", "1", "", "NULL", "ja", "2020-01-01"])
@pytest.mark.parametrize("name", ["GDPR consent", "Newsletter", "Mail OK", "Einwilligung"])
def test_a_yes_in_a_column_about_mail_proves_nothing_and_keeps_no_one_out(name, cell):
    assert import_list({"email": "ada@example.org", name: cell}).counts == {"to ask": 1}


@pytest.mark.parametrize(
    ("name", "cell", "outcome"),
    [
        ("nomail", "1", LEFT),
        ("reception", "nomail", LEFT),
        ("Email Delivery", "None", LEFT),
        ("Email Delivery", "No email", LEFT),
        ("Email frequency", "never", LEFT),
        ("delivery mode", "web only", LEFT),
        ("reception", "mail", "proven"),
        ("reception", "digest", "proven"),
        ("Email Delivery", "Individual messages", "proven"),
        ("Email Delivery", "", "proven"),
    ],
)
def test_a_member_of_a_mailing_list_without_delivery_has_left(name, cell, outcome):
    assert import_list({**PROOF, name: cell}).counts == {outcome: 1}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "email",
            "E-Mail",
            "Mailing country",
            "Mailing address",
            "emails sent",
            "newsletter opens",
            "attended",
            "weekend",
        ),
        *(
            "recommended",
            "Left hand",
            "expiry",
            "Friend",
            "Newsletter URL",
            "mail provider",
            "Privacy policy",
            "user list",
        ),
    ],
)
def test_columns_about_something_else_say_nothing(name):
    assert column_kind(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("consent", StatusColumn.CONSENT), ("Consent status", StatusColumn.STATUS), ("opt-in", StatusColumn.SUBSCRIBED)],
)
def test_a_name_that_says_more_decides(name, kind):
    assert column_kind(name) == kind


@pytest.mark.parametrize("unit", ["e", "email", "optin", "not ", "no ", "e-", "withdrawn ", "subscriber"])
def test_names_and_texts_of_any_length_are_read_quickly(unit):
    assert column_kind(unit * 1_000_000) == column_kind(unit * 60)
    assert consent_status(unit * 1_000_000) in ImportedStatus
