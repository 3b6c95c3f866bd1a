"""Steering digests in the browser: from the email and on the preferences page."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from digest.composing import links as digest_links
from digest.models import Feedback
from digest.recommending import planning
from digest.sending import worker
from subscriptions import links
from subscriptions.models import Follow, Rule, Topic, Weight
from tests.browser.test_pages import FAINT_TEXTS
from tests.browser.test_reader import open_mail, press
from tests.support.factories import make_subscriber

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(edition):
    """A reader who was sent a digest of the edition."""
    topics = list(Topic.objects.filter(name__in=["Graph learning", "Differential privacy"]))
    subscriber = make_subscriber("reader@example.org", follows=topics, next_digest_at=timezone.now())
    planning.plan(timezone.now())
    worker.drain()
    return subscriber


def first_paper(reader, edition):
    (pk, *_), *_ = reader.deliveries.get().content["papers"]
    return edition.papers.get(pk=pk)


def titles(page):
    return page.locator("#preview .lines a").all_inner_texts()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize(
    "words",
    [
        ("More like this", "More like this", "Got it: more like this", "more"),
        ("Less", "Less like this", "Got it: less like this", "less"),
        ("Save", "Save", "Saved", "saved"),
    ],
)
def test_a_reader_gives_feedback_from_the_email_and_undoes_it(reader, edition, open_page, javascript, words):
    link, button, noted, kind = words
    paper = first_paper(reader, edition)
    page = open_page(java_script_enabled=javascript)
    open_mail(page, paper.title)

    page.get_by_role("link", name=link, exact=True).first.click()
    expect(page.get_by_text(paper.title)).to_be_visible()
    assert not Feedback.objects.exists()

    press(page, button)
    expect(page.get_by_role("heading", level=1)).to_have_text(noted)
    assert list(Feedback.objects.values_list("subscriber", "paper", "kind")) == [(reader.pk, paper.pk, kind)]

    press(page, "Undo")
    expect(page.get_by_role("button", name=button, exact=True).first).to_be_visible()
    assert not Feedback.objects.exists()


def test_the_preview_follows_the_topic_weights_and_saving_keeps_them(reader, page):
    page.goto(links.preferences_url(reader))
    expect(page.locator("#preview .lines li").first).to_be_visible()
    before = titles(page)

    page.get_by_role("radiogroup", name="Graph learning").get_by_label("never").check(force=True)
    expect(page.locator("#preview .lines li")).not_to_have_count(len(before))
    assert set(titles(page)) < set(before)
    assert set(Follow.objects.values_list("weight", flat=True)) == {Weight.NORMAL}

    press(page, "Save")
    expect(page.get_by_role("status").first).to_have_text("Your preferences are saved.")
    assert Follow.objects.get(topic__name="Graph learning").weight == Weight.NEVER


def test_without_javascript_a_button_shows_the_preview_and_loses_nothing(reader, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(links.preferences_url(reader))
    page.get_by_text("Words and authors").click()
    page.get_by_label("Words to mute").fill("graph")

    press(page, "Show preview")

    expect(page.locator("#preview .lines a").first).to_be_visible()
    expect(page.get_by_label("Words to mute")).to_have_value("graph")


def test_ticking_topics_shows_todays_digest_before_an_address_is_entered(edition, page):
    page.goto("/subscribe")

    page.get_by_label("Graph learning", exact=True).check(force=True)

    expect(page.get_by_text("Because you follow Graph learning").first).to_be_visible()


def test_only_the_day_fields_of_the_chosen_frequency_are_shown(reader, page):
    page.goto(links.preferences_url(reader))
    often = page.get_by_label("How often")
    monday, month_day = page.get_by_label("Mon", exact=True), page.get_by_label("On the")
    expect(month_day).to_be_hidden()

    often.select_option("monthly")
    expect(month_day).to_be_visible()
    expect(monday).to_be_hidden()
    often.select_option("days")
    expect(monday).to_be_visible()
    expect(month_day).to_be_hidden()


def test_rated_papers_become_topics_to_sign_up_with(edition, page):
    page.goto("/start")
    expect(page.get_by_role("article")).to_have_count(8)

    page.get_by_role("article").first.get_by_label("I’d read it").check(force=True)
    press(page, "Show me what I’d get")

    expect(page.get_by_text(re.compile("Because you follow")).first).to_be_visible()
    page.get_by_label("Email address").fill("new@example.org")
    press(page, "Subscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert Feedback.objects.get().kind == "more"


@pytest.mark.parametrize("which", ["preferences", "feedback", "kind", "mine"])
def test_the_pages_fit_a_narrow_phone_and_have_enough_contrast(reader, edition, open_page, which):
    feedback = f"{digest_links.feedback(reader.deliveries.get().pk)}/{first_paper(reader, edition).pk}"
    address = {
        "preferences": links.preferences_url(reader),
        "feedback": feedback,
        "kind": f"{feedback}/more",
        "mine": f"{links.preferences_url(reader)}/feedback",
    }[which]

    for scheme in ("light", "dark"):
        page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.evaluate(FAINT_TEXTS) == []


def test_viewing_a_paper_counts_only_in_a_browser_that_allows_it(reader, edition, open_page):
    paper, allowing, other = first_paper(reader, edition), open_page(), open_page()
    allowing.goto(links.preferences_url(reader))
    press(allowing, "Turn on in this browser")
    expect(allowing.get_by_text("On since")).to_be_visible()
    for page in (allowing, other):
        page.clock.install()
        page.goto(f"/papers/{paper.pk}")

    told_by_other = []
    other.on("request", lambda request: request.method == "POST" and told_by_other.append(request.url))
    other.clock.run_for(60_000)
    allowing.clock.run_for(2_000)
    assert not Feedback.objects.exists()
    with allowing.expect_response(f"**/opened/{paper.pk}") as response:
        allowing.clock.run_for(10_000)

    assert response.value.status == 204
    assert list(Feedback.objects.values_list("subscriber", "paper", "kind")) == [(reader.pk, paper.pk, "opened")]
    assert told_by_other == []

    allowing.goto(links.preferences_url(reader))
    press(allowing, "Turn off")
    expect(allowing.get_by_role("button", name="Turn on in this browser")).to_be_visible()
    assert not Feedback.objects.exists()
    assert {cookie["name"] for cookie in allowing.context.cookies()}.isdisjoint({"opens", "opens_count"})


@pytest.mark.parametrize("javascript", [True, False])
def test_a_new_reader_can_follow_their_search(edition, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto("/search?q=neural+networks")
    page.get_by_role("link", name="email").click()
    expect(page.get_by_label("“neural networks”")).to_be_checked()

    page.get_by_label("Email address").fill("new@mailinator.com")
    press(page, "Subscribe")
    expect(page.get_by_label("“neural networks”")).to_be_checked()
    press(page, "Preview")
    expect(page.get_by_text("Matches “neural networks”").first).to_be_visible()
    page.get_by_label("Email address").fill("new@example.org")
    press(page, "Subscribe")

    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    assert Rule.objects.get().phrase == "neural networks"
