"""The microcache: who gets a page that was already sent, and what never gets in."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from digest.site import microcache
from tests.support.factories import DAY
from tests.support.public_pages import public_response, rename

pytest_plugins = ["tests.support.member_browser", "tests.support.microcached_site"]

PAGES = ["/", f"/papers/{DAY}", "/papers/{paper}", "/trending", "/topics", "/search?q=motifs", "/api/daily_papers"]


@pytest.fixture
def client(visitor):
    """The browser that `sign_in` signs in."""
    return visitor


@pytest.fixture(params=PAGES)
def address(request, listed_paper):
    return request.param.format(paper=listed_paper.pk)


def test_a_public_page_is_sent_again_without_a_query(visitor, address, django_assert_num_queries):
    first = visitor.get(address)

    with django_assert_num_queries(0):
        second = visitor.get(address)

    assert (second.status_code, second.content) == (200, first.content)
    of_one_request = {"X-Request-ID"}
    assert {name: value for name, value in second.items() if name not in of_one_request} == {
        name: value for name, value in first.items() if name not in of_one_request
    }
    assert second["X-Request-ID"] != first["X-Request-ID"]
    assert second.resolver_match.route == first.resolver_match.route


def test_a_client_that_has_the_page_gets_304(visitor, address, django_assert_num_queries):
    if_unchanged = {"If-None-Match": visitor.get(address)["ETag"]}

    with django_assert_num_queries(0):
        assert visitor.get(address, headers=if_unchanged).status_code == 304
        assert visitor.get(address).status_code == 200


def test_a_page_is_made_anew_after_its_time(visitor, listed_paper, microcache_clock):
    visitor.get("/")
    rename(listed_paper)

    microcache_clock[0] += 4.9
    assert "Cliques" not in visitor.get("/").content.decode()
    microcache_clock[0] += 0.1
    assert "Cliques" in visitor.get("/").content.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"headers": {"Accept-Encoding": "gzip"}},
        {"headers": {"HX-Request": "true"}},
        {"headers": {"Host": "127.0.0.1"}},
        {"secure": True},
        {"query_params": {"q": "cliques"}},
    ],
    ids=["gzip", "htmx", "host", "https", "query"],
)
def test_requests_that_may_get_another_page_do_not_share(visitor, listed_paper, other, settings):
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    usual = {"query_params": {"q": "motifs"}}
    visitor.get("/search", **usual)

    page = visitor.get("/search", **usual | other)

    settings.PAGE_CACHE_SECONDS = 0
    assert page.content == Client().get("/search", **usual | other).content
    assert page["X-Request-ID"]


def test_compact_lists_are_pages_of_their_own(visitor, listed_paper):
    assert 'class="compact"' not in visitor.get("/").content.decode()

    visitor.post("/list-style", {"style": "compact", "next": "/"})

    assert 'class="compact"' in visitor.get("/").content.decode()


def test_members_get_a_page_of_their_own(visitor, listed_paper, sign_in):
    visitor.get("/")
    sign_in()

    page = visitor.get("/")

    assert page["Cache-Control"] == "private, no-cache"
    assert "Account" in page.content.decode()


def test_the_panels_users_see_a_change_at_once(visitor, listed_paper):
    visitor.get("/")
    rename(listed_paper)

    visitor.force_login(get_user_model().objects.create_superuser("curator"))

    assert "Cliques" in visitor.get("/").content.decode()


def test_with_no_time_there_is_no_microcache(settings):
    settings.PAGE_CACHE_SECONDS = 0

    with pytest.raises(MiddlewareNotUsed):
        microcache.microcache_middleware(lambda _: HttpResponse())


@pytest.fixture
def answers(settings):
    """Return what two equal requests get from a site that answers the first as given, and the second with "anew"."""
    settings.PAGE_CACHE_SECONDS = 5

    def answers(response, *requests):
        responses = [response, public_response("anew")]

        def site(request):
            request.resolver_match = resolve("/")
            return responses.pop(0)

        middleware = microcache.microcache_middleware(site)
        first, second = requests or (RequestFactory().get("/"), RequestFactory().get("/"))
        return b"".join(middleware(first)), b"".join(middleware(second))

    return answers


def with_cookie():
    response = public_response()
    response.set_cookie("name", "Ada")
    return response


def test_a_public_response_is_kept(answers):
    assert answers(public_response(Vary="Cookie, Accept-Encoding")) == (b"once", b"once")


@pytest.mark.parametrize(
    "response",
    [
        lambda: HttpResponse("once"),
        lambda: HttpResponse("once", headers={"Cache-Control": "private, no-cache"}),
        lambda: HttpResponse("once", headers={"Cache-Control": "public, no-cache"}, status=404),
        lambda: HttpResponse("once", headers={"Cache-Control": "public, no-cache"}, status=304),
        lambda: public_response(Vary="Accept-Language"),
        lambda: public_response(Vary="*"),
        lambda: StreamingHttpResponse([b"once"], headers={"Cache-Control": "public, no-cache"}),
        with_cookie,
    ],
    ids=["unmarked", "private", "missing", "unchanged", "language", "anything", "stream", "cookie"],
)
def test_other_responses_are_uncacheable(answers, response):
    assert answers(response()) == (b"once", b"anew")


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: RequestFactory().post("/"),
        lambda: RequestFactory().head("/"),
        lambda: RequestFactory().get("/", headers={"Authorization": "Bearer x"}),
    ],
    ids=["post", "head", "key"],
)
def test_other_requests_always_reach_the_site(answers, request_of):
    assert answers(public_response(), request_of(), request_of()) == (b"once", b"anew")


def test_a_view_that_saves_work_for_unchanged_pages_still_hears_what_the_client_has(settings):
    settings.PAGE_CACHE_SECONDS = 5
    etags = []

    def site(request):
        etags.append(request.headers.get("If-None-Match"))
        return HttpResponse(status=304)

    microcache.microcache_middleware(site)(RequestFactory().get("/", headers={"If-None-Match": '"a"'}))

    assert etags == ['"a"']


def test_a_large_response_does_not_push_out_the_others(answers):
    assert answers(public_response("x" * (microcache.MAX_PAGE_BYTES + 1)))[1] == b"anew"


def page_of(body="a page"):
    now = microcache.time.monotonic()
    return microcache.SentPage(body.encode(), {}, resolve("/"), made_at=now, renewed_at=now)


def test_the_memory_is_bounded_and_the_longest_unused_page_goes_first():
    pages = microcache.Microcache(5, max_bytes=30)
    for number in range(3):
        pages.put((number,), page_of("x" * 10))
    pages.get((0,))

    pages.put((3,), page_of("x" * 10))

    assert [number for number in range(4) if pages.get((number,))] == [0, 2, 3]


def test_only_one_request_makes_an_old_page_anew_and_the_others_get_it_meanwhile(microcache_clock):
    pages = microcache.Microcache(5)
    pages.put(("/",), page_of())
    microcache_clock[0] += 5

    start = threading.Barrier(8)
    received = []

    def visit():
        start.wait()
        received.append(pages.get(("/",)))

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert received.count(None) == 1
    assert len(received) == 8


def test_a_page_that_nobody_asked_for_is_not_sent_while_it_is_made_anew(microcache_clock):
    pages = microcache.Microcache(5)
    pages.put(("/",), page_of())

    microcache_clock[0] += 10

    assert [pages.get(("/",)) for _ in range(3)] == [None] * 3
