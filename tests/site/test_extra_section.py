"""The extra section of a digest on pages, in forms and in feeds."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.composing import links as digest_links
from digest.models import Delivery, EditionPaper, Paper
from digest.recommending import planning, why_not
from digest.recommending.explanations import ExclusionReason
from digest.recommending.preview import request_of
from digest.recommending.what_if import WhatIf, what_if
from digest.recommending.why_not import FixKind, SuggestedFix
from subscriptions import links
from subscriptions import preferences as wishes
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Breadth, Weight
from subscriptions.preferences import Preferences
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic
from tests.support.html import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

HOUR = timedelta(hours=1)


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


@pytest.fixture
def papers(graphs):
    """Four papers that are in no edition, the strongest first."""
    new_papers = [
        make_paper(f"Alone {number}", about=graphs, score=0.9 - number / 10, created_at=NOON - HOUR)
        for number in range(4)
    ]
    make_edition(make_paper("Of the edition", about=graphs))
    return new_papers


@pytest.fixture
def reader(graphs, papers):
    """A reader who got the edition and three more papers."""
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

    assert re.search("Of the edition.*More for you, from 5 new papers.*Alone 0.*Alone 2", html, re.DOTALL)


def test_nothing_is_cut_in_the_browser(client, delivery, monkeypatch):
    monkeypatch.setattr("digest.composing.renderer.LONG", 1000)

    html = client.get(path_of(digest_links.view(delivery.pk))).content.decode()

    assert "Alone 2" in html
    assert "more in your browser" not in html


def test_a_paper_in_the_extra_section_has_a_receipt(client, delivery, papers):
    html = words_of(client.get(f"{path_of(digest_links.feedback(delivery.pk))}/{papers[1].pk}").content.decode())

    assert "number 2 of 3 in the extra section of your digest of 21 August 2025, chosen from 5 new papers" in html
    assert "Topics you follow" in html


def test_the_feedback_page_lists_the_papers_of_both_parts(client, delivery):
    html = client.get(path_of(digest_links.feedback(delivery.pk))).content.decode()

    assert re.search("Of the edition.*Alone 0.*Alone 1.*Alone 2", html, re.DOTALL)
    assert "Alone 3" not in html


def test_readers_can_give_feedback_on_the_extra_section(client, reader, delivery, papers):
    client.post(f"{path_of(digest_links.feedback(delivery.pk))}/{papers[0].pk}/less")

    assert list(reader.feedback.values_list("paper", "kind")) == [(papers[0].pk, "less")]


def test_papers_that_were_sent_keep_their_pages_when_added_to_a_draft(client, delivery, papers):
    assert client.get(f"/papers/{papers[0].pk}").status_code == 200
    make_edition(papers[0], papers[3], day=DAY + timedelta(days=1), published=False)

    assert client.get(f"/papers/{papers[0].pk}").status_code == 200
    assert client.get(f"/papers/{papers[3].pk}").status_code == 404


def test_a_paper_that_a_curator_hides_later_is_left_out_everywhere(client, delivery, papers):
    edition = make_edition(papers[0], day=DAY + timedelta(days=1), published=False)
    edition.entries.update(placement=EditionPaper.Placement.HIDDEN)

    assert client.get(f"/papers/{papers[0].pk}").status_code == 404
    assert b"Alone 0" not in client.get(path_of(digest_links.view(delivery.pk))).content


def test_the_private_feed_has_both_parts(client, reader):
    reader.renew_feed()

    feed = json.loads(client.get(path_of(links.feed_urls(reader.feed_key)["JSON Feed"])).content)

    (item,) = feed["items"]
    assert item["title"] == "Of the edition and 3 more"
    assert re.search("Of the edition.*More for you, from 5 new papers.*Alone 0", item["content_html"], re.DOTALL)


def test_the_data_page_counts_both_parts(client, reader):
    html = client.get(preferences(reader, "/data")).content.decode()

    assert "1 and 3 more" in html


def test_the_why_page_shows_the_position_of_a_paper_that_was_sent(client, reader, papers):
    html = client.get(preferences(reader, "/why"), {"paper": papers[1].pk}).content.decode()

    assert "It was in the extra section of your digest of 21 August 2025" in html
    assert "as number 2 of the extra section" in html


def test_the_why_page_shows_the_rank_of_a_paper_below_the_cutoff_and_the_cutoff(client, reader, papers):
    html = client.get(preferences(reader, "/why"), {"paper": papers[3].pk}).content.decode()

    assert "It wasn’t in your digest of 21 August 2025" in html
    assert "number 4 of 4" in html
    assert "Send me up to 4 papers of everything new" in html


def test_one_button_makes_room_for_a_paper_below_the_cutoff(client, reader, papers):
    fields = {"paper": papers[3].pk, "remedy": "more of everything"}
    html = client.post(preferences(reader, "/why/mend"), fields, follow=True).content.decode()

    reader.refresh_from_db()
    assert reader.max_more == 4
    assert "The extra section of your digests now has up to 4 papers" in html
    assert "as number 4 of the extra section" in html


def test_the_reason_for_a_muted_paper_in_no_edition_names_the_phrase(reader, graphs, papers):
    wishes.keep(reader, Preferences({graphs.pk: Weight.NORMAL}, mute=("alone 1",)))

    absence = why_not.explain_absence(reader, papers[1], NOON)

    assert (absence.explained.exclusion, absence.fix) == (
        ExclusionReason.MUTED,
        SuggestedFix(FixKind.UNMUTE, "alone 1"),
    )


def test_readers_who_only_get_editions_are_offered_everything_new(client, papers, graphs):
    other = make_subscriber(follows=[graphs])
    html = client.get(preferences(other, "/why"), {"paper": papers[0].pk}).content.decode()
    assert "It isn’t in any edition, and your digests only draw from editions." in html

    fields = {"paper": papers[0].pk, "remedy": "everything new"}
    html = client.post(preferences(other, "/why/mend"), fields, follow=True).content.decode()

    other.refresh_from_db()
    assert other.breadth == Breadth.EVERYTHING
    assert "Your digests now have an extra section" in html


def test_the_why_page_says_that_an_extra_paper_now_in_an_edition_is_not_sent_again(client, reader, papers):
    make_edition(papers[0], day=DAY + timedelta(days=1))

    html = client.get(preferences(reader, "/why"), {"paper": papers[0].pk}).content.decode()

    assert "It was in the extra section of your digest of 21 August 2025" in html
    assert "it won’t be sent again" in html


def test_a_what_if_counts_the_papers_of_both_parts(reader, graphs):
    saved = request_of(reader, NOON)
    refused = request_of(reader, NOON).__class__(Preferences({graphs.pk: Weight.NEVER}), max_more=3)

    assert what_if(reader, saved, refused, NOON) == WhatIf(4, 4)


def test_a_shorter_or_empty_extra_section_is_a_change_too(reader):
    saved = request_of(reader, NOON)

    for max_more, changed in ((3, 0), (2, 1), (0, 3)):
        request = saved.__class__(saved.preferences, max_more=max_more)
        assert what_if(reader, saved, request, NOON) == WhatIf(changed, 4)


def test_the_form_offers_the_extra_section_with_its_maximum(client, reader):
    html = client.get(preferences(reader)).content.decode()

    assert '<option value="everything" selected>' in html
    assert re.search(r'name="max_more" value="3"', html)


def test_the_choice_is_saved(client, graphs):
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
def test_bad_input_gets_a_clear_error(client, reader, fields, words):
    answer = client.post(preferences(reader), fields_of(reader, **fields))

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_form_from_before_the_option_existed_leaves_it_unchanged(client, reader):
    fields = fields_of(reader)
    del fields["breadth"], fields["max_more"]

    client.post(preferences(reader), fields)

    reader.refresh_from_db()
    assert (reader.breadth, reader.max_more) == (Breadth.EVERYTHING, 3)


def test_the_preview_shows_the_extra_section(client, reader):
    fields = fields_of(reader, max_more="4")

    html = client.post(preferences(reader, "/preview"), fields, headers={"HX-Request": "true"}).content.decode()

    assert re.search("Of the edition.*More for you, from 5 papers of the last three days.*Alone 0.*Alone 3", html, re.S)


def test_the_preview_for_editions_only_has_no_extra_section(client, reader):
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
