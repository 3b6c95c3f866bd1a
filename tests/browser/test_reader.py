"""A reader's path from signing up to leaving, in the browser."""

from datetime import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from digest.models import Delivery
from digest.recommending import planning
from digest.sending import worker
from subscriptions import time_zones
from subscriptions.models import Status, Subscriber

pytestmark = pytest.mark.browser

ADDRESS = "reader@example.org"
TOPICS = ["Differential privacy", "Graph learning"]


def fill_in(page):
    """Fill in the sign-up form on the front page."""
    page.goto("/")
    page.get_by_label("Email address").fill(ADDRESS)
    page.get_by_text("more topics").click()
    for topic in TOPICS:
        page.get_by_label(topic, exact=True).check()


def press(page, button):
    page.get_by_role("button", name=button, exact=True).click()


def open_mail(page, subject):
    """Open the HTML part of the newest email in the outbox with this in its subject, as a mail program does."""
    page.goto("/outbox/")
    page.get_by_role("link", name=subject).first.click()
    page.get_by_role("link", name="Open on its own").click()


def follow_the_confirmation(page):
    open_mail(page, "Confirm")
    page.get_by_role("link", name="Confirm").click()


def run_a_minute():
    """Do what beat starts every minute."""
    planning.plan(timezone.now())
    worker.drain()


def test_a_reader_signs_up_gets_a_digest_and_leaves(edition, page):
    fill_in(page)
    page.get_by_text("Every day at 07:00").click()
    page.get_by_label("Time", exact=True).select_option("09:30")
    press(page, "Subscribe")
    follow_the_confirmation(page)
    press(page, "Send me the latest edition now")
    expect(page.get_by_role("heading", level=1)).to_have_text("It’s on its way")
    run_a_minute()

    delivery = Delivery.objects.get()
    assert delivery.subscriber.local_time == time(9, 30)
    papers = [edition.papers.get(pk=pk) for pk, *_ in delivery.content["papers"]]
    open_mail(page, papers[0].title)
    reasons = page.get_by_text("Because you follow")
    # The remaining paper is the exploration.
    expect(reasons).to_have_count(len(papers) - 1)
    expect(page.get_by_text("Something different")).to_have_count(1)
    assert set(reasons.all_inner_texts()) == {f"Because you follow {topic}" for topic in TOPICS}

    page.get_by_role("link", name="View in browser").click()
    expect(page.get_by_role("heading", level=2)).to_have_text([paper.title for paper in papers])
    expect(page.get_by_role("link", name="Unsubscribe")).to_have_count(0)

    page.go_back()
    page.get_by_role("link", name="Unsubscribe").click()
    press(page, "Unsubscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re unsubscribed")
    assert Subscriber.objects.get(email=ADDRESS).status == Status.UNSUBSCRIBED


def test_signing_up_and_confirming_takes_four_clicks(edition, page):
    page.goto("/")
    page.get_by_label("Email address").fill(ADDRESS)
    clicks = [
        page.get_by_label("Graph learning", exact=True).check,
        page.get_by_label("Optimization", exact=True).check,
    ]
    for click in clicks:
        click()
    press(page, "Subscribe")
    expect(page.get_by_text(ADDRESS)).to_be_visible()
    open_mail(page, "Confirm")
    page.get_by_role("link", name="Confirm").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, you’re in")
    assert Subscriber.objects.get(email=ADDRESS).status == Status.ACTIVE
    # The two topics, the form's button and the link in the email.
    assert len(clicks) + 2 == 4


def test_on_a_phone_the_first_paper_and_the_subscribe_button_are_visible(edition, open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    page.goto("/")
    expect(page.get_by_role("article").first.get_by_role("heading")).to_be_in_viewport()
    page.get_by_text("more topics").click()
    page.get_by_label("Graph learning", exact=True).check()
    expect(page.get_by_text("What you’d get today")).to_be_visible()

    for height in (0, 300, 600):
        page.evaluate(f"scrollTo(0, {height})")
        expect(page.get_by_role("button", name="Subscribe", exact=True)).to_be_in_viewport(ratio=1)


def test_opening_the_confirmation_link_in_another_browser_subscribes_nobody(edition, page, open_page):
    fill_in(page)
    press(page, "Subscribe")

    page = open_page()
    follow_the_confirmation(page)

    expect(page.get_by_role("button", name="Yes, subscribe me")).to_be_visible()
    assert Subscriber.objects.get(email=ADDRESS).status == Status.PENDING


def test_the_time_zone_comes_from_the_browser(edition, page):
    fill_in(page)
    press(page, "Subscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")

    assert Subscriber.objects.get(email=ADDRESS).time_zone == "Europe/Berlin"


def test_a_zone_chosen_on_the_form_is_found_by_its_place_and_still_there_on_the_way_back(edition, page):
    fill_in(page)
    page.get_by_text("Every day at 07:00").click()
    page.get_by_label("Search time zones").press_sequentially("kath")
    expect(page.get_by_label("Time zone", exact=True)).to_have_value("Asia/Kathmandu")
    expect(page.locator("select.chosen-zone option")).to_have_count(1)
    page.goto("/saved")
    page.go_back()

    expect(page.get_by_label("Time zone", exact=True)).to_have_value("Asia/Kathmandu")
    press(page, "Subscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert Subscriber.objects.get(email=ADDRESS).time_zone == time_zones.known_as("Asia/Kathmandu")


def test_all_time_zones_are_listed_soon_after_the_page_has_loaded(edition, page):
    html = page.request.get("/subscribe").text()
    page.goto("/subscribe")

    assert html.count("<optgroup") > 5
    expect(page.locator("select.chosen-zone option")).to_have_count(html.count("<option", html.index("<optgroup")))
    expect(page.get_by_label("Time zone", exact=True)).to_have_value("Europe/Berlin")


def test_signing_up_works_without_javascript(edition, open_page):
    page = open_page(java_script_enabled=False)
    fill_in(page)
    page.get_by_text("Every day at 07:00").click()
    page.locator("select[name=time_zone]:visible").select_option("Asia/Tokyo")
    press(page, "Subscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")

    subscriber = Subscriber.objects.get(email=ADDRESS)
    assert [topic.name for topic in subscriber.topics.all()] == TOPICS
    assert subscriber.time_zone == "Asia/Tokyo"


def test_a_mistyped_address_can_be_corrected(edition, page):
    fill_in(page)
    # The browser's own validation accepts this.
    page.get_by_label("Email address").fill("reader@nowhere")
    press(page, "Subscribe")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label(TOPICS[0], exact=True)).to_be_checked()

    page.get_by_label("Email address").fill(ADDRESS)
    press(page, "Subscribe")

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")


def test_the_form_can_be_reached_by_keyboard_with_visible_focus(edition, page):
    page.goto("/")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    reached = []
    while "email" not in reached and len(reached) < 30:
        page.keyboard.press("Tab")
        assert page.evaluate(outline) != "none", f"no outline on step {len(reached) + 1}"
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))

    assert reached[0] == "Skip to content"
    assert reached[-1] == "email"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Subscribe"
