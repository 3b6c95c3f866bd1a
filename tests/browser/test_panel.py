"""The way of a curator who has never seen the panel: an edition of ten out of fifty, by mouse and by keyboard."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import expect

from digest.importing import import_seed_page
from digest.models import Edition, EditionPaper, Paper
from subscriptions.starter_topics import load_topics

roles = import_module("digest.migrations.0012_roles")
pytestmark = pytest.mark.browser
PASSWORD = "a password of a curator"


@pytest.fixture
def draft(site, settings):
    """Fifty candidates, and an edition of tomorrow without any."""
    load_topics()
    import_seed_page()
    EditionPaper.objects.all().delete()
    Edition.objects.all().delete()
    return Edition.objects.create(day=timezone.now().date() + timedelta(days=1))


def person(name):
    # The roles that a migration made are gone with the data of the test before.
    roles.make_roles(apps, None)
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Curator"))


@pytest.fixture
def curator(draft):
    person("ada")


def sign_in(page, name="ada"):
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def open_board(page):
    page.get_by_role("link", name="its board").click()
    expect(page.locator("[data-list=candidates] > .p-card")).to_have_count(51)
    expect(page.locator("#audience")).to_be_visible()


def edition(page):
    return page.locator("[data-list=edition] > .p-card")


def titles(cards):
    return [text.split(maxsplit=1)[1] if text[0].isdigit() else text for text in cards.locator("h3").all_inner_texts()]


def drag(page, card, target):
    # Nobody drags in the split second in which the board is renewed.
    expect(page.locator("#audience")).to_be_visible()
    version = page.locator("#board").get_attribute("data-version")
    card.drag_to(target, target_position={"x": 20, "y": 4})
    # What is dropped stands there at once; the board follows.
    expect(page.locator("#board")).not_to_have_attribute("data-version", version)


def publish(page):
    page.get_by_role("link", name="Preview").first.click()
    expect(page.get_by_text("✗ bad")).to_have_count(0)
    page.get_by_role("link", name="Publish and send").click()
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("heading", name="It is out")).to_be_visible()


def shown(draft):
    return [entry.paper.title for entry in draft.entries.shown().select_related("paper")]


def test_an_edition_of_ten_out_of_fifty_is_made_and_published_by_mouse(curator, draft, open_page):
    page = open_page(viewport={"width": 1280, "height": 1200})
    sign_in(page)
    open_board(page)
    for number in range(1, 10):
        page.locator("[data-list=candidates] > .p-card").first.get_by_role("button", name="Add").click()
        expect(edition(page)).to_have_count(number)
    drag(page, page.locator("[data-list=candidates] > .p-card").nth(3).locator("h3"), edition(page).first)
    expect(edition(page)).to_have_count(10)

    # Where what was added last stands, the first one is out of sight.
    edition(page).first.scroll_into_view_if_needed()
    third = titles(edition(page))[2]
    drag(page, edition(page).nth(2).locator("h3"), edition(page).first)
    expect(edition(page).first).to_contain_text(third)
    edition(page).nth(4).get_by_role("button", name="Pin").click()
    expect(page.locator(".p-pinned")).to_have_count(1)
    pinned = titles(edition(page))[0]
    edition(page).nth(1).get_by_text("Note", exact=True).click()
    edition(page).nth(1).get_by_label("Note on").fill("Read this one.")
    edition(page).nth(1).get_by_role("button", name="Save the note").click()
    expect(page.locator(".p-note")).to_have_text("Read this one.")
    publish(page)

    draft.refresh_from_db()
    assert draft.is_published
    assert shown(draft)[:2] == [pinned, third]
    assert len(shown(draft)) == 10
    assert draft.entries.get(note="Read this one.").paper.title == third


def test_the_same_is_done_by_keyboard_alone(curator, draft, page):
    sign_in(page)
    open_board(page)
    page.locator(".p-card[tabindex='0']").first.wait_for()
    page.keyboard.press("ArrowLeft")
    for number in range(1, 11):
        page.keyboard.press("a")
        expect(edition(page)).to_have_count(number)
    before = titles(edition(page))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    page.keyboard.press("Shift+ArrowUp")
    expect(edition(page).first).to_contain_text(before[1])
    expect(page.locator(".p-card:focus")).to_contain_text(before[1])
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(edition(page).first).to_contain_text(before[2])
    page.keyboard.press("n")
    page.keyboard.type("A note from the keys")
    page.keyboard.press("Enter")
    expect(page.locator(".p-note")).to_have_text("A note from the keys")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("j")
    page.keyboard.press("h")
    expect(page.get_by_text("Hidden from readers", exact=True)).to_be_visible()
    expect(edition(page)).to_have_count(9)
    page.get_by_role("link", name="Publish and send").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Publish now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="It is out")).to_be_visible()

    draft.refresh_from_db()
    assert shown(draft)[0] == before[2]
    assert draft.entries.get(placement="3-hidden").paper.title == before[1]


def test_adding_by_mouse_leaves_the_list_where_it_is(curator, draft, page):
    sign_in(page)
    open_board(page)
    candidates = page.locator("[data-list=candidates] > .p-card")
    candidates.nth(20).scroll_into_view_if_needed()
    above, place = candidates.nth(19), candidates.nth(19).bounding_box()["y"]
    following = candidates.nth(21).locator("h3").inner_text()
    candidates.nth(20).get_by_role("button", name="Add").click()
    expect(edition(page)).to_have_count(1)

    assert abs(above.bounding_box()["y"] - place) < 2
    assert page.evaluate("document.activeElement.querySelector('h3').innerText") == following
    expect(edition(page)).to_be_in_viewport()


def test_what_is_half_written_stays_while_something_else_is_done_and_is_asked_about_on_leaving(curator, draft, page):
    for paper in Paper.objects.all()[:3]:
        EditionPaper.objects.create(edition=draft, paper=paper)
    sign_in(page)
    page.get_by_role("link", name="its board").click()
    edition(page).first.get_by_text("Note", exact=True).click()
    page.keyboard.type("Half a note")
    edition(page).last.get_by_role("button", name="Pin").click()
    expect(page.locator(".p-pinned")).to_have_count(1)

    note = edition(page).nth(1).get_by_label("Note on")
    expect(note).to_have_value("Half a note")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Preview").first.click()
    assert asked == ["beforeunload"]
    expect(note).to_have_value("Half a note")


def test_the_candidates_follow_what_is_typed_and_the_last_change_is_undone(curator, draft, page):
    sign_in(page)
    open_board(page)
    page.keyboard.press("/")
    page.keyboard.type("stochastic", delay=40)
    candidates = page.locator("[data-list=candidates] > .p-card")
    expect(page.locator("#candidates-head")).to_contain_text("that fit")
    expect(page.locator(".p-filters [name=text]")).to_be_focused()
    found = candidates.count()
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    expect(edition(page)).to_have_count(1)
    page.keyboard.press("u")

    expect(edition(page)).to_have_count(0)
    expect(candidates).to_have_count(found)


def test_what_is_typed_after_unfolding_goes_into_the_form(curator, draft, page):
    sign_in(page)
    open_board(page)
    page.locator(".p-words summary").click()
    page.keyboard.type("A hard read on papers")
    page.keyboard.press("Tab")
    page.keyboard.type("About today.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Subject and intro ✓")).to_be_visible()

    draft.refresh_from_db()
    assert (draft.subject, draft.intro) == ("A hard read on papers", "About today.")
    assert draft.entries.count() == 0
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    expect(page.get_by_role("heading", name="Publish")).to_be_visible()


def swipe(page, x, y, way):
    touch = page.context.new_cdp_session(page)
    points = [{"x": x, "y": y + way * step / 10} for step in range(11)]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for point in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_thumb_scrolls_the_board_and_moves_no_paper(curator, draft, open_page):
    for paper in Paper.objects.all()[:3]:
        EditionPaper.objects.create(edition=draft, paper=paper)
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    sign_in(page)
    page.get_by_role("link", name="its board").click()
    expect(page.locator("#audience")).to_be_visible()
    before, order = page.evaluate("scrollY"), titles(page.locator("[data-list=candidates] > .p-card"))
    card = page.locator("[data-list=candidates] > .p-card").nth(2).bounding_box()
    swipe(page, card["x"] + 60, card["y"] + 20, -300)

    page.wait_for_function("before => scrollY > before + 200", arg=before)
    assert titles(page.locator("[data-list=candidates] > .p-card")) == order
    draft.refresh_from_db()
    assert draft.version == 0


def test_a_second_curator_sees_what_the_first_did_and_loses_nothing(curator, draft, open_page):
    person("grace")
    first, second = open_page(), open_page()
    for page, name in ((first, "ada"), (second, "grace")):
        sign_in(page, name)
        open_board(page)

    first.locator("[data-list=candidates] > .p-card").first.get_by_role("button", name="Add").click()
    expect(edition(second)).to_have_count(1)
    expect(second.get_by_role("status").first).to_have_text("ada changed this edition.")

    # Grace writes while Ada pins: what she typed is still there when she is told.
    edition(second).first.get_by_text("Note", exact=True).click()
    edition(second).first.get_by_label("Note on").fill("My thought")
    edition(first).first.get_by_role("button", name="Pin").click()
    expect(first.locator(".p-pinned")).to_have_count(1)
    second.get_by_role("button", name="Save the note").click()
    expect(second.get_by_role("alert")).to_contain_text("ada changed this edition meanwhile")
    expect(edition(second).first.get_by_label("Note on")).to_have_value("My thought")
    second.get_by_role("button", name="Save the note").click()
    expect(second.locator(".p-note")).to_have_text("My thought")
    assert EditionPaper.objects.get().placement == EditionPaper.Placement.PINNED


def test_the_board_works_without_scripts(curator, draft, open_page):
    page = open_page(java_script_enabled=False)
    sign_in(page)
    page.get_by_role("link", name="its board").click()
    for number in (1, 2):
        page.locator("[data-list=candidates] > .p-card").first.get_by_role("button", name="Add").click()
        expect(edition(page)).to_have_count(number)
    second = titles(edition(page))[1]
    edition(page).nth(1).get_by_role("button", name="Move up").click()
    expect(edition(page).first).to_contain_text(second)
    publish(page)

    draft.refresh_from_db()
    assert draft.is_published


PAGES = ["", "digest/edition/", "digest/edition/{pk}/board/", "digest/edition/{pk}/audience/"]
PAGES += ["digest/edition/{pk}/preview/", "digest/edition/{pk}/publishing/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_panel_fits_a_narrow_phone(curator, draft, open_page, path):
    EditionPaper.objects.create(edition=draft, paper=Paper.objects.first())
    page = open_page(viewport={"width": 320, "height": 640})
    sign_in(page)
    page.goto(f"/admin/{path.format(pk=draft.pk)}")

    assert page.evaluate("document.documentElement.scrollWidth") == 320
