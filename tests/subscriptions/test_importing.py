"""Address lists: read whatever their format, checked, and imported with the consent each line proves."""

import pytest
import time_machine

from subscriptions import emails
from subscriptions.importing import runner, table_reader
from subscriptions.importing.row_validation import BadLine, RowReader
from subscriptions.models import Consent, Roster, Status, Subscriber, Suppression
from subscriptions.models.suppression import hash_of
from tests.support.factories import NOON, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
PROOF = "email,consented at,consent\nada@example.org,2024-05-01 10:00,The form of our old list\n"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def take_in(text, encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return table_reader.take_in("list.csv", content, "grace")


def check(roster):
    roster.begin(Roster.Status.CHECKING, after=Roster.Status.UPLOADED)
    runner.run_imports(NOON)
    roster.refresh_from_db()
    return roster.counts


def bring_in(text):
    roster = take_in(text)
    check(roster)
    roster.begin(Roster.Status.IMPORTING, after=Roster.Status.CHECKED)
    runner.run_imports(NOON)
    roster.refresh_from_db()
    return roster


# --- Reading ---


@pytest.mark.parametrize(
    ("encoding", "message"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("latin-1", "cp1252"), ("cp1252", "cp1252")],
)
def test_a_list_is_read_in_its_own_encoding(encoding, message):
    roster = take_in("email,topics\nada@example.org,Théorie des jeux\n", encoding)

    assert roster.encoding == message
    assert table_reader.rows_of(roster) == [["email", "topics"], ["ada@example.org", "Théorie des jeux"]]
    assert roster.columns == {"email": 0, "topics": 1}


def test_latin_1_bytes_that_cp1252_lacks_are_read_too():
    assert take_in(b"email,name\nada@example.org,\x81\xe9\n").encoding == "latin-1"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_taken_from_the_header(separator):
    roster = take_in(f"name{separator}E-Mail\nAda{separator}ada@example.org\n")

    assert roster.columns == {"email": 1}
    assert roster.lines == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "needs a header line"),
        (b"email\n", "needs a header line"),
        (b"PK\x03\x04\0\0", "This isn’t a text file. Please save it as CSV."),
        (b"\xff\xfea", "says it’s utf-16, but it isn’t"),
        (b"email\n" + b"x" * 140_000, "field larger than field limit"),
    ],
)
def test_a_file_that_is_not_a_list_is_refused_with_the_reason(content, message):
    with pytest.raises(table_reader.RosterError, match=message):
        take_in(content)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(table_reader, "MAX_ROSTER_BYTES", 10)

    with pytest.raises(table_reader.RosterError, match="split it"):
        take_in("email\nada@example.org\n")


# --- Lines ---


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["=cmd|' /C calc'!A0"], "email"),
        (["no address"], "@-sign"),
        (["a@example.org", "Mars/Base"], "There’s no time zone called “Mars/Base”"),
        (["a@example.org", "", "25:00"], "isn’t a time of day"),
        (["a@example.org", "", "", "hourly"], "“hourly” isn’t a frequency"),
        (["a@example.org", "", "", "", "Cats"], "There’s no topic called “Cats”"),
        (["a@example.org", "", "", "", "", "yesterday", "form"], "isn’t a time of consent"),
        (["a@example.org", "", "", "", "", "2030-01-01", "form"], "in the future"),
    ],
)
def test_a_line_that_cannot_be_imported_says_why(row, message):
    names = ("email", "time_zone", "local_time", "frequency", "topics", "consented_at", "consent")
    columns = {name: number for number, name in enumerate(names)}

    with pytest.raises(BadLine, match=message):
        RowReader(columns, NOON).read(row)


def test_a_line_can_hold_everything_a_reader_chose():
    topic = make_topic("Graph learning")
    columns = {"email": 0, "time_zone": 1, "local_time": 2, "frequency": 3, "topics": 4}

    line = RowReader(columns, NOON).read(["Ada@example.org", "Europe/Berlin", "9", "Every day", "graph learning"])

    assert line.topics == [topic]
    assert (line.choices["time_zone"], str(line.choices["local_time"]), line.choices["frequency"]) == (
        "Europe/Berlin",
        "09:00:00",
        "daily",
    )


# --- Checking and importing ---


def test_checking_writes_nothing_and_tells_what_would_happen_to_each_line(mailoutbox):
    make_subscriber("known@example.org")
    make_subscriber("left@example.org", status=Status.UNSUBSCRIBED, next_digest_at=None)
    Suppression.objects.create(address_hash=hash_of("never@example.org"), reason="complained")
    lines = ["new@example.org", "NEW@example.org", "KNOWN@example.org", "left@example.org", "never@example.org", "=cmd"]

    roster = take_in("email\n" + "\n".join(lines))
    counts = check(roster)

    assert counts == {
        **dict.fromkeys(["to ask", "twice in the file", "known", "left before", "suppressed", "cannot be read"], 1)
    }
    assert roster.faults[0][0] == 7
    assert Subscriber.objects.count() == 2
    assert not mailoutbox


def test_readers_listed_with_proof_are_active_with_that_consent_and_get_no_mail(mailoutbox):
    roster = bring_in(PROOF)

    reader = Subscriber.objects.get()
    consent = reader.consents.get()
    assert reader.status == Status.ACTIVE
    assert reader.next_digest_at > NOON
    assert consent.confirmed_at.year == 2024
    assert consent.wording == f"The form of our old list (list {roster.pk}, list.csv, brought in by grace)"
    assert not mailoutbox


@pytest.mark.parametrize(
    "text",
    ["email\nada@example.org\n", PROOF.replace("The form of our old list", ""), PROOF.replace("2024-05-01 10:00", "")],
)
def test_readers_listed_without_proof_are_asked_and_get_nothing_until_they_confirm(mailoutbox, text):
    bring_in(text)

    reader = Subscriber.objects.get()
    assert reader.status == Status.PENDING
    assert reader.consents.get().confirmed_at is None
    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]
    assert "Confirm" in mailoutbox[0].subject


def test_the_file_is_not_kept_once_it_is_imported():
    roster = bring_in(PROOF)

    assert (roster.status, bytes(roster.content), roster.finished_at) == (Roster.Status.DONE, b"", NOON)


def test_importing_a_list_a_second_time_changes_nothing(mailoutbox):
    bring_in(PROOF)
    before = Subscriber.objects.values().get()

    assert bring_in(PROOF).counts == {"known": 1}

    assert Subscriber.objects.values().get() == before
    assert Consent.objects.count() == 1


def test_a_killed_workers_import_is_resumed_and_no_one_is_added_or_asked_twice(monkeypatch, mailoutbox):
    monkeypatch.setattr(runner, "ROWS_PER_CHUNK", 2)
    roster = take_in("email\n" + "\n".join(f"reader{number}@example.org" for number in range(5)))
    check(roster)
    roster.begin(Roster.Status.IMPORTING, after=Roster.Status.CHECKED)
    take, batches = runner._take, []

    def die(*args):
        batches.append(args)
        if len(batches) == 2:
            raise KeyboardInterrupt
        return take(*args)

    monkeypatch.setattr(runner, "_take", die)
    with pytest.raises(KeyboardInterrupt):
        runner.run_imports(NOON)
    runner.run_imports(NOON)

    roster.refresh_from_db()
    assert roster.counts == {"to ask": 5}
    assert sorted(mail.to[0] for mail in mailoutbox) == [f"reader{number}@example.org" for number in range(5)]


def test_a_worker_that_another_one_has_overtaken_stops(monkeypatch):
    roster = take_in("email\nada@example.org\n")
    roster.begin(Roster.Status.CHECKING, after=Roster.Status.UPLOADED)
    stale = Roster.objects.get()
    runner.run_imports(NOON)

    runner._run_import(stale, NOON)

    assert Roster.objects.get().counts == {"to ask": 1}


def test_an_address_that_the_server_refuses_does_not_keep_the_others_waiting(monkeypatch, mailoutbox):
    send = emails.send_confirmation

    def refuse(subscriber):
        if subscriber.email.startswith("bad"):
            raise emails.MailError("refused")
        send(subscriber)

    monkeypatch.setattr(emails, "send_confirmation", refuse)

    roster = bring_in("email\nbad@example.org\ngood@example.org\n")

    assert roster.status == Roster.Status.DONE
    assert [mail.to for mail in mailoutbox] == [["good@example.org"]]


def test_more_lines_cost_queries_per_chunk_and_not_per_line(django_assert_max_num_queries):
    roster = take_in("email\n" + "\n".join(f"reader{number}@example.org" for number in range(900)))

    with django_assert_max_num_queries(20):
        check(roster)


def test_200_000_lines_are_checked_and_the_first_faults_are_reported():
    roster = take_in("email\n" + "\n".join(["not an address"] * 200_000))

    counts = check(roster)

    assert counts == {"cannot be read": 200_000}
    assert len(roster.faults) == 200
