"""Why a paper came or did not, and the one button that fixes it."""

from datetime import timedelta

import pytest

from digest.community import feedback
from digest.composing import links as digest_links
from digest.models import Feedback, PaperIdentifier
from digest.recommending import planning, why_not
from digest.recommending.why_not import FixKind, SuggestedFix
from subscriptions import links, preferences
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Follow, Rule, Weight
from subscriptions.preferences import Preferences
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


@pytest.fixture
def papers(graphs):
    """Six papers about graphs, strongest first, and one about privacy."""
    absence = [make_paper(f"Graph paper {number}", about=graphs, score=0.9 - number / 10) for number in range(6)]
    absence.append(make_paper("Private counts", about=make_topic("Differential privacy")))
    PaperIdentifier.objects.create(paper=absence[-1], scheme="arxiv", value="2309.17053")
    make_edition(*absence)
    return absence


@pytest.fixture
def reader(graphs, papers):
    """A reader who follows graphs and has had a digest of three papers."""
    subscriber = make_subscriber(follows=[graphs], max_papers=3)
    planning.plan(NOON)
    subscriber.refresh_from_db()
    return subscriber


def path(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/why{more}"


def look(client, reader, query):
    return client.get(path(reader), {"paper": query}).content.decode()


def press(client, reader, paper, kind):
    page = client.post(path(reader, "/mend"), {"paper": paper.pk, "remedy": kind}, follow=True).content.decode()
    reader.refresh_from_db()
    return page


def test_a_paper_that_came_is_shown_with_its_position_and_no_button(client, reader, papers):
    page = look(client, reader, papers[0].pk)

    assert "It was in your digest of 21 August 2025" in page
    assert "as number 1" in page
    assert "Topics you follow" in page
    assert 'name="remedy"' not in page


def test_a_paper_below_the_cut_is_shown_with_its_rank_and_one_button_makes_room(client, reader, papers):
    page = look(client, reader, papers[4].pk)
    assert "It wasn’t in your digest of 21 August 2025" in page
    assert "ranks <strong>number 5 of 7</strong>" in page
    # The fifth position of five is the one for something different.
    assert "Send me up to 6 papers" in page

    page = press(client, reader, papers[4], "more room")

    assert reader.max_papers == 6
    assert "Your digests now have up to 6 papers." in page
    assert "it gets in" in page


def test_a_paper_that_matches_nothing_is_fixed_by_following_its_topic(client, reader, papers):
    page = look(client, reader, "https://arxiv.org/abs/2309.17053v2")
    assert "it doesn’t match anything you follow" in page

    page = press(client, reader, papers[-1], "follow topic")

    assert "You now follow Differential privacy." in page
    assert Follow.objects.get(topic__name="Differential privacy").weight == Weight.NORMAL


def test_a_muted_paper_names_the_phrase_and_is_fixed_by_unmuting_it(client, reader, papers):
    preferences.keep(reader, Preferences(preferences.preferences_of(reader).weights, mute=("graph  Paper 0", "other")))
    page = look(client, reader, papers[0].pk)
    assert "you mute “graph  Paper 0”" in page

    press(client, reader, papers[0], "unmute")

    assert list(Rule.objects.values_list("phrase", flat=True)) == ["other"]


def test_a_paper_that_the_reader_wrote_says_so_and_offers_nothing(client, papers, graphs):
    author = make_subscriber(follows=[graphs], max_papers=3)
    feedback.give_feedback(author, papers[1].pk, Feedback.Kind.WROTE, NOON)
    planning.plan(NOON)
    author.refresh_from_db()

    page = look(client, author, papers[1].pk)

    assert "it’s left out because <strong>you wrote it</strong>" in page
    assert 'name="remedy"' not in page


def test_a_refused_topic_is_named_and_can_be_allowed_again(client, reader, papers, graphs):
    preferences.keep(reader, Preferences({graphs.pk: Weight.NEVER}))
    # The topic's papers came before it was refused; the next one did not.
    other = make_paper("Another graph paper", about=graphs)
    make_edition(other, day=DAY + timedelta(days=1))
    page = look(client, reader, other.pk)
    assert "you chose “Never” for Graph learning" in page

    page = press(client, reader, other, "allow topic")

    assert "Graph learning is allowed again." in page
    assert not Follow.objects.exists()


def test_a_paper_with_no_other_fix_is_fixed_by_more_like_this(client, reader):
    untagged = make_paper("About nothing known")
    make_edition(untagged, day=DAY + timedelta(days=1))
    assert "More like this" in look(client, reader, untagged.pk)

    press(client, reader, untagged, "more like this")

    assert Feedback.objects.get().kind == "more"


def test_a_paper_of_an_edition_still_to_come_is_shown_as_it_would_come(client, reader, graphs):
    paper = make_paper("Of the next digest", about=graphs)
    make_edition(paper, day=DAY + timedelta(days=1))

    page = look(client, reader, paper.pk)

    assert "which none of your digests drew from" in page
    assert "it gets in" in page


def test_an_edition_from_before_the_reader_signed_up_can_be_looked_at_too(client, papers, graphs):
    newcomer = make_subscriber(follows=[graphs])

    assert "it gets in" in look(client, newcomer, papers[0].pk)


def test_a_day_without_a_digest_says_why(client, papers):
    reader = make_subscriber(follows=[make_topic("Optimization")])
    planning.plan(NOON)

    page = look(client, reader, papers[0].pk)

    assert f"There was no digest on 21 August 2025: {planning.NO_MATCH}." in page


@pytest.mark.parametrize("query", ["2309.99999", "nonsense", "9" * 40, "<script>alert(1)</script>"])
def test_a_query_that_matches_no_paper_is_answered_with_that(client, reader, query):
    page = look(client, reader, query)

    assert "We couldn’t find that paper" in page
    assert "<script>alert" not in page


def test_looking_changes_nothing(client, reader, papers):
    before = list(Follow.objects.values()), list(Rule.objects.values()), reader.max_papers
    look(client, reader, papers[-1].pk)
    assert client.get(path(reader, "/mend")).status_code == 405

    reader.refresh_from_db()
    assert (list(Follow.objects.values()), list(Rule.objects.values()), reader.max_papers) == before
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("remedy", ["unmute", "more room", "drop everything", ""])
def test_a_button_that_no_longer_applies_does_nothing(client, reader, papers, remedy):
    page = press(client, reader, papers[-1], remedy)

    assert "Nothing changed" in page
    assert reader.max_papers == 3


def test_a_fix_for_a_paper_that_does_not_exist_is_refused(client, reader):
    assert client.post(path(reader, "/mend"), {"paper": "999999", "remedy": "unmute"}).status_code == 404


def test_a_disliked_paper_can_be_liked_after_all(reader, papers):
    feedback.give_feedback(reader, papers[4].pk, Feedback.Kind.LESS, NOON)

    absence = why_not.explain_absence(reader, papers[4], NOON)

    # For the sake of variety it may need one position more than its rank.
    assert absence.fix in (
        SuggestedFix(FixKind.MORE_LIKE_THIS),
        *(SuggestedFix(FixKind.INCREASE_LIMIT, str(absence.explained.rank + more)) for more in (0, 1)),
    )
    assert why_not.apply_fix(reader, papers[4], absence.fix.kind, NOON) == absence.fix


def test_more_papers_cost_no_more_queries(client, reader, graphs, django_assert_max_num_queries):
    papers = [make_paper(about=graphs) for _ in range(30)]
    make_edition(*papers, day=DAY + timedelta(days=1))

    with django_assert_max_num_queries(24):
        look(client, reader, papers[0].pk)


def test_words_of_a_title_find_the_one_paper_that_has_them(client, reader, papers):
    for query in ("private counts", "PRIVATE", "Graph paper 4"):
        page = look(client, reader, query)
        title = "Graph paper 4" if "4" in query else "Private counts"

        assert f'<a href="{papers[4 if "4" in query else -1].get_absolute_url()}">{title}</a>' in page
        assert "Which of these" not in page


def test_words_of_several_titles_offer_a_choice_of_papers(client, reader, papers):
    page = look(client, reader, "graph paper")

    assert "Which of these do you mean?" in page
    assert f'href="?paper={papers[2].pk}"' in page
    assert "Private counts" not in page


def test_a_whole_title_finds_its_paper_though_another_begins_the_same(client, reader):
    one = make_paper("Attention")
    make_edition(one, make_paper("Attention again"), day=DAY + timedelta(days=1))

    assert f'<a href="{one.get_absolute_url()}">Attention</a>' in look(client, reader, "attention")


def test_words_of_a_draft_find_nothing(client, reader):
    make_edition(make_paper("Secret draft"), day=DAY + timedelta(days=1), published=False)

    assert "We couldn’t find that paper" in look(client, reader, "secret draft")


def test_something_different_says_that_it_came_by_design(client, reader, papers):
    delivery = reader.deliveries.get()
    delivery.content["papers"].append([papers[-1].pk, "different", ""])
    delivery.content["parts"].append([0])
    delivery.save()

    page = look(client, reader, "Private counts")

    assert "By design, it was included as <strong>something different</strong>" in page
    assert "left out" not in page
    receipt = f"{digest_links.feedback(delivery.pk)}/{papers[-1].pk}".removeprefix("http://localhost:8000")
    assert "something different" in client.get(receipt).content.decode()


def test_each_paper_page_links_to_why_and_signing_in_leads_back_there(client, papers):
    page = client.get(papers[0].get_absolute_url()).content.decode()

    assert f'href="/preferences/me/why?paper={papers[0].pk}"' in page
    assert client.get(f"/preferences/me/why?paper={papers[0].pk}").url.startswith("/sign-in?next=%2Fpreferences%2Fme")
