"""One account in the browser: ten opinions from an email, saved papers from anywhere, with clicks counted."""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from digest.models import Feedback
from digest.recommending import planning
from digest.sending import worker
from subscriptions import links
from tests.browser.axe import faults
from tests.browser.test_pages import FAINT_TEXTS
from tests.browser.test_reader import open_mail
from tests.support.factories import make_subscriber

pytestmark = pytest.mark.browser

KINDS = ["more", "less", "saved"]


@pytest.fixture
def reader(edition):
    """A reader who was sent a digest of ten papers."""
    subscriber = make_subscriber("reader@example.org", next_digest_at=timezone.now(), max_papers=10)
    planning.plan(timezone.now())
    worker.drain()
    return subscriber


class Clicks:
    """Click targets and count the clicks."""

    def __init__(self):
        self.count = 0

    def __call__(self, target):
        target.click()
        self.count += 1


def opinions():
    return dict(Feedback.objects.exclude(kind="saved").values_list("paper__title", "kind"))


def open_digest_mail(page, reader):
    assert len(reader.deliveries.get().content["papers"]) == 10
    open_mail(page, "and 9 more")


@pytest.mark.parametrize("javascript", [True, False])
def test_ten_opinions_from_an_email_take_at_most_twelve_clicks(reader, open_page, javascript):
    page, click = open_page(java_script_enabled=javascript), Clicks()
    open_digest_mail(page, reader)

    click(page.get_by_role("link", name="More like this", exact=True).first)
    assert not Feedback.objects.exists()
    click(page.get_by_role("button", name="More like this", exact=True))
    for place in range(1, 10):
        button = page.locator("form.feedback-buttons").nth(place).locator('button[value="less"]')
        click(button)
        expect(page.locator("form.feedback-buttons").nth(place).locator('[aria-pressed="true"]')).to_have_count(1)

    assert sorted(opinions().values()) == ["less"] * 9 + ["more"]
    assert click.count <= 12


def test_keys_rate_the_papers_of_a_digest_and_undo_the_last_opinion(reader, page):
    open_digest_mail(page, reader)
    page.get_by_role("link", name="Save", exact=True).first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    forms = page.locator("form.feedback-buttons")
    pressed = [form.locator('[aria-pressed="true"]') for form in forms.all()]

    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(pressed[0]).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(pressed[1]).to_have_count(1)
    page.keyboard.press("m")
    expect(forms.nth(1).locator('button[value="more"][aria-pressed="true"]')).to_have_count(1)
    page.keyboard.press("u")
    expect(forms.nth(1).locator('button[value="less"][aria-pressed="true"]')).to_have_count(1)
    page.keyboard.press("u")
    expect(pressed[1]).to_have_count(0)
    page.keyboard.press("u")
    expect(pressed[0]).to_have_count(1)
    page.keyboard.press("u")

    assert list(Feedback.objects.values_list("kind", flat=True)) == ["saved"]


def test_an_emailed_link_keeps_a_reader_signed_in_with_saved_papers_one_click_away(reader, edition, page):
    page.goto(links.preferences_url(reader))
    page.get_by_role("button", name="Stay signed in on this browser").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    paper = edition.papers.first()

    page.goto(paper.get_absolute_url())
    page.locator("form.feedback-buttons").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("your saved papers")

    for address in ("/", f"/papers/{paper.pk}", "/trending", "/search", "/account", "/preferences/me", "/submit"):
        click = Clicks()
        page.goto(address)
        click(page.get_by_role("link", name="Saved", exact=True).first)
        expect(page.get_by_role("heading", level=1)).to_have_text("Saved papers")
        expect(page.get_by_role("link", name=paper.title)).to_be_visible()
        assert click.count == 1
        # A signed-in reader is not asked for an address again.
        assert page.locator('input[type="email"]').count() == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_voting_and_rating_in_a_list_stay_on_the_page(reader, edition, open_page, javascript):
    page = open_page(java_script_enabled=javascript)
    page.goto(links.preferences_url(reader))
    page.get_by_role("button", name="Stay signed in on this browser").click()
    page.goto("/")
    article = page.get_by_role("article").nth(3)

    article.locator(".vote button").click()
    expect(article.locator('.vote button[aria-pressed="true"]')).to_have_count(1)
    article.get_by_role("button", name="More like this").click()
    expect(article.locator('.feedback-buttons button[aria-pressed="true"]')).to_have_count(1)

    assert urlsplit(page.url).path == "/"
    assert Feedback.objects.get().subscriber == reader


def test_a_note_and_labels_are_saved_and_found_again(reader, edition, page):
    Feedback.objects.create(subscriber=reader, paper=edition.papers.first(), kind="saved")
    page.goto(f"{links.preferences_url(reader)}/saved")

    page.get_by_text("Add a note or labels").click()
    page.get_by_label("Note").fill("for the thesis")
    page.get_by_label("Labels, separated by commas").fill("thesis, soon")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("for the thesis").first).to_be_visible()
    page.get_by_role("link", name="thesis", exact=True).click()
    expect(page.get_by_text("1 of 1 saved paper.")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("for the thesis").first).to_be_visible()


@pytest.mark.parametrize("which", ["", "/account", "/saved", "/digests", "/feedback", "/why", "/data"])
def test_the_account_pages_are_accessible_and_fit_a_phone(reader, edition, open_page, which):
    edition.papers.update(title="Wide" * 50)
    for paper, kind in zip(edition.papers.all()[:3], KINDS, strict=True):
        Feedback.objects.create(subscriber=reader, paper=paper, kind=kind)
    feedback = f"{links.preferences_url(reader)}{which}"

    for scheme in ("light", "dark"):
        page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
        page.goto(feedback)
        assert faults(page, "best-practice") == []
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert page.evaluate(FAINT_TEXTS) == []
