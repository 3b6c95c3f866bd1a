"""Lists in the panel: totals above deliveries, errors cut at a word, and what an empty list says."""

import re

import pytest

from digest.metrics import tallies
from digest.models import Delivery, SourceRun
from subscriptions.models import Topic
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

LONG = "The mail server answered 421 4.7.0 Try again later, this network sent too many messages in the last hour, sorry"


def test_deliveries_have_totals_per_edition_that_link_to_their_rows(admin_client, django_assert_max_num_queries):
    edition = make_edition(make_paper())
    for status in ("sent", "delivered", "delivered", "failed"):
        make_delivery(make_subscriber(), edition, status=status, sent_at=NOON)
    tallies.update_tallies(NOON)

    with django_assert_max_num_queries(20):
        html = admin_client.get("/admin/digest/delivery/").content.decode()

    assert "?q=2025-08-21&amp;status__exact=failed" in html
    rows = admin_client.get("/admin/digest/delivery/", {"q": "2025-08-21", "status__exact": "delivered"})
    assert len(rows.context["cl"].result_list) == 2


def test_without_a_count_the_list_says_when_totals_appear(admin_client):
    assert "Totals appear a few minutes after" in admin_client.get("/admin/digest/delivery/").content.decode()


@pytest.mark.parametrize("page", ["digest/delivery", "digest/sourcerun"])
def test_a_long_error_is_cut_at_a_word_and_shown_in_full_on_its_own_page(admin_client, page):
    delivery = make_delivery(make_subscriber(), make_edition(make_paper()), status="failed", error=LONG)
    run = SourceRun.objects.create(source="oai", part="cs.LG", status="failed", error=LONG)
    row = delivery if page == "digest/delivery" else run

    (begin,) = re.findall(r"(The mail server[^<]*)…", admin_client.get(f"/admin/{page}/").content.decode())
    assert LONG.startswith(f"{begin} ")
    assert LONG in admin_client.get(f"/admin/{page}/{row.pk}/change/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        *("digest/edition", "digest/paper", "digest/submission", "digest/member", "digest/feedback"),
        *("digest/delivery", "digest/sourcerun", "admin/logentry"),
        *("subscriptions/subscriber", "subscriptions/topic", "subscriptions/suppression"),
    ],
)
def test_an_empty_list_says_what_will_appear_there(admin_client, page):
    Topic.objects.all().delete()

    html = admin_client.get(f"/admin/{page}/").content.decode()

    hint = admin_client.get(f"/admin/{page}/").context["cl"].model_admin.nothing_yet
    assert "Nothing here yet" in html
    assert len(hint) > 20
    assert "yielded" not in html


def test_a_search_without_results_offers_to_clear_it(admin_client):
    html = admin_client.get("/admin/digest/paper/", {"q": "nowhere"}).content.decode()

    assert "No matches" in html
    assert "Clear search and filters" in html
    assert not Delivery.objects.exists()


def test_messages_about_adding_saving_and_deleting_are_short(admin_client):
    topic = {"name": "Sheaves", "slug": "sheaves", "description": "All about them"}
    lists = {"arxiv_categories": "[]", "keywords": "[]"}

    added = admin_client.post("/admin/subscriptions/topic/add/", {**topic, **lists}, follow=True).content.decode()
    page = f"/admin/subscriptions/topic/{Topic.objects.get(slug='sheaves').pk}"
    saved = admin_client.post(f"{page}/change/", {**topic, **lists}, follow=True).content.decode()
    deleted = admin_client.post(f"{page}/delete/", {"post": "yes"}, follow=True).content.decode()

    assert "Added “Sheaves”." in added
    assert "Saved “Sheaves”." in saved
    assert "Deleted “Sheaves”." in deleted
    assert "successfully" not in added + saved + deleted
