"""Who gets what, the preview, the test email to yourself, and the checklist."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from digest.models import Delivery, Paper
from digest.panel import audience, checklist, link_checker
from digest.recommending.candidates import candidates_in
from subscriptions.models import Subscriber
from tests.support.factories import DAY, NOON, make_edition, make_paper, make_subscriber, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def graphs():
    return make_topic("Graph learning")


@pytest.fixture
def draft(graphs):
    return make_edition(make_paper("On graphs", about=graphs), make_paper("On cats"), published=False)


def address(edition, rest="preview/"):
    return f"/admin/digest/edition/{edition.pk}/{rest}"


def test_each_paper_and_topic_shows_how_many_readers_get_it(draft, graphs):
    make_topic("Nothing about this")
    make_subscriber(follows=[graphs])
    make_subscriber()
    make_subscriber(follows=[make_topic("Other")])

    actual = audience.audience(draft, NOON)

    assert (actual.sample, actual.active, actual.is_everybody, actual.nothing) == (3, 3, True, 1)
    assert [(share.paper.title, share.readers) for share in actual.papers] == [("On graphs", 2), ("On cats", 1)]
    assert dict(actual.papers[0].why) == {"Graph learning": 1, "whole edition": 1}
    (of_graphs,) = [share for share in actual.topics if share.topic == graphs]
    assert (of_graphs.papers, of_graphs.followers) == (1, 1)


def test_with_many_subscribers_a_sample_is_counted_and_marked_as_one(draft, monkeypatch):
    monkeypatch.setattr(audience, "SAMPLE_SIZE", 8)
    for _ in range(40):
        make_subscriber()

    actual = audience.audience(draft, NOON)

    assert actual.sample <= 8
    assert not actual.is_everybody


def test_who_gets_what_needs_no_more_queries_for_more_readers(draft, django_assert_max_num_queries):
    make_subscriber()
    with django_assert_max_num_queries(20) as few:
        audience.audience(draft, NOON)
    for _ in range(20):
        make_subscriber()
    with django_assert_max_num_queries(20) as many:
        audience.audience(draft, NOON)
    assert len(few) == len(many)


def test_who_gets_what_works_for_an_empty_edition_and_without_readers(admin_client):
    edition = make_edition(published=False)

    assert "No active subscribers yet" in admin_client.get(address(edition, "audience/")).content.decode()
    make_subscriber()
    assert "100.0% would get nothing" in admin_client.get(address(edition, "audience/")).content.decode()


def test_a_drafts_email_can_be_previewed_as_a_follower_or_a_reader_of_everything(admin_client, draft):
    everything = admin_client.get(address(draft, "preview/mail/")).content.decode()
    follower = admin_client.get(address(draft, "preview/mail/"), {"topic": "graph-learning"}).content.decode()

    assert "On cats" in everything
    assert "On cats" not in follower
    assert "Because you follow Graph learning" in follower
    assert not Delivery.objects.exists()


def test_links_in_an_email_previewed_as_a_subscriber_do_nothing(admin_client, draft, graphs):
    make_subscriber("ada@example.org", follows=[graphs])

    page = admin_client.get(address(draft), {"address": "Ada@example.org"})

    assert "On graphs" in page.context["text"]
    assert "On cats" not in page.context["text"]
    (link,) = [word for word in page.context["text"].split() if "/unsubscribe/" in word]
    admin_client.post(link.removeprefix("http://localhost:8000"), {"List-Unsubscribe": "One-Click"})
    assert Subscriber.objects.get().is_active


def test_the_preview_says_when_no_subscriber_has_the_address(admin_client, draft):
    html = admin_client.get(address(draft), {"address": "nobody@example.org"}).content.decode()

    assert "There’s no subscriber with this address." in html


def test_the_preview_says_when_a_reader_would_get_no_email(admin_client, draft):
    make_topic("Empty")

    html = admin_client.get(address(draft), {"topic": "empty"}).content.decode()

    assert "they’d get no email" in html


def test_a_drafts_page_can_be_shown_in_a_frame(admin_client, draft):
    answer = admin_client.get(address(draft, "preview/page/"))

    assert "On cats" in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_test_email_goes_to_the_person_asking_and_creates_no_delivery(admin_client, admin_user, draft, mailoutbox):
    admin_client.post(address(draft, "preview/test/"))

    (mail,) = mailoutbox
    assert mail.to == [admin_user.email]
    assert mail.subject.startswith("Test: On graphs")
    assert mail.metadata == {}
    assert not Delivery.objects.exists()


def test_someone_without_an_address_gets_an_error_instead_of_a_test_email(admin_client, admin_user, draft, mailoutbox):
    type(admin_user).objects.update(email="")

    answer = admin_client.post(address(draft, "preview/test/"))

    assert answer.status_code == 422
    assert "no email address yet" in answer.content.decode()
    assert not mailoutbox


def test_the_preview_needs_no_more_queries_for_more_papers(admin_client, draft, graphs, django_assert_max_num_queries):
    admin_client.get(address(draft))
    with django_assert_max_num_queries(20) as few:
        admin_client.get(address(draft))
    for position in range(3, 9):
        draft.entries.create(paper=make_paper(about=graphs), position=position)
    with django_assert_max_num_queries(len(few)):
        admin_client.get(address(draft))


# --- The checklist ---


def verdicts(edition):
    return {
        check.name: (str(check.verdict), check.about)
        for check in checklist.checklist(edition, candidates_in([edition], NOON), NOON)
    }


def test_the_checklist_names_what_readers_would_stumble_over(draft, graphs):
    make_edition(make_paper("The  same: title", about=graphs), day=DAY - timedelta(days=31))
    make_edition(make_paper("Long ago", about=graphs), day=DAY - timedelta(days=32))
    for title in ("The Same Title!", "Long ago"):
        draft.entries.create(paper=make_paper(title, about=graphs, abstract=" "), position=3)

    actual = verdicts(draft)

    assert actual["Topics"] == ("warning", ["On cats"])
    assert actual["Abstracts"] == ("warning", ["The Same Title!", "Long ago"])
    assert actual["Titles"] == ("warning", ["The Same Title!"])
    assert actual["Headers"] == ("good", [])
    assert actual["Size"] == ("good", [])


def test_an_edition_without_papers_is_bad():
    assert verdicts(make_edition(published=False)) == {"Papers": ("bad", [])}


def test_an_email_that_would_be_clipped_is_bad(monkeypatch, draft):
    monkeypatch.setattr("digest.composing.renderer.HTML_BYTES", 2000)

    assert verdicts(draft)["Size"][0] == "bad"


class Answering(BaseHTTPRequestHandler):
    def do_HEAD(self):
        status = int(self.path.rpartition("/")[2])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://10.0.0.1/")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/"]
)
def test_a_private_address_is_not_requested(url):
    assert link_checker.failure_reason(url) == "leads to a private address"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/200", ""),
        ("/405", ""),
        ("/404", "returns 404"),
        ("/503", "returns 503"),
        ("/302", "leads to a private address"),
    ],
)
def test_broken_links_are_reported_with_the_reason(server, monkeypatch, path, message):
    look = link_checker.public_address
    monkeypatch.setattr(
        link_checker, "public_address", lambda host, port: "127.0.0.1" if host == "localhost" else look(host, port)
    )

    assert link_checker.failure_reason(server + path) == message


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://", "https://example.invalid./"])
def test_links_that_are_not_addresses_or_have_no_host_are_reported(url):
    assert link_checker.failure_reason(url)


def test_paper_links_are_checked_on_demand(admin_client, draft):
    Paper.objects.filter(title="On cats").update(code_url="http://127.0.0.1/code")

    html = admin_client.post(address(draft, "preview/links/")).content.decode()

    assert "http://127.0.0.1/code leads to a private address" in html
