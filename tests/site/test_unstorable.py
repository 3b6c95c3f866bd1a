"""Characters that no database accepts: refused at every address and in every part of a request."""

import json
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from tests.support.every_address import every_address
from tests.support.factories import make_edition, make_paper
from tests.support.hostile_html import SHORT

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.hostile_world"]

ODD = {"NUL": "a\0b", "line breaks": "a\r\nb\u2028c\x85", "controls": "\x01\x1b\x7f\ufffe\U0010ffff"}
# Fields that pages read from queries and forms.
NAMES = (
    "q",
    "topic",
    "address",
    "next",
    "since",
    "until",
    "page",
    "p",
    "o",
    "date",
    "week",
    "sort",
    "submitter",
    "text",
)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_no_address_breaks_on_an_odd_character_in_its_path(hostile_world, odd):
    client, values = hostile_world
    odd_values = {key: odd if isinstance(value, str) else value for key, value in values.items()}
    usual = set(every_address(values))

    statuses = {
        address.route: client.get(address.path).status_code
        for address in every_address(odd_values)
        if address not in usual
    }

    assert len(statuses) > 20
    assert {route: status for route, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize("number", [2**31, 2**63, 10**400, int("9" * 4000)], ids=["2^31", "2^63", "10^400", "10^4000"])
def test_no_address_breaks_on_a_number_that_no_key_can_be(hostile_world, number):
    _, values = hostile_world
    large = {key: number if isinstance(value, int) else value for key, value in values.items()}
    usual = set(every_address(values))

    # A stranger gets pages from the cache, which members and curators do not.
    stranger = Client(raise_request_exception=False)
    statuses = {
        address.route: stranger.get(address.path).status_code
        for address in every_address(large)
        if address not in usual
    }

    assert len(statuses) > 20
    assert {route: status for route, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_no_address_breaks_on_an_odd_character_in_its_query(hostile_world, odd):
    client, values = hostile_world
    query = dict.fromkeys(NAMES, odd)

    statuses = {address.route: client.get(address.path, query).status_code for address in every_address(values)}

    assert {route: status for route, status in statuses.items() if status >= 500} == {}
    if "\0" in odd:
        assert set(statuses.values()) == {400}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/authors/a%00b", 404),
        ("/api/papers/a%00b", 404),
        ("/topics/a%00b", 404),
        ("/admin/digest/paper/a%00b/change/", 404),
        ("/search?q=%00", 400),
        ("/?%00=x", 400),
        ("/api/papers/search?q=graph&topic=%00", 400),
        ("/admin/digest/paper/?q=%00", 400),
    ],
)
def test_a_nul_in_an_address_is_refused(admin_client, address, status):
    response = admin_client.get(address)

    assert response.status_code == status
    is_of_the_api = address.startswith("/api/")
    assert response["Content-Type"].startswith("application/json" if is_of_the_api else "text/html")


def test_a_nul_in_a_cookie_is_refused(client):
    # A quoted cookie may hold octal escapes (RFC 2109), which Python reads.
    assert client.get("/admin/", headers={"Cookie": r'sessionid="abcdefgh\000"'}).status_code == 400


@pytest.mark.parametrize("address", ["/subscribe", "/sign-in", "/preferences", "/admin/login/", "/preview", "/start"])
def test_a_nul_in_a_form_is_refused(client, address):
    assert client.post(address, {"email": "ada\0@example.org"}).status_code == 400


BAD_FORMS = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "a broken boundary": ("multipart/form-data; boundary=\xe9", b"--x\r\n"),
    "no end": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a"),
    "a header without end": ("multipart/form-data; boundary=x", b"--x\r\nX: " + b"a" * 20_000 + b"\r\n\r\nb\r\n--x--"),
    "a transfer encoding that is none": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--',
    ),
    "too many fields": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(1500))),
    "too large": ("application/x-www-form-urlencoded", b"a=" + b"b" * 3_000_000),
    "another encoding": ("application/x-www-form-urlencoded; charset=utf-16", b"a=1"),
}


@pytest.mark.parametrize(("content_type", "body"), BAD_FORMS.values(), ids=BAD_FORMS)
def test_an_unreadable_form_causes_no_server_error_at_any_address(hostile_world, content_type, body):
    client, values = hostile_world
    client.raise_request_exception = False

    statuses = {}
    for address in list(every_address(values)):
        with transaction.atomic():
            statuses[address.route] = client.generic("POST", address.path, body, content_type).status_code
            # Some buttons need no field, so what they did is undone.
            transaction.set_rollback(True)

    assert {route: status for route, status in statuses.items() if status >= 500} == {}


def field_names():
    """Return the names of the fields in all templates and forms."""
    templates, code = (
        (ROOT / "templates").rglob("*.html"),
        [*ROOT.glob("digest/**/*.py"), *ROOT.glob("subscriptions/**/*.py")],
    )
    in_templates = {name for file in templates for name in re.findall(r'\bname="([\w-]+)"', file.read_text())}
    in_code = {
        name
        for file in code
        for name in re.findall(
            r'(?:GET|POST)(?:\.get\(|\.getlist\(|\[)"([\w-]+)"|^    (\w+) = .*Field\(', file.read_text(), re.M
        )
    }
    return in_templates | {first or second for first, second in in_code}


@pytest.mark.parametrize("value", ["-1", "9" * 400, "https://["], ids=["number", "huge", "address"])
def test_a_value_of_another_kind_causes_no_server_error_in_any_public_form(hostile_world, value):
    _, values = hostile_world
    stranger, statuses = Client(raise_request_exception=False), {}
    form = dict.fromkeys(field_names(), value)
    assert {"email", "next", "local_time", "style", "paper"} <= form.keys()

    for address in every_address(values):
        if not address.route.startswith("admin/"):
            with transaction.atomic():
                statuses[address.route] = stranger.post(address.path, form).status_code
                transaction.set_rollback(True)

    assert {route: status for route, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize("encoding", ["utf-7", "raw_unicode_escape"])
def test_half_a_surrogate_pair_in_another_encoding_is_refused(client, encoding):
    query = {"utf-7": "q=%2B2AA-", "raw_unicode_escape": "q=%5Cud800"}[encoding]

    response = client.get(f"/search?{query}", headers={"Content-Type": f"text/plain; charset={encoding}"})

    assert response.status_code == 400


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_passkey_answer_with_such_a_character_causes_no_server_error(hostile_world, name):
    client, _ = hostile_world
    question = client.post("/admin/second-factor/passkey/")
    response = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}
    answer = {"id": name, "rawId": "AAAA", "type": "public-key", "response": response}

    refused = client.post("/admin/second-factor/", {"answer": json.dumps(answer), "name": SHORT})

    assert question.status_code < 500
    assert refused.status_code < 500


def test_an_author_whose_name_has_two_lines_has_a_page(client):
    paper = make_paper(authors=["Ada\nLovelace", "", "a/b"])
    make_edition(paper)

    assert 'href="/authors/Ada%0ALovelace"' in client.get(f"/papers/{paper.pk}").content.decode()
    assert client.get("/authors/Ada%0ALovelace").status_code == 200
    assert client.get("/authors/a/b").status_code == 200


def test_a_title_that_is_too_long_gets_an_error_when_typed(admin_client):
    paper = make_paper("Motifs")
    fields = {"abstract": "", "authors": "[]", "arxiv_categories": "[]"}

    page = admin_client.post(f"/admin/digest/paper/{paper.pk}/change/", {"title": "x" * 501, **fields})

    paper.refresh_from_db()
    assert "The title can have 500 characters at most. This one has 501." in page.content.decode()
    assert paper.title == "Motifs"


@pytest.mark.parametrize("authors", ["[1]", "{}", '"Ada"', '["a\\u0000b"]', '["a\\nb"]', '[""]', '["\\ud800"]'])
def test_an_invalid_list_of_authors_gets_an_error(admin_client, authors):
    paper = make_paper()

    page = admin_client.post(
        f"/admin/digest/paper/{paper.pk}/change/",
        {"title": "Motifs", "abstract": "", "authors": authors, "arxiv_categories": "[]"},
    )

    paper.refresh_from_db()
    assert page.status_code == 200
    assert "Enter a list" in page.content.decode() or "Enter a valid JSON" in page.content.decode()
    assert paper.authors == ["Ada Lovelace"]
