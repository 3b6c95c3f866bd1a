"""The API, which follows Hugging Face's where there is one to follow."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders

from tests.support.factories import DAY, NOON, make_edition, make_paper, make_topic, on_arxiv

pytestmark = pytest.mark.django_db

THEIRS = json.loads((Path(__file__).parents[1] / "payloads" / "huggingface_daily_papers.json").read_text())[0]
# Keys that only some of their papers have, and none of ours.
THEIRS_ALONE = {"mediaUrls", "organization", "ai_summary", "ai_keywords", "githubStars", "githubRepoAddedBy"}


@pytest.fixture
def papers():
    few = make_paper(
        "Few votes",
        votes=1,
        published_at=NOON - timedelta(days=2),
        code_url="https://github.com/example/code",
        project_url="https://example.org/",
        authors=["Ada", "Emmy"],
    )
    many = make_paper("Many votes", votes=9)
    make_edition(on_arxiv(few, "2508.01234"), many)
    make_edition(make_paper("Older"), day=DAY - timedelta(days=7))
    make_edition(make_paper("Draft"), day=DAY + timedelta(days=1), published=False)
    return few, many


def get(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response.content
    return response.json()


def titles(client, address):
    return [item["title"] for item in get(client, address)]


def same_shape(ours, theirs, path=""):
    """Yield where ours lacks a key of theirs, or has a value of another type."""
    if isinstance(theirs, dict):
        for name in theirs.keys() - THEIRS_ALONE:
            if name not in ours:
                yield f"{path}.{name} is missing"
            else:
                yield from same_shape(ours[name], theirs[name], f"{path}.{name}")
    elif isinstance(theirs, list):
        yield from same_shape(ours[0], theirs[0], f"{path}[0]")
    elif type(ours) is not type(theirs):
        yield f"{path} is {ours!r}, not as {theirs!r}"


def test_a_paper_has_the_same_shape_as_hugging_faces(client, papers):
    # We know none of these about a submitter.
    followers = {".submittedBy.isHf", ".submittedBy.isHfAdmin", ".submittedBy.isMod", ".submittedBy.followerCount"}
    ours = get(client, f"/api/daily_papers?date={DAY}")[1]

    problems = {problem.split(" ")[0] for problem in same_shape(ours, THEIRS)}

    assert problems <= followers | {".submittedBy.isUserFollowing"}


def test_a_paper_includes_what_is_known_about_it(client, papers):
    item = get(client, f"/api/daily_papers?date={DAY}")[1]

    paper = item["paper"]
    assert (paper["id"], paper["title"], paper["upvotes"]) == ("2508.01234", "Few votes", 1)
    assert [author["name"] for author in paper["authors"]] == ["Ada", "Emmy"]
    assert paper["publishedAt"] == item["publishedAt"] == "2025-08-19T12:00:00.000Z"
    assert paper["submittedOnDailyAt"] == "2025-08-21T06:00:00.000Z"
    assert (paper["githubRepo"], paper["projectPage"]) == ("https://github.com/example/code", "https://example.org/")
    assert item["thumbnail"].endswith("/share.png")


def test_missing_values_are_left_out(client, papers):
    paper = get(client, f"/api/daily_papers?date={DAY}")[0]["paper"]

    assert not {"githubRepo", "projectPage", "ai_summary"} & paper.keys()
    assert paper["id"] == f"local-{papers[1].pk}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Few votes", "Many votes", "Older"]),
        ("?sort=publishedAt", ["Few votes", "Many votes", "Older"]),
        (f"?date={DAY}", ["Many votes", "Few votes"]),
        ("?week=2025-W34", ["Many votes", "Few votes"]),
        ("?month=2025-08", ["Many votes", "Few votes", "Older"]),
        ("?date=2025-08-23", []),
        ("?submitter=daily-papers&limit=1", ["Few votes"]),
        ("?submitter=somebody", []),
        ("?limit=1&p=1", ["Many votes"]),
        ("?p=9", []),
    ],
)
def test_the_parameters_work_like_hugging_faces(client, papers, query, expected):
    assert titles(client, f"/api/daily_papers{query}") == expected


def test_it_can_be_sorted_by_trending(client, papers):
    papers[1].hot = 5
    papers[1].save()

    assert titles(client, "/api/daily_papers?sort=trending")[0] == "Many votes"


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    "query",
    [
        *("limit=101", "limit=0", "limit=x", "p=-1", "sort=upvotes", "date=2025-8-21", "date=2025-02-30", "date=x"),
        *("week=2025-34", "week=2025-W54", "week=2025-W00", "month=2025-13", "month=2025-8", f"date={date.max}"),
        "date=2025-08-22",
    ],
)
def test_an_invalid_query_is_an_error(client, papers, query):
    assert get(client, f"/api/daily_papers?{query}", status=400)["error"]


def test_the_link_header_leads_from_page_to_page(client, papers):
    address, titles_seen = f"/api/daily_papers?date={DAY}&limit=1", []
    while address:
        response = client.get(address)
        titles_seen += [item["title"] for item in response.json()]
        link = response.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link[1 : link.index(">")].removeprefix("http://localhost:8000") if link else ""

    assert titles_seen == ["Many votes", "Few votes"]


@pytest.mark.parametrize("name", ["2508.01234", "2508.01234v2", "arXiv:2508.01234"])
def test_a_paper_is_found_by_its_arxiv_id(client, papers, name):
    paper = get(client, f"/api/papers/{name}")

    assert paper["title"] == "Few votes"
    assert (paper["linkedModels"], paper["numTotalModels"]) == ([], 0)


def test_an_old_paper_is_found_by_its_id_with_a_slash(client):
    make_edition(on_arxiv(make_paper("Of old"), "math/0611800"))

    assert get(client, "/api/papers/math/0611800")["title"] == "Of old"
    assert get(client, "/api/papers/math.CA/0611800")["title"] == "Of old"


def test_a_paper_without_an_arxiv_id_is_found_by_our_own_id(client, papers):
    assert get(client, f"/api/papers/{papers[1].pk}")["title"] == "Many votes"


@pytest.mark.parametrize("name", ["2401.00001", "0", "9" * 40, "x", "²", "1.5", "-1"])
def test_an_unknown_paper_is_not_found(client, papers, name):
    assert get(client, f"/api/papers/{name}", status=404)


def test_the_search_works_like_hugging_faces(client, papers):
    assert titles(client, "/api/papers/search?q=many") == ["Many votes"]
    assert titles(client, "/api/papers/search?q=votes&limit=1&topic=none") == []
    for query in ("", "?q=", "?q=x&limit=121", f"?q={'x' * 251}", "?q=x&since=y"):
        assert get(client, f"/api/papers/search{query}", status=400)["error"]


def test_editions_and_topics_are_listed(client, papers):
    make_edition(make_paper(about=make_topic()), day=DAY - timedelta(days=9))

    editions = get(client, "/api/editions")
    assert [(edition["day"], edition["papers"]) for edition in editions[:2]] == [("2025-08-21", 2), ("2025-08-14", 1)]
    [topic] = get(client, "/api/topics")
    assert topic == {
        "slug": "graph-learning",
        "name": "Graph learning",
        "description": "All about Graph learning",
        "papers": 1,
        "url": "http://localhost:8000/topics/graph-learning",
    }


def test_responses_can_be_revalidated_and_are_open_to_other_sites(client, papers):
    response = client.get("/api/daily_papers")

    assert response["Access-Control-Allow-Origin"] == "*"
    again = client.get("/api/daily_papers", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_head_is_answered_like_get(client, papers):
    for address in ("/api/daily_papers", "/api/openapi.json"):
        response, head = client.get(address), client.head(address)

        assert (head.status_code, head.content) == (200, b"")
        # Each request has its own ID.
        assert dict(head.headers) | {"X-Request-ID": ""} == dict(response.headers) | {"X-Request-ID": ""}


def test_papers_and_editions_are_read_only(client, papers):
    for address in ("/api/daily_papers", "/api/papers/2508.01234", "/api/editions"):
        assert client.post(address, {}).status_code == 405


def test_more_papers_cost_no_more_queries(client, django_assert_max_num_queries):
    for number, day in ((5, DAY), (60, DAY + timedelta(days=1))):
        make_edition(*(on_arxiv(make_paper(), f"2{number:03}.{n:05}") for n in range(number)), day=day)
        with django_assert_max_num_queries(5):
            assert len(get(client, "/api/daily_papers?limit=100")) >= number


def test_the_docs_load_nothing_from_another_host(client):
    html = client.get("/api/docs").content.decode()

    assert "https://" not in html.replace("http://localhost", "")
    assert '"validatorUrl": null' in html
    assert finders.find("ninja/swagger-ui-bundle.js")
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/daily_papers",
        "/api/papers/search",
        "/api/papers/{name}",
        "/api/editions",
        "/api/topics",
        "/api/subscriptions",
    }
