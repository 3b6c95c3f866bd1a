"""No page runs what someone else wrote: every address in the URLconf is opened with hostile text in each field."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from digest.models import Passkey
from subscriptions.emails import plain_text
from tests.support.every_address import every_address
from tests.support.hostile_html import HOSTILE, SHORT, foreign_in

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.hostile_world"]

# Routes that are not pages to open. All others return 200, or 405 if they only accept forms. A new route that returns
# anything else must be added here.
ELSEWHERE = {
    302: [
        r"admin/\w+/\w+/<path:object_id>/",
        "admin/login/",
        "admin/r/.*",
        "admin/second-factor/(set-up/)?",
        "papers",
        "preferences",
        "sign-in",
        "subscribe",
        r"papers/(date|week|month)/.*",
    ],
    400: ["api/papers/search"],
    # Nobody adds or deletes these by hand.
    403: [r"admin/.*/(add|<path:object_id>/delete)/", "admin/autocomplete/"],
    404: ["api/", "admin/.*P<url>.*"],
}
NOT_TEXT = re.compile(r'type="(hidden|checkbox|radio|number|file|submit)"')
TO_HTMX = {"HX-Request": "true"}
# The query parameters that pages read.
QUERY = dict.fromkeys(("q", "topic", "address", "next", "since", "act", "width", "scheme", "_popup", "paper"), SHORT)
QUERY |= {"_changelist_filters": SHORT, "error": SHORT, "like": SHORT, "day": SHORT, "category": SHORT, "search": SHORT}
# What the answer to a form depends on besides its texts.
NO_ROWS = {
    f"{table}-{number}_FORMS": "0" for table in ("follows", "entries", "devices") for number in ("TOTAL", "INITIAL")
}
CHOICES = {"admin/digest/edition/<int:pk>/board/act/": {"act": "words", "version": "0"}}


@pytest.mark.parametrize(
    "html",
    [
        HOSTILE,
        SHORT,
        f"<p title='{HOSTILE}'>",
        f"<script>x = '{HOSTILE}'</script>",
        "<a href=' javascript:hostile()'>",
        "<p x-init='hostile()'>",
    ],
)
def test_the_check_finds_what_came_through(html):
    assert foreign_in(html)


def test_the_check_finds_nothing_in_escaped_text():
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("'", "&#x27;")
    assert foreign_in(f'<p title="{escaped}">{escaped}</p><a href="/x">') == []


def foreign_in_answer(response):
    is_page = response.get("Content-Type", "").startswith(("text/html", "application/xhtml"))
    return foreign_in(response.content.decode()) if is_page else []


def test_text_by_others_does_not_become_markup_on_any_page(hostile_world):
    client, values = hostile_world
    foreign, unexpected = {}, {}

    for address in every_address(values):
        page, part = client.get(address.path), client.get(address.path, headers=TO_HTMX)
        others = [status for status, routes in ELSEWHERE.items() if _is_of(address.route, routes)]
        if page.status_code not in {200, 405, *others}:
            unexpected[address.route] = page.status_code
        if came_through := foreign_in_answer(page) + foreign_in_answer(part):
            foreign[address.route] = came_through

    assert foreign == {}
    assert unexpected == {}


def _is_of(route, patterns):
    return any(re.fullmatch(pattern, route) for pattern in patterns)


def test_text_in_an_address_does_not_become_markup(hostile_world):
    client, values = hostile_world
    foreign = {}

    for address in every_address(values):
        if came_through := foreign_in_answer(client.get(address.path, QUERY, follow=True)):
            foreign[address.route] = came_through

    assert foreign == {}


def text_fields(html):
    """Return the names of the fields on a page that can be typed into."""
    fields = re.findall(r"<(input|textarea)\b([^>]*)>", html)
    typed_into = [about for kind, about in fields if kind == "textarea" or NOT_TEXT.search(about) is None]
    return [name_attribute[1] for about in typed_into if (name_attribute := re.search(r'\bname="([^"]+)"', about))]


def test_text_typed_into_a_form_does_not_become_markup_when_shown_again(hostile_world):
    client, values = hostile_world
    addresses = list(every_address(values))
    pages = [client.get(address.path).content.decode(errors="replace") for address in addresses]
    typed = {name: SHORT for page in pages for name in text_fields(page)}
    assert {"email", "intro", "subject", "reason", "title"} <= typed.keys()
    foreign = {}

    for address in addresses:
        cookies = client.cookies.copy()
        with transaction.atomic():
            answer = client.post(address.path, {**typed, **NO_ROWS, **CHOICES.get(address.route, {})}, follow=True)
            transaction.set_rollback(True)
        client.cookies = cookies
        if came_through := foreign_in_answer(answer):
            foreign[address.route] = came_through

    assert foreign == {}


def test_the_panels_sign_in_pages_show_no_foreign_markup(hostile_world):
    client, _ = hostile_world
    owner = User.objects.get()
    client.logout()
    sign_in = client.get("/admin/login/", {"next": SHORT})
    client.force_login(owner)
    second_factor = client.get("/admin/second-factor/", {"next": SHORT})
    Passkey.objects.all().delete()
    set_up = client.get("/admin/second-factor/set-up/", {"next": SHORT})

    assert [page.status_code for page in (sign_in, second_factor, set_up)] == [200, 200, 200]
    assert [foreign_in_answer(page) for page in (sign_in, second_factor, set_up)] == [[], [], []]


def test_text_templates_are_rendered_in_one_place():
    """Django treats what it renders as markup; subscriptions.emails.plain_text turns it into plain text."""
    filled_in = re.compile(r"""(?:render_to_string|get_template)\([^)]*\.txt""")
    files = [file for app in ("config", "digest", "subscriptions") for file in (ROOT / app).rglob("*.py")]

    assert [file.name for file in files if filled_in.search(file.read_text())] == []
    text = plain_text("emails/digest/subject.txt", {"subject": "<b>", "headline": "", "others": 0})
    assert not hasattr(text, "__html__")
