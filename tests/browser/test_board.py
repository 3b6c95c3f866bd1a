"""Working on the board: what stays where it is, what is typed, and swiping on a touch screen."""

import pytest
from playwright.sync_api import expect

from digest.models import EditionPaper, Paper
from tests.browser.curating import edition, open_board, sign_in, titles

pytestmark = pytest.mark.browser


def test_adding_by_mouse_keeps_the_scroll_position_of_the_list(curator, draft, page):
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


def test_a_half_written_note_survives_other_changes_and_leaving_asks_first(curator, draft, page):
    for paper in Paper.objects.all()[:3]:
        EditionPaper.objects.create(edition=draft, paper=paper)
    sign_in(page)
    page.get_by_role("link", name="its board").click()
    # Someone who clicks before the script has loaded still gets the field to write in.
    edition(page).first.get_by_text("Add note", exact=True).click()
    expect(edition(page).first.get_by_label("Note on")).to_be_focused()
    page.keyboard.type("Half a note")
    edition(page).last.get_by_role("button", name="Pin").click()
    expect(page.locator(".p-pinned")).to_have_count(1)

    note = edition(page).nth(1).get_by_label("Note on")
    expect(note).to_have_value("Half a note")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog", lambda dialog: dialog.type == "beforeunload"):
        page.get_by_role("link", name="Preview").first.click()
    expect(note).to_have_value("Half a note")


def test_typing_filters_the_candidates_and_the_last_change_can_be_undone(curator, draft, page):
    sign_in(page)
    open_board(page)
    page.keyboard.press("/")
    page.keyboard.type("stochastic", delay=40)
    candidates = page.locator("[data-list=candidates] > .p-card")
    expect(page.locator("#candidates-head")).to_contain_text("matching")
    expect(page.locator(".p-filters [name=text]")).to_be_focused()
    count = candidates.count()
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    expect(edition(page)).to_have_count(1)
    page.keyboard.press("u")

    expect(edition(page)).to_have_count(0)
    expect(candidates).to_have_count(count)


def test_text_typed_after_unfolding_goes_into_the_form(curator, draft, page):
    sign_in(page)
    open_board(page)
    page.locator(".p-words summary").click()
    expect(page.locator(".p-words [name=subject]")).to_be_focused()
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


def test_swiping_scrolls_the_board_and_moves_no_paper(curator, draft, open_page):
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
