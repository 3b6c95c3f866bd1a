"""Address files as programs and people make them: separators, quotes, encodings, column names, zones."""

import pytest

from subscriptions import time_zones
from subscriptions.importing import table_reader
from subscriptions.importing.row_validation import BadLine, RowReader
from subscriptions.models import Roster
from tests.support.factories import NOON

pytestmark = pytest.mark.django_db


def take_in(content):
    return table_reader.take_in("list.csv", content if isinstance(content, bytes) else content.encode(), "grace")


def cells(content):
    return table_reader.rows_of(take_in(content))


# --- Separators and column names ---


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;\r", "sep=; ", "sep=;;;"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_line_that_names_the_separator_is_not_the_header(line, mark):
    roster = take_in(f"{mark}{line}\nName;E-Mail-Adresse\nAda;ada@example.org\n")

    assert (roster.columns, roster.lines) == ({"email": 1}, 1)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^"])
def test_the_named_separator_is_used_whatever_the_column_names_contain(separator):
    assert cells(f'sep={separator}\n"a,b;c"{separator}email\nx{separator}ada@example.org\n')[1][1] == "ada@example.org"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ('"Name; first";"Name, last";E-Mail-Adresse', "Ada;L;ada@example.org"),
        ('"a;b;c;d",email', '"1;2",ada@example.org'),
        ("E-Mail-Adresse;Name, Vorname, Titel", "ada@example.org;L, Ada, Dr"),
        ('"Name\t1"\t"E-Mail"', "Ada\tada@example.org"),
        ('"first, last\nand more";email', "Ada;ada@example.org"),
    ],
)
def test_characters_within_column_names_are_not_taken_for_separators(head, line):
    roster = take_in(f"{head}\n{line}\n")

    assert table_reader.rows_of(roster)[1][roster.columns["email"]] == "ada@example.org"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "email",
            "E-Mail",
            "e_mail",
            "EMAIL ADDRESS",
            "E-Mail-Adresse",
            "E-mail-adresse",
            "Adresse e-mail",
            "Courriel",
        ),
        *("Correo electrónico", "Dirección de correo electrónico", "Indirizzo e-mail", "E-mailadres", "E-postadress"),
        *("Электронная почта", "邮箱", "メールアドレス", "Subscriber", "Adresse électronique"),
    ],
)
def test_the_address_column_is_recognised_in_several_languages(name):
    assert take_in(f"x,{name}\n1,ada@example.org\n").columns["email"] == 1


@pytest.mark.parametrize("head", ["Address,Name,E-Mail", "Subscriber,x,Email", "adresse,nom,courriel"])
def test_a_postal_address_or_a_name_is_not_taken_for_the_address_column(head):
    assert take_in(f"{head}\nx,y,ada@example.org\n").columns["email"] == 2


def test_a_file_that_begins_with_an_address_has_no_header():
    roster = take_in("Ada,ada@example.org\nBob,bob@example.org\n")

    assert (roster.columns, roster.lines) == ({"email": 1}, 2)


# --- Quotes ---


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('email,name\na@example.org,"oops\nb@example.org,B\nc@example.org,C\n', 2),
        ('email,name\na@example.org,"oops\nb@example.org,"B"\nc@example.org,C\n', 2),
        ('email,name\na@example.org,A\nb@example.org,"oops\nc@example.org,"\n', 3),
        ('email,name\na@example.org,A\nb@example.org,"oops', 3),
        ('name,email\n"oops,a@example.org\nB,b@example.org\n"C",c@example.org\n', 2),
        ('email,note\na@example.org,"two\nlines","more"\nb@example.org,"oops\nc@example.org,C\n', 4),
        ('email,note\na@example.org,"two\nlines",\n\nb@example.org,"oops\nc@example.org,C\n', 5),
        ('email,note\na@example.org,"say ""hi"" and\nb@example.org,B\n', 2),
        ('sep=,\nemail,name\na@example.org,"oops\nb@example.org,B\n', 3),
        ('email\n"a@example.org\nb@example.org\nc@example.org\n', 2),
        ('"email,name\na@example.org,A\n', 1),
        ('email,name\r\na@example.org,"oops\r\nb@example.org,B\r\n', 2),
        ('email,name\ra@example.org,"oops\rb@example.org,B\r', 2),
    ],
)
def test_an_unclosed_quote_is_refused_with_its_line_number(text, line):
    with pytest.raises(table_reader.RosterError, match=f"^Line {line}: a quote"):
        take_in(text)
    assert not Roster.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        'email,note\na@example.org,"two\nlines"\nb@example.org,x\n',
        'email,note\na@example.org,"two\n\nlines, of a note"\nb@example.org,x\n',
        'email,note\na@example.org,"write to me:\nme@example.org"\nb@example.org,x\n',
        'email,note\na@example.org,5" screen\nb@example.org,the "best"\n',
        'email,note\na@example.org,"Ada" L\nb@example.org,"say ""hi"""\n',
        'email,note\na@example.org,""\nb@example.org,"",\n',
        'email,note\na@example.org,x\nb@example.org,"y"',
    ],
)
def test_quotes_that_close_are_accepted(text):
    assert [row[0] for row in cells(text)] == ["email", "a@example.org", "b@example.org"]


def test_rows_are_numbered_by_their_line_in_the_file():
    rows = table_reader.numbered('sep=,\nemail,note\n\na@example.org,"two\nlines"\n\nb@example.org,x\n')

    assert [number for number, _ in rows] == [2, 4, 7]


# --- Encodings ---


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_unicode_files_are_read_with_and_without_a_byte_order_mark(encoding):
    assert cells("email,name\nada@example.org,Zoë\n".encode(encoding))[1] == ["ada@example.org", "Zoë"]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [("Correo electrónico", "cp1252"), ("邮箱", "gb18030"), ("Электронная почта", "cp1251")],
)
def test_older_encodings_are_recognised_by_the_column_name(head, encoding):
    roster = take_in(f"{head},x\nada@example.org,y\n".encode(encoding))

    assert (roster.encoding, roster.columns) == (encoding, {"email": 0})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8", "utf-8-sig"])
def test_a_nul_is_refused_and_never_stored(encoding):
    with pytest.raises(table_reader.RosterError, match=r"NUL|isn’t a text file"):
        take_in("email,name\nada@example.org,A\0da\n".encode(encoding))


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04" + bytes(99), bytes(64)])
def test_a_file_that_is_not_text_is_refused(content):
    with pytest.raises(table_reader.RosterError):
        take_in(content)


# --- Zones and other cells ---


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        *(
            ("europe/berlin", "Europe/Berlin"),
            ("EUROPE/BERLIN", "Europe/Berlin"),
            ("America/New York", "America/New_York"),
        ),
        *(
            ("utc", "UTC"),
            ("Etc/GMT+5", "Etc/GMT+5"),
            ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ),
    ],
)
def test_a_zone_is_recognised_whatever_its_case(name, zone):
    line = RowReader({"email": 0, "time_zone": 1}, NOON).read(["ada@example.org", name])

    assert line.choices["time_zone"] == zone


@pytest.mark.parametrize("canonical", ["Europe/Kyiv", "Europe/Kiev"])
@pytest.mark.parametrize("zone", ["Europe/Kyiv", "Europe/Kiev", "europe/kyiv"])
def test_a_renamed_zone_is_accepted_under_the_name_this_machine_knows(monkeypatch, canonical, zone):
    monkeypatch.setattr(time_zones, "available_timezones", lambda: {canonical, "localtime"})
    time_zones._spellings.cache_clear()
    try:
        assert time_zones.known_as(zone) == canonical
    finally:
        time_zones._spellings.cache_clear()


@pytest.mark.parametrize(
    "zone",
    ["localtime", "Factory", "posixrules", "LOCALTIME", "posix/Europe/Berlin", "right/UTC", "US/Pacific-New", "../x"],
)
def test_a_name_that_is_not_a_zone_makes_a_bad_line(zone):
    with pytest.raises(BadLine, match="no time zone called"):
        RowReader({"email": 0, "time_zone": 1}, NOON).read(["ada@example.org", zone])


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        *(
            ("local_time", "99999999999999999999"),
            ("local_time", "9" * 5000),
            ("local_time", "24"),
            ("local_time", "٣٣"),
        ),
        *(("consented_at", "0001-01-01T00:00:00+14:00"), ("consented_at", "9999-12-31T23:59:59-14:00")),
        *(
            ("consented_at", "1066-10-14"),
            ("email", "a" * 5000),
            ("email", "a@b@c.org"),
            ("email", "\u202ea@example.org"),
        ),
    ],
)
def test_an_odd_cell_spoils_only_its_own_line(field, cell):
    columns = {"email": 0, field: 0 if field == "email" else 1, "consent": 2}
    row = [cell] if field == "email" else ["ada@example.org", cell, "form"]

    with pytest.raises(BadLine):
        RowReader(columns, NOON).read(row)


def test_an_address_from_our_own_export_loses_the_apostrophe_it_was_given():
    assert RowReader({"email": 0}, NOON).read(["'+ada@example.org"]).email == "+ada@example.org"
