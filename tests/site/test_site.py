"""The public pages, as a reader sees them."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model

from digest.composing import links
from digest.composing.renderer import render
from digest.models import EditionPaper, Paper, PaperIdentifier, PaperTopic
from tests.support.factories import DAY, NOON, make_delivery, make_edition, make_paper, make_subscriber, make_topic
from tests.support.html import html_of

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def staff_client(client):
    client.force_login(get_user_model().objects.create_user("curator", is_staff=True))
    return client


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def titles(html):
    return [title.strip() for title in re.findall(r'<a href="/papers/\d+">([^<]+)</a>', html)]


def test_before_the_first_edition_the_front_page_invites_readers_to_sign_up(client):
    html = page(client, "/")

    assert "first edition is on its way" in html
    assert "each with the reason it was picked for you" in html


def test_the_front_page_shows_the_latest_edition_with_the_banner(client):
    make_edition(make_paper("Old"), day=DAY - timedelta(days=1))
    make_edition(make_paper("Newer"), make_paper("Newest"))

    html = page(client, "/")

    assert titles(html) == ["Newer", "Newest"]
    assert "each with the reason it was picked for you" in html
    assert "by AK and the research community" in html
    assert "Thursday, 21 August" in html


def test_every_page_has_one_top_level_heading_and_the_landmarks(client):
    paper = make_paper()
    make_edition(paper)

    for address in ("/", "/papers/2025-08-21", f"/papers/{paper.pk}"):
        html = html_of(page(client, address))
        assert [len(html.all(tag)) for tag in ("h1", "main", "footer", "header")] == [1, 1, 1, 1]
        assert html.one("html")["lang"] == "en"
        assert html.all("a[href=#content]")


def test_the_page_loads_nothing_from_other_hosts(client):
    make_edition(make_paper())

    html = page(client, "/")

    loaded = re.findall(r'(?:src|<link[^>]*(?:stylesheet|icon)"[^>]* href)="([^"]+)"', html)
    assert all(address.startswith("/") for address in loaded)
    assert "@import" not in html


def test_the_page_of_a_day_links_to_its_files_its_week_and_its_month(client):
    make_edition(make_paper())

    html = page(client, "/papers/2025-08-21")

    for address in ("2025-W34", "2025-08", *(f"2025-08-21.{ending}" for ending in ("bib", "ris", "csv", "md"))):
        assert f'href="/papers/{address}"' in html


def test_a_paper_is_shown_with_everything_known_about_it(client):
    paper = make_paper(
        "Motifs", about=make_topic("Graph learning"), authors=["Ada", "Emmy"], code_url="https://example.org/code"
    )
    PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value="2309.17053")
    make_edition(paper)
    EditionPaper.objects.update(note="Read this one.")

    for address in ("/", f"/papers/{paper.pk}"):
        html = page(client, address)
        for word in ("Motifs", "Ada", "Emmy", "The abstract of Motifs.", "Graph learning", "Read this one."):
            assert word in html
        for link in (
            "https://arxiv.org/abs/2309.17053",
            "https://arxiv.org/pdf/2309.17053",
            "https://example.org/code",
        ):
            assert f'href="{link}"' in html


def test_the_content_of_a_paper_is_text_and_never_html(client):
    paper = make_paper(
        EVIL, about=make_topic(EVIL, slug="evil"), abstract=EVIL, authors=[EVIL], code_url="javascript:alert(1)"
    )
    make_edition(paper)
    EditionPaper.objects.update(note=EVIL)

    for address in ("/", f"/papers/{paper.pk}"):
        html = page(client, address)
        assert EVIL not in html
        assert "&lt;script&gt;" in html
        assert "javascript:" not in html


def test_a_hyphenated_name_in_a_title_is_kept_whole(client):
    make_edition(make_paper("The Weisfeiler-Leman Test"))

    assert html_of(page(client, "/")).one("span.whole").text == "Weisfeiler-Leman"


def test_pinned_papers_come_first_and_hidden_ones_do_not_appear(client):
    make_edition(make_paper("One"), hidden := make_paper("Two"), pinned := make_paper("Three"))
    EditionPaper.objects.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)
    EditionPaper.objects.filter(paper=pinned).update(placement=EditionPaper.Placement.PINNED)

    assert titles(page(client, "/papers/2025-08-21")) == ["Three", "One"]
    assert page(client, f"/papers/{hidden.pk}", status=404)


def test_a_day_links_to_the_editions_before_and_after_it_but_not_to_drafts(client):
    for day, published in ((18, True), (20, False), (21, True), (22, False), (25, True)):
        make_edition(make_paper(), day=date(2025, 8, day), published=published)

    html = html_of(page(client, "/papers/2025-08-21"))

    assert html.one("a[rel=prev]")["href"] == "/papers/2025-08-18"
    assert html.one("a[rel=next]")["href"] == "/papers/2025-08-25"


@pytest.mark.parametrize("day", ["2025-08-20", "2025-02-30", "2025-13-01", "0000-01-01", "2025-8-1"])
def test_a_day_without_an_edition_is_not_found(client, day):
    make_edition(make_paper())

    assert "Page not found" in page(client, f"/papers/{day}", status=404)


def test_only_staff_can_see_a_draft(client, staff_client, django_user_model):
    paper = make_paper("In the making")
    make_edition(paper, published=False)

    assert titles(page(staff_client, "/papers/2025-08-21")) == ["In the making"]
    assert "only staff can see this page" in page(staff_client, "/papers/2025-08-21")
    assert page(staff_client, f"/papers/{paper.pk}")

    client.logout()
    assert page(client, "/papers/2025-08-21", status=404)
    assert page(client, f"/papers/{paper.pk}", status=404)
    assert "first edition is on its way" in page(client, "/")


def test_a_paper_in_no_edition_has_a_page_that_is_not_indexed(client):
    paper = make_paper("On its own")

    html = page(client, f"/papers/{paper.pk}")

    assert "On its own" in html
    assert html_of(html).one("meta[name=robots]")["content"] == "noindex"
    assert "In the edition of" not in html


def test_a_paper_that_was_sent_keeps_its_page_without_a_mention_of_its_draft(client):
    make_edition(paper := make_paper(sent_at=NOON), published=False, day=DAY)
    EditionPaper.objects.update(note="A word of the curator")

    html = page(client, f"/papers/{paper.pk}")

    assert "In the edition of" not in html
    assert "A word of the curator" not in html


def test_a_withdrawn_paper_says_so(client):
    paper = make_paper(withdrawn_at=NOON)
    make_edition(paper)

    assert "This paper was withdrawn on" in page(client, paper.get_absolute_url())


def test_a_papers_page_links_to_its_edition(client):
    make_edition(paper := make_paper())

    assert 'href="/papers/2025-08-21"' in page(client, f"/papers/{paper.pk}")


@pytest.mark.parametrize("address", ["/", "/papers/2025-08-21"])
def test_twice_the_papers_cost_no_more_queries(client, django_assert_max_num_queries, address):
    topics = [make_topic(), make_topic("Optimization")]

    def grow(number, day):
        papers = [make_paper(about=topics[0]) for _ in range(number)]
        for paper in papers:
            PaperTopic.objects.create(paper=paper, topic=topics[1], score=0.5)
            PaperIdentifier.objects.create(paper=paper, scheme="arxiv", value=f"2309.{paper.pk:05}")
        return make_edition(*papers, day=day)

    edition = grow(25, DAY)
    with django_assert_max_num_queries(8) as few:
        assert len(titles(page(client, address))) == 25
    Paper.objects.all().delete()
    edition.delete()
    grow(51, DAY)
    with django_assert_max_num_queries(8) as many:
        assert len(titles(page(client, address))) == 51
    assert len(many) <= len(few)


@pytest.mark.parametrize("address", ["/", "/papers/2025-08-21", "/papers/1", "/outbox/", "/healthz", "/readyz"])
def test_pages_cannot_be_posted_to(client, address):
    assert client.post(address).status_code == 405


def digest_address(delivery):
    return links.view(delivery.pk).removeprefix("http://localhost:8000")


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber(), make_edition(make_paper("Frozen")))


@time_machine.travel(NOON, tick=False)
def test_a_digest_in_the_browser_is_the_emails_html_without_its_personal_links(client, delivery):
    html = page(client, digest_address(delivery))

    mailed = render(delivery).html
    assert html.partition('class="acc')[0] == mailed.partition('class="acc')[0]
    assert "The abstract of Frozen." in html
    for link in ("/preferences/", "/unsubscribe/", "/feedback/", "because you signed up"):
        assert link in mailed
        assert link not in html


def test_a_digest_in_the_browser_cannot_run_or_load_anything_and_is_not_indexed(client, delivery):
    response = client.get(digest_address(delivery))

    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_digest_in_the_browser_stays_the_same_when_another_edition_comes(client, delivery):
    make_edition(make_paper("Later"), day=DAY + timedelta(days=1))

    html = page(client, digest_address(delivery))

    assert "Frozen" in html
    assert "Later" not in html


@pytest.mark.parametrize("token", ["1", "1:forged", "x" * 500, "%00"])
def test_a_forged_link_to_a_digest_is_not_found(client, delivery, token):
    assert "Page not found" in page(client, f"/digests/{token}", status=404)


def test_the_digest_of_an_erased_reader_is_gone(client, delivery):
    delivery.subscriber.erase()

    assert "This digest is gone" in page(client, digest_address(delivery), status=410)


def test_a_digest_with_no_papers_left_says_that_it_is_gone(client, delivery):
    Paper.objects.all().delete()

    assert "This digest is gone" in page(client, digest_address(delivery), status=410)


def test_the_icon_and_the_style_sheet_are_served(client):
    html = page(client, "/")

    assert "/static/digest/site.css" in html
    assert "/static/digest/icons/favicon.svg" in html
