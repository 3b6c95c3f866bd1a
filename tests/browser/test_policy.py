"""No page violates the content security policy. The browser reports violations in its console."""

import pytest
from playwright.sync_api import expect

from tests.browser.curating import sign_in

pytestmark = pytest.mark.browser

PAGES = ["/", "/search?q=graph", "/trending", "/start", "/subscribe", "/sign-in", "/feeds", "/topics"]
PANEL = ["", "digest/paper/", "digest/edition/", "digest/submission/queue/"]


@pytest.fixture
def violations(page):
    """The policy violations that the browser reports while its page is open."""
    messages = []
    page.on("console", lambda message: "Content Security Policy" in message.text and messages.append(message.text))
    return messages


def test_no_page_of_the_site_breaks_the_policy(edition, page, violations):
    papers = [f"/papers/{paper.pk}" for paper in edition.papers.all()[:2]]
    for path in PAGES + papers:
        assert page.goto(path, wait_until="networkidle").ok

    assert violations == []


def test_the_api_docs_work_within_the_policy(edition, page, violations):
    page.goto("/api/docs")

    expect(page.get_by_text("/api/daily_papers")).to_be_visible()
    page.get_by_text("/api/daily_papers").click()
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    assert violations == []


def test_no_page_of_the_panel_breaks_the_policy(curator, draft, page, violations):
    sign_in(page)
    own = [f"digest/edition/{draft.pk}/{part}/" for part in ("board", "audience", "preview", "publishing")]
    for path in PANEL + own:
        assert page.goto(f"/admin/{path}", wait_until="networkidle").ok

    assert violations == []


def test_a_script_injected_into_a_page_does_not_run(curator, draft, chromium, site):
    # Not `open_page`, because that fails when the console complains.
    page = chromium.new_context(base_url=site).new_page()
    sign_in(page)
    page.goto(f"/admin/digest/edition/{draft.pk}/preview/")

    page.evaluate(
        """() => {
            const script = document.createElement("script")
            script.textContent = "window.ran = 'script'"
            document.body.append(script)
            document.body.insertAdjacentHTML("beforeend", "<img src=data: onerror=\\"window.ran = 'handler'\\">")
        }"""
    )
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.ran || ''") == ""
    page.context.close()
