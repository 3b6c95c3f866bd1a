"""The microcache when many come at once: a page is made once for all who wait, and lasts longer during an overload."""

import threading

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from digest.site import microcache
from tests.support.public_pages import public_response, rename

pytest_plugins = ["tests.support.microcached_site"]


@pytest.fixture
def overloaded(monkeypatch):
    """Whether the site is overloaded, for a test to change."""
    overload = [True]
    monkeypatch.setattr(microcache, "is_overloaded", lambda _: overload[0])
    return overload


def test_during_an_overload_a_page_lasts_six_times_as_long(visitor, listed_paper, microcache_clock, overloaded):
    visitor.get("/")
    rename(listed_paper)

    microcache_clock[0] += 29.9
    assert "Cliques" not in visitor.get("/").content.decode()
    microcache_clock[0] += 0.1
    assert "Cliques" in visitor.get("/").content.decode()


def test_after_an_overload_a_page_lasts_as_long_as_before(visitor, listed_paper, microcache_clock, overloaded):
    visitor.get("/")
    rename(listed_paper)
    microcache_clock[0] += 29.9
    visitor.get("/")

    overloaded[0] = False

    assert "Cliques" in visitor.get("/").content.decode()


@pytest.mark.parametrize("is_overload", [True, False])
def test_nobody_gets_a_page_that_is_twice_as_old_as_it_may_be(settings, microcache_clock, overloaded, is_overload):
    settings.PAGE_CACHE_SECONDS, overloaded[0] = 5, is_overload
    longest = 30 if is_overload else 5
    sent = []

    def site(request):
        request.resolver_match = resolve("/")
        sent.append(request)
        if len(sent) > 1:
            # Another visitor comes while this page is being made.
            meanwhile.append(middleware(RequestFactory().get("/")).content)
        return public_response(f"page {len(sent)}")

    meanwhile, middleware = [], microcache.microcache_middleware(site)
    middleware(RequestFactory().get("/"))

    microcache_clock[0] += 2 * longest - 0.1
    middleware(RequestFactory().get("/"))

    assert meanwhile == [b"page 1"]


class SlowSite:
    """A site whose answers take as long as a test likes; it counts how many are being made."""

    def __init__(self, response=public_response):
        self.made = 0
        self._response = response
        self._release = threading.Event()
        self.middleware = microcache.microcache_middleware(self._answer)
        self.received = []

    def _answer(self, request):
        request.resolver_match = resolve("/")
        self.made += 1
        self._release.wait(60)
        return self._response(f"answer {self.made}")

    def visit(self, number, address="/"):
        """Send so many requests at once; return their threads."""
        threads = [threading.Thread(target=self._visit, args=(address,)) for _ in range(number)]
        for thread in threads:
            thread.start()
        return threads

    def _visit(self, address):
        self.received.append(self.middleware(RequestFactory().get(address)).content)

    def answer(self, threads):
        self._release.set()
        for thread in threads:
            thread.join(60)
        self._release.clear()


def until(condition):
    """Wait until a condition holds."""
    for _ in range(3000):
        if condition():
            return
        microcache.time.sleep(0.01)
    pytest.fail("it never held")


def test_a_page_that_many_ask_for_at_once_is_made_once(settings):
    settings.PAGE_CACHE_SECONDS = 5
    site = SlowSite()
    threads = site.visit(8)
    until(lambda: site.made)

    site.answer(threads)

    assert site.received == [b"answer 1"] * 8


def test_other_pages_do_not_wait(settings):
    settings.PAGE_CACHE_SECONDS = 5
    site = SlowSite()
    threads = site.visit(1) + site.visit(1, "/other")

    until(lambda: site.made == 2)

    site.answer(threads)


def test_what_is_uncacheable_is_only_waited_for_once(settings):
    settings.PAGE_CACHE_SECONDS = 5
    site = SlowSite(response=HttpResponse)
    site.answer(site.visit(3))
    assert site.made == 3

    threads = site.visit(3)

    # All at once, although none has been answered.
    until(lambda: site.made == 6)
    site.answer(threads)


def test_a_client_that_has_the_page_does_not_stop_others_from_waiting(settings):
    settings.PAGE_CACHE_SECONDS = 5
    responses = [lambda _: HttpResponse(status=304), public_response]
    site = SlowSite(lambda body: responses.pop(0)(body) if len(responses) > 1 else responses[0](body))
    site.answer(site.visit(1))
    threads = site.visit(4)
    until(lambda: site.made == 2)

    site.answer(threads)

    assert site.received[1:] == [b"answer 2"] * 4


def test_a_page_that_takes_too_long_is_not_waited_for(settings, monkeypatch):
    settings.PAGE_CACHE_SECONDS = 5
    monkeypatch.setattr(microcache, "MAX_WAIT_FOR_PAGE_SECONDS", 0.05)
    site = SlowSite()
    threads = site.visit(3)

    until(lambda: site.made == 3)

    site.answer(threads)


def test_an_error_lets_the_others_try(monkeypatch):
    is_waiting, outcomes = threading.Event(), []

    class NoticedEvent(threading.Event):
        def wait(self, timeout=None):
            is_waiting.set()
            return super().wait(timeout)

    monkeypatch.setattr(microcache, "Event", NoticedEvent)
    pages = microcache.Microcache(5)

    def visit():
        with pages.single_flight(("/",)) as has_waited:
            outcomes.append(has_waited)

    def fail():
        with pages.single_flight(("/",)):
            second.start()
            assert is_waiting.wait(30)
            assert outcomes == []
            raise ZeroDivisionError

    second = threading.Thread(target=visit)
    with pytest.raises(ZeroDivisionError):
        fail()
    second.join(30)
    visit()

    # The second one waited until the first had failed; the third had nobody to wait for.
    assert outcomes == [True, False]
