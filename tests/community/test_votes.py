"""Votes: once each, withdrawn, counted, and how they change the order."""

from datetime import timedelta

import pytest
import time_machine

from digest.community import members, votes
from digest.community.votes import trending_score
from digest.editions import curation
from digest.models import EditionPaper, Paper, Submission, Vote
from tests.support.factories import DAY, NOON, make_edition, make_member, make_paper
from tests.support.html import html_of

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.member_browser"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def paper():
    paper = make_paper("Motifs")
    make_edition(paper)
    return paper


def votes_of(paper):
    paper.refresh_from_db()
    return paper.votes


def test_a_member_can_vote_once_and_withdraw_the_vote(paper):
    member = make_member()

    assert votes.cast_vote(member, paper, NOON)
    assert not votes.cast_vote(member, paper, NOON)
    assert votes_of(paper) == 1
    assert votes.withdraw_vote(member, paper, NOON)
    assert not votes.withdraw_vote(member, paper, NOON)
    assert votes_of(paper) == 0


def test_ten_times_the_votes_weigh_as_much_as_a_day():
    assert trending_score(99, DAY) == pytest.approx(trending_score(9, DAY + timedelta(days=1)))
    assert (
        trending_score(0, DAY)
        < trending_score(0.3, DAY)
        < trending_score(1, DAY)
        < trending_score(0, DAY + timedelta(days=1))
    )


def test_a_new_members_vote_weighs_less_but_counts_as_one(paper):
    votes.cast_vote(make_member(joined_at=NOON - timedelta(days=1)), paper, NOON)

    assert votes_of(paper) == 1
    assert paper.hot == pytest.approx(trending_score(0.3, DAY))


def test_a_vote_for_ones_own_submission_does_not_affect_its_rank(paper):
    member = make_member()
    Submission.objects.create(member=member, arxiv_id="2508.00001", paper=paper, status="shown")

    votes.cast_vote(member, paper, NOON)

    assert votes_of(paper) == 1
    assert paper.hot == pytest.approx(trending_score(0, DAY))


def test_a_paper_gets_its_rank_when_its_edition_is_published(paper):
    draft = make_edition(other := make_paper(), day=DAY + timedelta(days=1), published=False)

    curation.publish_edition(draft, NOON)

    other.refresh_from_db()
    assert other.hot == pytest.approx(trending_score(0, draft.day))


def test_a_member_who_leaves_takes_their_votes_with_them(paper):
    member = make_member()
    votes.cast_vote(member, paper, NOON)
    votes.cast_vote(make_member(), paper, NOON)

    members.delete_member(member, NOON)

    assert votes_of(paper) == 1


@pytest.mark.parametrize("number", [2, 20])
def test_barring_a_member_removes_all_their_votes_in_a_bounded_number_of_queries(django_assert_max_num_queries, number):
    papers = [make_paper() for _ in range(number)]
    make_edition(*papers)
    member = make_member()
    for one in papers:
        votes.cast_vote(member, one, NOON)

    with django_assert_max_num_queries(12):
        assert members.bar(member, NOON)
    assert not members.bar(member, NOON)

    assert Vote.objects.count() == 0
    assert set(Paper.objects.values_list("votes", flat=True)) == {0}


@time_machine.travel(NOON, tick=False)
def test_the_form_votes_and_redirects_back_to_the_paper(client, sign_in, paper):
    sign_in()

    response = client.post(f"/papers/{paper.pk}/vote", headers={"Referer": "http://testserver/trending"})

    assert response.url == f"http://testserver/trending#paper-{paper.pk}"
    assert votes_of(paper) == 1


def test_the_form_never_redirects_to_another_site(client, sign_in, paper):
    sign_in()

    response = client.post(f"/papers/{paper.pk}/vote", headers={"Referer": "https://evil.example/"})

    assert response.url == f"/#paper-{paper.pk}"


@time_machine.travel(NOON, tick=False)
def test_with_htmx_only_the_button_is_replaced(client, sign_in, paper):
    sign_in()

    html = client.post(f"/papers/{paper.pk}/vote", headers=HTMX).content.decode()

    assert 'aria-pressed="true"' in html
    assert f'action="/papers/{paper.pk}/take-back"' in html
    assert "<html" not in html

    html = client.post(f"/papers/{paper.pk}/take-back", headers=HTMX).content.decode()
    assert 'aria-pressed="false"' in html
    assert votes_of(paper) == 0


@pytest.mark.parametrize(("headers", "status", "header"), [({}, 302, "Location"), (HTMX, 200, "HX-Redirect")])
def test_voting_without_being_signed_in_redirects_to_the_sign_in_page(client, paper, headers, status, header):
    response = client.post(f"/papers/{paper.pk}/vote", headers={"Referer": "http://testserver/trending", **headers})

    assert response.status_code == status
    assert response[header] == "/sign-in?next=http%3A%2F%2Ftestserver%2Ftrending"
    assert votes_of(paper) == 0


def test_a_get_request_does_not_vote(client, sign_in, paper):
    sign_in()

    assert client.get(f"/papers/{paper.pk}/vote").status_code == 405
    assert votes_of(paper) == 0


def test_papers_readers_cannot_see_cannot_be_voted_for(client, sign_in):
    sign_in()
    make_edition(draft := make_paper(), published=False)
    make_edition(hidden := make_paper(), day=DAY + timedelta(days=1))
    EditionPaper.objects.filter(paper=hidden).update(placement=EditionPaper.Placement.HIDDEN)

    for paper in (draft, hidden, make_paper()):
        assert client.post(f"/papers/{paper.pk}/vote").status_code == 404
    assert Vote.objects.count() == 0


def test_voting_too_often_is_refused(client, sign_in, paper, settings):
    settings.VOTES_PER_MEMBER = "2 per hour"
    sign_in()

    statuses = [client.post(f"/papers/{paper.pk}/{act}").status_code for act in ("vote", "take-back", "vote")]

    assert statuses == [302, 302, 429]
    assert votes_of(paper) == 0


def test_a_member_sees_what_they_voted_for_and_others_do_not(client, sign_in, paper):
    votes.cast_vote(member := make_member(), paper, NOON)

    assert f"/papers/{paper.pk}/take-back" not in client.get("/").content.decode()
    sign_in(member)
    response = client.get("/")
    assert f"/papers/{paper.pk}/take-back" in response.content.decode()
    assert response["Cache-Control"] == "private, no-cache"


@time_machine.travel(NOON, tick=False)
def test_trending_is_ordered_by_votes_and_age(client):
    old, older = make_paper("Old"), make_paper("Older")
    curation.publish_edition(make_edition(older, day=DAY - timedelta(days=3), published=False), NOON)
    curation.publish_edition(make_edition(old, make_paper("Old too"), day=DAY, published=False), NOON)
    for _ in range(3):
        votes.cast_vote(make_member(), old, NOON)
        votes.cast_vote(make_member(), older, NOON)

    html = client.get("/trending").content.decode()

    assert [title.text for title in html_of(html).all(".title a")] == ["Old", "Old too", "Older"]
    assert "log10" in client.get("/trending/formula").content.decode()
