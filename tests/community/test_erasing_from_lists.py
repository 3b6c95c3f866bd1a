"""Erasing a reader also erases them from uploaded lists, and abandoned lists are deleted."""

from datetime import timedelta

import pytest
import time_machine

from digest.community import personal_data
from subscriptions import links, tasks
from subscriptions.importing import runner, table_reader
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Roster
from tests.support.factories import NOON, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

ADDRESS = "ada@example.org"


@pytest.fixture
def reader():
    """A reader whose address is in a list."""
    table_reader.take_in("old.csv", f"email,name\nx@example.org,X\n{ADDRESS},Ada\n".encode(), "owner")
    return make_subscriber(ADDRESS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", [f'"Ada, née X";{ADDRESS.upper()};"a|b"', f'x;"{ADDRESS}";y', f"Ada;<{ADDRESS}>;z"])
def test_the_readers_line_is_emptied_and_the_others_keep_their_positions(encoding, line_end, line):
    lines = ["name;email;tags", "B;b@example.org;é", line, f"C;x{ADDRESS};é", f"D;{ADDRESS}.uk;é"]
    roster = table_reader.take_in("list.csv", line_end.join(lines).encode(encoding), "owner")

    personal_data.retention.erase_address(ADDRESS)

    roster.refresh_from_db()
    head, first, emptied, *others = table_reader.rows_of(roster)
    assert [head, first, *others] == [text.split(";") for text in (*lines[:2], *lines[3:])]
    assert emptied[1] == "erased"
    # Only separators are left next to it.
    assert set("".join(emptied)) <= set("erased,|")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize(
    "written",
    [
        *("anna@bücher.example", "Anna@BÜCHER.example", "anna@xn--bcher-kva.example", "ANNA@XN--BCHER-KVA.EXAMPLE"),
        *(
            "<anna@bücher.example>",
            '"anna@bücher.example"',
            "'anna@bücher.example",
            "Anna Schmidt <anna@Bücher.example>",
        ),
    ],
)
def test_an_internationalised_address_is_found_however_it_is_written(written, encoding):
    others = ["x@bücher.example;é", "joanna@bücher.example;é", "anna@bücher.example.org;é"]
    text = "\n".join(["email;name", *others[:1], f"{written};Anna Schmidt", *others[1:]])
    roster = table_reader.take_in("list.csv", text.encode(encoding), "owner")
    address = "anna@xn--bcher-kva.example"
    assert personal_data.retention.lists_with(address) == [roster]

    personal_data.retention.erase_address(address)

    roster.refresh_from_db()
    _, first, emptied, *rest = table_reader.rows_of(roster)
    assert [first, *rest] == [line.split(";") for line in others]
    assert emptied == ["erased", ""]
    assert not personal_data.retention.lists_with(address)


def test_an_emptied_line_imports_nobody(client, reader):
    roster = Roster.objects.get()
    client.post(f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/data")
    roster.refresh_from_db()
    roster.begin(Roster.Status.CHECKING, Roster.Status.UPLOADED)

    runner.run_imports(NOON)

    roster.refresh_from_db()
    assert roster.counts == {"to ask": 1, "cannot be read": 1}


@pytest.mark.parametrize(("status", "stays"), [("uploaded", False), ("checking", False), ("checked", False)])
def test_an_abandoned_list_is_deleted_after_a_week(reader, status, stays):
    Roster.objects.update(status=status)

    with time_machine.travel(NOON + timedelta(days=6, hours=23), tick=False):
        tasks.forget_rosters()
        assert Roster.objects.exists()
    with time_machine.travel(NOON + timedelta(days=7, seconds=1), tick=False):
        tasks.forget_rosters()

    assert Roster.objects.exists() == stays


@pytest.mark.parametrize("status", ["importing", "done"])
def test_a_list_whose_import_has_started_stays_on_record(reader, status):
    Roster.objects.update(status=status)

    with time_machine.travel(NOON + timedelta(days=100), tick=False):
        tasks.forget_rosters()

    assert Roster.objects.exists()
