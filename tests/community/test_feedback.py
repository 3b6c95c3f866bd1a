"""Giving feedback on a paper from the email."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from digest.community import feedback
from digest.composing import links
from digest.composing.message import compose
from digest.models import Feedback
from subscriptions import links as subscriber_links
from subscriptions.link_lifetimes import Purpose
from tests.support.factories import NOON, make_delivery, make_edition, make_paper, make_subscriber
from tests.support.html import html_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

Kind = Feedback.Kind


@pytest.fixture
def delivery():
    return make_delivery(make_subscriber(), make_edition(make_paper("Graph motifs"), make_paper("Other")))


@pytest.fixture
def paper(delivery):
    return delivery.edition.papers.get(title="Graph motifs")


def path(delivery, *more):
    address = links.feedback(delivery.pk).removeprefix("http://localhost:8000")
    return "/".join([address, *map(str, more)])


def feedback_rows(delivery):
    return sorted(Feedback.objects.filter(subscriber=delivery.subscriber).values_list("paper__title", "kind"))


@pytest.mark.parametrize("kind", ["more", "less", "saved"])
def test_the_email_links_to_a_page_with_one_button_that_gives_the_feedback(client, delivery, paper, kind):
    link = path(delivery, paper.pk, kind)
    assert f'href="http://localhost:8000{link}"' in compose(delivery).alternatives[0].content

    page = client.get(link).content.decode()
    assert "Graph motifs" in page
    assert len(html_of(page).all("button")) == 1
    assert feedback_rows(delivery) == []

    assert client.post(link).status_code == 302
    assert feedback_rows(delivery) == [("Graph motifs", kind)]


def test_the_button_needs_no_login_but_a_csrf_token(delivery, paper):
    strict = Client(enforce_csrf_checks=True)
    link = path(delivery, paper.pk, "more")

    assert strict.post(link).status_code == 403
    strict.get(link)
    strict.post(link, {"csrfmiddlewaretoken": strict.cookies["csrftoken"].value})

    assert feedback_rows(delivery) == [("Graph motifs", "more")]


def test_giving_the_same_feedback_twice_counts_once(client, delivery, paper):
    for _ in range(2):
        client.post(path(delivery, paper.pk, "more"))

    assert feedback_rows(delivery) == [("Graph motifs", "more")]


def test_less_replaces_more_and_keeps_the_paper_saved(client, delivery, paper):
    for kind in ("saved", "more", "less"):
        client.post(path(delivery, paper.pk, kind))

    assert feedback_rows(delivery) == [("Graph motifs", "less"), ("Graph motifs", "saved")]


def test_feedback_can_be_undone(client, delivery, paper):
    client.post(path(delivery, paper.pk, "more"))
    assert "Undo" in client.get(path(delivery, paper.pk, "more")).content.decode()

    page = client.post(path(delivery, paper.pk, "more", "undo"), follow=True).content.decode()

    assert "More like this?" in page
    assert feedback_rows(delivery) == []


def test_undoing_needs_the_button(client, delivery, paper):
    client.post(path(delivery, paper.pk, "more"))

    assert client.get(path(delivery, paper.pk, "more", "undo")).status_code == 405
    assert feedback_rows(delivery) == [("Graph motifs", "more")]


def test_the_page_of_a_paper_has_all_the_buttons(client, delivery, paper):
    page = client.get(path(delivery, paper.pk)).content.decode()

    for words in ("More like this", "Less like this", "Save"):
        assert words in page
    assert len(html_of(page).all("button")) == 4
    assert "Stay signed in on this browser" in page


def test_the_text_part_links_to_all_papers_of_the_digest(client, delivery):
    assert links.feedback(delivery.pk) in compose(delivery).body

    page = client.get(path(delivery)).content.decode()

    assert "Graph motifs" in page
    assert "Other" in page


@pytest.mark.parametrize("more", [(), ("{paper}",), ("{paper}", "more")])
def test_a_forged_link_gives_no_feedback(client, delivery, paper, more):
    token = links.view(delivery.pk).rpartition("/")[2]
    address = "/".join(["/feedback", token, *[part.format(paper=paper.pk) for part in more]])

    for answer in (client.get(address), client.post(address)):
        assert answer.status_code in {404, 405}
    assert "This link doesn’t work" in client.get(address).content.decode()
    assert feedback_rows(delivery) == []


def test_a_link_only_works_for_the_papers_of_its_email(client, delivery):
    other = make_paper("Of another day")

    for kind in ("more", "less", "saved"):
        assert client.post(path(delivery, other.pk, kind)).status_code == 404
    assert feedback_rows(delivery) == []


@pytest.mark.parametrize("kind", ["opened", "MORE", "drop table", "more%00"])
def test_other_kinds_of_feedback_are_not_found(client, delivery, paper, kind):
    for more in ((), ("undo",)):
        assert client.post(path(delivery, paper.pk, kind, *more)).status_code == 404
    assert feedback_rows(delivery) == []


def test_an_absurd_paper_id_is_not_found(client, delivery):
    assert client.post(path(delivery, "9" * 40, "more")).status_code == 404


def test_a_link_is_good_for_sixty_days(client, delivery, paper):
    link = path(delivery, paper.pk, "more")

    with time_machine.travel(NOON + timedelta(days=61)):
        answer = client.post(link)
    assert answer.status_code == 410
    assert "expired" in answer.content.decode()
    assert feedback_rows(delivery) == []


def test_links_stop_working_after_the_reader_deletes_their_data(client, delivery, paper):
    link = path(delivery, paper.pk, "more")
    client.post(link)
    delivery.subscriber.erase()

    assert client.post(link).status_code == 410
    assert not Feedback.objects.exists()


def test_a_deleted_paper_can_no_longer_be_rated(client, delivery, paper):
    paper.delete()

    assert client.get(path(delivery, paper.pk or 1, "more")).status_code == 404


def test_the_database_keeps_one_opinion_per_paper(delivery, paper):
    feedback.give_feedback(delivery.subscriber, paper.pk, Kind.MORE, NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(subscriber=delivery.subscriber, paper=paper, kind=Kind.LESS)


# --- The list of a reader's feedback ---


def mine(subscriber):
    return f"/preferences/{subscriber_links.token(Purpose.PREFERENCES, subscriber)}/feedback"


def test_all_feedback_is_listed_and_can_be_undone(client, delivery, paper):
    feedback.give_feedback(delivery.subscriber, paper.pk, Kind.SAVED, NOON)
    link = mine(delivery.subscriber)

    page = client.get(link).content.decode()
    assert "Saved" in page
    assert "Graph motifs" in page

    page = client.post(link, {"said": Feedback.objects.get().pk}, follow=True).content.decode()
    assert "Undone." in page
    assert feedback_rows(delivery) == []


@pytest.mark.parametrize("key", ["", "x", "-1", "٣", "9" * 40])
def test_a_malformed_id_undoes_nothing(client, delivery, paper, key):
    feedback.give_feedback(delivery.subscriber, paper.pk, Kind.SAVED, NOON)

    assert client.post(mine(delivery.subscriber), {"said": key}).status_code == 302
    assert feedback_rows(delivery) == [("Graph motifs", "saved")]


def test_readers_cannot_undo_each_others_feedback(client, delivery, paper):
    feedback.give_feedback(delivery.subscriber, paper.pk, Kind.SAVED, NOON)
    other = make_subscriber()

    client.post(mine(other), {"said": Feedback.objects.get().pk})

    assert feedback_rows(delivery) == [("Graph motifs", "saved")]


def test_more_feedback_costs_no_more_queries(client, delivery, django_assert_num_queries):
    for _ in range(6):
        feedback.give_feedback(delivery.subscriber, make_paper().pk, Kind.SAVED, NOON)

    with django_assert_num_queries(2):
        client.get(mine(delivery.subscriber))


# --- The receipt ---


def test_each_reason_in_the_email_links_to_its_receipt(client, delivery, paper):
    link = path(delivery, paper.pk)
    assert f'href="http://localhost:8000{link}"' in compose(delivery).alternatives[0].content

    page = words_of(client.get(link).content.decode())

    assert "In this edition" in page
    assert "number 2 of 2 in your digest of 21 August 2025, chosen from 2 papers" in page


def test_the_receipt_shows_the_digest_as_it_was_planned(client, delivery, paper):
    delivery.content = {"papers": [[paper.pk, "topic", "Graphs & <more>"]], "of": 51}
    delivery.save()
    make_edition(make_paper(), day=NOON.date() + timedelta(days=1))

    page = words_of(client.get(path(delivery, paper.pk)).content.decode())

    assert "Because you follow Graphs &amp; &lt;more&gt;" in page
    assert "number 1 of 1 in your digest of 21 August 2025, chosen from 51 papers" in page


def test_the_receipt_shows_the_score_components_as_they_were_frozen(client, delivery, paper):
    delivery.content["papers"] = [[paper.pk, "topic", "Graph learning"]]
    delivery.content["parts"] = [[83, 0, 0, -12, 4, 1, 0]]
    delivery.save()

    page = client.get(path(delivery, paper.pk)).content.decode()

    rows = [row.text for row in html_of(page).all("tr")]
    for row in ("Topics you follow 83", "Close to what you like -12", "Liked by other readers 4", "Total 76"):
        assert row in rows
    assert "Words you follow" not in page
