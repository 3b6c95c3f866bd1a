"""What pages, forms and feeds say of the second part of a digest."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest import planning, standing
from digest.composing import links as digest_links
from digest.effect import Effect, effect
from digest.explaining import KeptOut
from digest.models import Delivery, EditionPaper, Paper
from digest.preview import taste_of
from digest.standing import Mend, Remedy
from subscriptions import links, wishes
from subscriptions.models import Breadth, Weight
from subscriptions.tokens import Purpose
from subscriptions.wishes import Wishes
from tests.make import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

HOUR = timedelta(hours=1)


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


@pytest.fixture
def papers(graphs):
    """Four that came in alone, the first the strongest."""
    found = [
        make_paper(f"Alone {number}", about=graphs, score=0.9 - number / 10, created_at=NOON - HOUR)
        for number in range(4)
    ]
    make_edition(make_paper("Of the edition", about=graphs))
    return found


@pytest.fixture
def reader(graphs, papers):
    """Somebody who got the edition and three more."""
    subscriber = make_subscriber(follows=[graphs], breadth=Breadth.EVERYTHING, max_more=3)
    planning.plan(NOON)
    subscriber.refresh_from_db()
    return subscriber


@pytest.fixture
def delivery(reader):
    return Delivery.objects.get(subscriber=reader)


def preferences(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}{more}"


def path_of(link):
    return link.removeprefix("http://localhost:8000")


def fields_of(reader, **fields):
    names = ("time_zone", "frequency", "weekday", "month_day", "max_papers", "least_match", "channel", "breadth")
    saved = {name: getattr(reader, name) for name in names}
    topics = {f"topics-{follow.topic_id}": Weight(follow.weight).name.lower() for follow in reader.follows.all()}
    return saved | {"max_more": reader.max_more, "local_time": f"{reader.local_time:%H:%M}"} | topics | fields


def test_the_digest_in_the_browser_has_both_parts(client, delivery):
    html = client.get(path_of(digest_links.view(delivery.pk))).content.decode()

    assert re.search("Of the edition.*More for you, out of 5 new papers.*Alone 0.*Alone 2", html, re.DOTALL)


def test_in_the_browser_nothing_is_cut(client, delivery, monkeypatch):
    monkeypatch.setattr("digest.composing.plain.LONG", 1000)

    html = client.get(path_of(digest_links.view(delivery.pk))).content.decode()

    assert "Alone 2" in html
    assert "more in your browser" not in html


def test_a_paper_of_the_second_part_has_its_receipt(client, delivery, papers):
    html = client.get(f"{path_of(digest_links.feedback(delivery.pk))}/{papers[1].pk}").content.decode()

    assert "at place 2 of 3 in the second part of your digest of 21 August 2025, chosen from 5 new papers" in html
    assert "Topics you follow" in html


def test_the_papers_of_the_digest_are_those_of_both_parts(client, delivery):
    html = client.get(path_of(digest_links.feedback(delivery.pk))).content.decode()

    assert re.search("Of the edition.*Alone 0.*Alone 1.*Alone 2", html, re.DOTALL)
    assert "Alone 3" not in html


def test_one_can_say_more_and_less_of_the_second_part(client, reader, delivery, papers):
    client.post(f"{path_of(digest_links.feedback(delivery.pk))}/{papers[0].pk}/less")

    assert list(reader.feedback.values_list("paper", "kind")) == [(papers[0].pk, "less")]


def test_its_papers_have_pages_before_and_after_they_stand_in_a_draft(client, delivery, papers):
    assert client.get(f"/papers/{papers[0].pk}").status_code == 200
    make_edition(papers[0], papers[3], day=DAY + timedelta(days=1), published=False)

    assert client.get(f"/papers/{papers[0].pk}").status_code == 200
    assert client.get(f"/papers/{papers[3].pk}").status_code == 404


def test_what_a_curator_hides_later_is_left_out_everywhere(client, delivery, papers):
    edition = make_edition(papers[0], day=DAY + timedelta(days=1), published=False)
    edition.entries.update(placement=EditionPaper.Placement.HIDDEN)

    assert client.get(f"/papers/{papers[0].pk}").status_code == 404
    assert b"Alone 0" not in client.get(path_of(digest_links.view(delivery.pk))).content


def test_ones_own_feed_has_both_parts(client, reader):
    reader.renew_feed()

    feed = json.loads(client.get(path_of(links.feeds(reader.feed_key)["JSON Feed"])).content)

    (item,) = feed["items"]
    assert item["title"] == "Of the edition and 3 more"
    assert re.search("Of the edition.*More for you, out of 5 new papers.*Alone 0", item["content_html"], re.DOTALL)


def test_what_is_held_tells_of_both_parts(client, reader):
    html = client.get(preferences(reader, "/data")).content.decode()

    assert "1 and 3 more" in html


def test_a_paper_that_came_is_told_with_its_place(client, reader, papers):
    html = client.get(preferences(reader, "/why"), {"paper": papers[1].pk}).content.decode()

    assert "It came in the second part of your digest of 21 August 2025" in html
    assert "at place 2 of the second part" in html


def test_a_paper_below_the_cut_is_told_rank_and_cut(client, reader, papers):
    html = client.get(preferences(reader, "/why"), {"paper": papers[3].pk}).content.decode()

    assert "It was not in your digest of 21 August 2025" in html
    assert "number 4 of 4" in html
    assert "Send me up to 4 papers of everything new" in html


def test_room_for_a_paper_below_the_cut_is_one_button_away(client, reader, papers):
    asked = {"paper": papers[3].pk, "remedy": "more of everything"}
    html = client.post(preferences(reader, "/why/mend"), asked, follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.max_more == 4
    assert "up to 4 papers of everything new from now on" in html
    assert "at place 4 of the second part" in html


def test_a_muted_paper_of_no_edition_names_the_phrase(reader, graphs, papers):
    wishes.keep(reader, Wishes({graphs.pk: Weight.NORMAL}, mute=("alone 1",)))

    found = standing.standing(reader, papers[1], NOON)

    assert (found.explained.kept_out, found.mend) == (KeptOut.MUTED, Mend(Remedy.UNMUTE, "alone 1"))


def test_who_gets_editions_alone_is_offered_the_rest(client, papers, graphs):
    other = make_subscriber(follows=[graphs])
    html = client.get(preferences(other, "/why"), {"paper": papers[0].pk}).content.decode()
    assert "It stands in no edition, and your digests are chosen from the editions alone." in html

    asked = {"paper": papers[0].pk, "remedy": "everything new"}
    html = client.post(preferences(other, "/why/mend"), asked, follow=True).content.decode()

    other.refresh_from_db()
    assert other.breadth == Breadth.EVERYTHING
    assert "Your digests have a second part from now on" in html


def test_a_paper_that_came_alone_and_stands_in_an_edition_now_is_told_so(client, reader, papers):
    make_edition(papers[0], day=DAY + timedelta(days=1))

    html = client.get(preferences(reader, "/why"), {"paper": papers[0].pk}).content.decode()

    assert "It came in the second part of your digest of 21 August 2025" in html
    assert "it does not come again" in html


def test_a_change_counts_the_papers_of_both_parts(reader, graphs):
    saved = taste_of(reader, NOON)
    refused = taste_of(reader, NOON).__class__(Wishes({graphs.pk: Weight.NEVER}), max_more=3)

    assert effect(reader, saved, refused, NOON) == Effect(4, 4)


def test_fewer_of_the_second_part_or_none_is_a_change_too(reader):
    saved = taste_of(reader, NOON)

    for max_more, changed in ((3, 0), (2, 1), (0, 3)):
        tried = saved.__class__(saved.wishes, max_more=max_more)
        assert effect(reader, saved, tried, NOON) == Effect(changed, 4)


def test_the_form_offers_it_with_its_maximum(client, reader):
    html = client.get(preferences(reader)).content.decode()

    assert '<option value="everything" selected>' in html
    assert re.search(r'name="max_more" value="3"', html)


def test_the_choice_is_kept(client, graphs):
    reader = make_subscriber(follows=[graphs])

    client.post(preferences(reader), fields_of(reader, breadth="everything", max_more="20"))

    reader.refresh_from_db()
    assert (reader.breadth, reader.max_more) == (Breadth.EVERYTHING, 20)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"max_more": "31"}, "less than or equal to 30"),
        ({"max_more": "2"}, "greater than or equal to 3"),
        ({"breadth": "all"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_answered_in_words(client, reader, fields, words):
    answer = client.post(preferences(reader), fields_of(reader, **fields))

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_form_from_before_it_was_offered_changes_nothing_of_it(client, reader):
    fields = fields_of(reader)
    del fields["breadth"], fields["max_more"]

    client.post(preferences(reader), fields)

    reader.refresh_from_db()
    assert (reader.breadth, reader.max_more) == (Breadth.EVERYTHING, 3)


def test_the_preview_shows_the_second_part(client, reader):
    fields = fields_of(reader, max_more="4")

    html = client.post(preferences(reader, "/preview"), fields, headers={"HX-Request": "true"}).content.decode()

    assert re.search(
        "Of the edition.*More for you, out of 5 papers of the last three days.*Alone 0.*Alone 3", html, re.S
    )


def test_the_preview_of_editions_alone_has_none(client, reader):
    fields = fields_of(reader, breadth="edition")

    html = client.post(preferences(reader, "/preview"), fields, headers={"HX-Request": "true"}).content.decode()

    assert "More for you" not in html


def test_more_papers_cost_the_preview_no_more_queries(client, reader):
    counts = []
    for _ in range(2):
        Paper.objects.bulk_create(Paper(title="New", original_title="New", created_at=NOON - HOUR) for _ in range(40))
        with CaptureQueriesContext(connection) as queries:
            client.post(preferences(reader, "/preview"), fields_of(reader), headers={"HX-Request": "true"})
        counts.append(len(queries))
    assert counts[0] == counts[1]
