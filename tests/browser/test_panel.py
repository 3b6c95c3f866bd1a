"""A curator who has never seen the panel makes an edition of ten papers out of fifty, by mouse and by keyboard."""

import pytest
from playwright.sync_api import expect

from digest.models import EditionPaper, Paper
from tests.browser.curating import edition, open_board, person, sign_in, titles

pytestmark = pytest.mark.browser


def drag(page, card, target):
    # Nobody drags in the split second in which the board refreshes.
    expect(page.locator("#audience")).to_be_visible()
    version = page.locator("#board").get_attribute("data-version")
    card.drag_to(target, target_position={"x": 20, "y": 4})
    # The dropped card is there at once; the board updates after it.
    expect(page.locator("#board")).not_to_have_attribute("data-version", version)


def publish(page):
    page.get_by_role("link", name="Preview").first.click()
    expect(page.get_by_text("✗ Fix")).to_have_count(0)
    page.get_by_role("link", name="Publish and send").click()
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("heading", name="Published")).to_be_visible()


def titles_shown(draft):
    return [entry.paper.title for entry in draft.entries.shown().select_related("paper")]


def test_an_edition_of_ten_papers_is_made_and_published_by_mouse(curator, draft, open_page):
    page = open_page(viewport={"width": 1280, "height": 1200})
    sign_in(page)
    open_board(page)
    for number in range(1, 10):
        page.locator("[data-list=candidates] > .p-card").first.get_by_role("button", name="Add").click()
        expect(edition(page)).to_have_count(number)
    drag(page, page.locator("[data-list=candidates] > .p-card").nth(3).locator("h3"), edition(page).first)
    expect(edition(page)).to_have_count(10)

    # The list shows the card added last, so the first one is out of view.
    edition(page).first.scroll_into_view_if_needed()
    third = titles(edition(page))[2]
    drag(page, edition(page).nth(2).locator("h3"), edition(page).first)
    expect(edition(page).first).to_contain_text(third)
    edition(page).nth(4).get_by_role("button", name="Pin").click()
    expect(page.locator(".p-pinned")).to_have_count(1)
    pinned = titles(edition(page))[0]
    edition(page).nth(1).get_by_text("Add note", exact=True).click()
    edition(page).nth(1).get_by_label("Note on").fill("Read this one.")
    edition(page).nth(1).get_by_role("button", name="Save note").click()
    expect(page.locator(".p-note")).to_have_text("Read this one.")
    publish(page)

    draft.refresh_from_db()
    assert draft.is_published
    assert titles_shown(draft)[:2] == [pinned, third]
    assert len(titles_shown(draft)) == 10
    assert draft.entries.get(note="Read this one.").paper.title == third


def test_an_edition_is_made_and_published_with_only_the_keyboard(curator, draft, page):
    sign_in(page)
    open_board(page)
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
    expect(edition(page).first.get_by_label("Note on")).to_be_focused()
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
    expect(page.get_by_role("heading", name="Published")).to_be_visible()

    draft.refresh_from_db()
    assert titles_shown(draft)[0] == before[2]
    assert draft.entries.get(placement="3-hidden").paper.title == before[1]


def test_a_second_curator_sees_what_the_first_did_and_loses_nothing(curator, draft, open_page):
    person("grace")
    first, second = open_page(), open_page()
    for page, name in ((first, "ada"), (second, "grace")):
        sign_in(page, name)
        open_board(page)

    first.locator("[data-list=candidates] > .p-card").first.get_by_role("button", name="Add").click()
    expect(edition(second)).to_have_count(1)
    expect(second.get_by_role("status").first).to_have_text("ada changed this edition.")

    # Grace writes while Ada pins. When Grace is told, what she typed is still there.
    edition(second).first.get_by_text("Add note", exact=True).click()
    edition(second).first.get_by_label("Note on").fill("My thought")
    edition(first).first.get_by_role("button", name="Pin").click()
    expect(first.locator(".p-pinned")).to_have_count(1)
    second.get_by_role("button", name="Save note").click()
    expect(second.get_by_role("alert")).to_contain_text("ada changed this edition in the meantime")
    expect(edition(second).first.get_by_label("Note on")).to_have_value("My thought")
    second.get_by_role("button", name="Save note").click()
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
PAGES += ["digest/paper/{paper}/sources/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_panel_fits_a_narrow_phone(curator, draft, open_page, path):
    paper = Paper.objects.first()
    Paper.objects.filter(pk=paper.pk).update(title="Wide" * 50)
    EditionPaper.objects.create(edition=draft, paper=paper)
    page = open_page(viewport={"width": 320, "height": 640})
    sign_in(page)
    page.goto(f"/admin/{path.format(pk=draft.pk, paper=paper.pk)}")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.documentElement.scrollWidth") == 320
