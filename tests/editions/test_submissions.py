"""Papers proposed by members: looked up, checked, and decided on in the panel."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model

from digest import tasks
from digest.catalog import uploads
from digest.editions import curation, submissions
from digest.models import Edition, SourceRun, Submission
from tests.support.factories import DAY, NOON, make_edition, make_member, make_paper, on_arxiv
from tests.support.html import words_of

pytestmark = pytest.mark.django_db
pytest_plugins = ["tests.support.member_browser"]

ARXIV_ID = "2508.01234"


@pytest.fixture
def paper():
    return on_arxiv(make_paper("Worth reading"), ARXIV_ID)


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("curator"))
    return client


def submit(client, text=ARXIV_ID):
    return client.post("/submit", {"paper": text})


@pytest.mark.parametrize(
    "text", [ARXIV_ID, f"arXiv:{ARXIV_ID}v2", f"https://arxiv.org/abs/{ARXIV_ID}", f" arxiv.org/pdf/{ARXIV_ID} "]
)
def test_a_known_paper_is_shown_for_confirmation_and_then_queued(client, sign_in, paper, text):
    sign_in()

    address = submit(client, text).url
    row = Submission.objects.get()
    html = client.get(address).content.decode()

    assert "Is this the paper?" in html
    assert "Worth reading" in html
    assert (row.paper, row.status) == (paper, Submission.Status.SHOWN)
    client.post(f"{address}/confirm")
    assert "Waiting for a curator" in client.get(address).content.decode()


def test_a_paper_not_in_the_catalogue_waits_for_its_text(client, sign_in):
    sign_in()
    address = submit(client).url

    assert "Waiting for the paper’s details" in words_of(client.get(address).content.decode())

    on_arxiv(make_paper("It came"), ARXIV_ID)
    tasks.fetch_submissions()
    html = client.get(address).content.decode()
    assert "Is this the paper?" in html
    assert "It came" in html


@pytest.fixture
def arxiv(monkeypatch):
    """A stand-in for arXiv: what it knows, and what it was asked for."""

    class Arxiv:
        knows, requested_ids, status = {}, [], SourceRun.Status.FINISHED

    def take(upload):
        Arxiv.requested_ids.append(upload.ids)
        for value in upload.ids:
            if value in Arxiv.knows:
                on_arxiv(make_paper(Arxiv.knows[value]), value)
        return SourceRun(source="ids", status=Arxiv.status)

    Arxiv.knows, Arxiv.requested_ids = {}, []
    monkeypatch.setattr(uploads, "import_upload", take)
    return Arxiv


def test_a_paper_is_fetched_once_it_has_been_proposed(
    client, sign_in, arxiv, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks.fetch_submissions, "delay", tasks.fetch_submissions)
    arxiv.knows = {ARXIV_ID: "It came"}
    sign_in()

    with django_capture_on_commit_callbacks(execute=True):
        address = submit(client).url

    assert "It came" in client.get(address).content.decode()
    assert arxiv.requested_ids == [[ARXIV_ID]]


def test_a_paper_arxiv_does_not_know_is_refused(arxiv):
    row = submissions.submit_paper(make_member(), ARXIV_ID, NOON)

    submissions.fetch_waiting(NOON)

    row.refresh_from_db()
    assert (row.status, row.reason) == (Submission.Status.REFUSED, "arXiv has no paper with this ID.")


def test_submissions_keep_waiting_while_arxiv_does_not_answer(arxiv):
    row = submissions.submit_paper(make_member(), ARXIV_ID, NOON)
    arxiv.status = SourceRun.Status.FAILED

    submissions.fetch_waiting(NOON)

    row.refresh_from_db()
    assert row.status == Submission.Status.WAITING


def test_submissions_keep_waiting_while_others_are_fetched(monkeypatch):
    row = submissions.submit_paper(make_member(), ARXIV_ID, NOON)

    def busy(upload):
        raise uploads.BusyError

    monkeypatch.setattr(uploads, "import_upload", busy)
    submissions.fetch_waiting(NOON)

    row.refresh_from_db()
    assert row.status == Submission.Status.WAITING


def test_a_paper_proposed_by_many_is_fetched_once(arxiv):
    for _ in range(3):
        submissions.submit_paper(make_member(), ARXIV_ID, NOON)
    arxiv.knows = {ARXIV_ID: "It came"}

    submissions.fetch_waiting(NOON)
    submissions.fetch_waiting(NOON)

    assert arxiv.requested_ids == [[ARXIV_ID]]
    assert set(Submission.objects.values_list("status", flat=True)) == {Submission.Status.SHOWN}


@pytest.mark.parametrize("text", ["", "hello", "2513.01234", "https://example.org/2508.01234", "x" * 501, "9" * 400])
def test_text_that_is_not_an_arxiv_paper_is_refused_with_an_error(client, sign_in, text):
    sign_in()

    response = submit(client, text)

    assert response.status_code == 422
    assert "error" in response.content.decode()
    assert Submission.objects.count() == 0


def test_a_paper_that_has_already_been_published_is_refused(client, sign_in, paper):
    make_edition(paper)
    sign_in()

    assert "already been in an edition" in submit(client).content.decode()


def test_submitting_the_same_paper_again_opens_the_first_submission(client, sign_in, paper):
    sign_in()

    assert submit(client).url == submit(client, f"arXiv:{ARXIV_ID}v3").url
    assert Submission.objects.count() == 1


def test_members_cannot_see_each_others_submissions(client, sign_in, paper):
    theirs = submissions.submit_paper(make_member(), ARXIV_ID, NOON)
    sign_in()

    assert client.get(f"/submissions/{theirs.pk}").status_code == 404
    assert client.post(f"/submissions/{theirs.pk}/confirm").status_code == 404
    client.post(f"/submissions/{theirs.pk}/withdraw")
    assert Submission.objects.count() == 1


def test_visitors_are_asked_to_sign_in(client):
    assert client.get("/submit").url == "/sign-in?next=%2Fsubmit"
    assert client.post("/submit", {"paper": ARXIV_ID}).url.startswith("/sign-in")
    assert Submission.objects.count() == 0


def test_a_submission_can_be_withdrawn_until_it_is_decided(client, sign_in, paper):
    member = sign_in()
    row = submissions.submit_paper(member, ARXIV_ID, NOON)
    row.enqueue()
    submissions.accept(row, NOON)

    client.post(f"/submissions/{row.pk}/withdraw")
    assert Submission.objects.count() == 1

    other = submissions.submit_paper(member, "2508.05678", NOON)
    client.post(f"/submissions/{other.pk}/withdraw")
    assert Submission.objects.get() == row


def test_submissions_per_day_are_limited(client, sign_in, settings):
    settings.SUBMISSIONS_PER_MEMBER = "2 per day"
    sign_in()

    statuses = [submit(client, f"2508.0000{number}").status_code for number in (1, 2, 3)]

    assert statuses == [302, 302, 429]


def test_waiting_submissions_are_limited():
    member = make_member()
    for number in range(submissions.MOST_OPEN):
        submissions.submit_paper(member, f"2508.{number:05}", NOON)

    with pytest.raises(submissions.SubmissionRefusedError, match="papers waiting"):
        submissions.submit_paper(member, ARXIV_ID, NOON)


def test_an_accepted_paper_goes_to_the_end_of_the_next_draft(paper):
    make_edition(make_paper(), day=DAY)
    draft = make_edition(make_paper(), make_paper(), day=DAY + timedelta(days=1), published=False)
    row = submissions.submit_paper(make_member(), ARXIV_ID, NOON)
    row.enqueue()

    assert submissions.accept(row, NOON)
    assert not submissions.accept(row, NOON)

    assert (paper.entry.edition, paper.entry.position) == (draft, 2)


def test_without_a_draft_one_is_created_for_the_next_free_day(paper):
    make_edition(make_paper(), day=DAY)

    assert curation.add_to_next_edition(paper, NOON).day == DAY + timedelta(days=1)
    assert curation.add_to_next_edition(paper, NOON).day == DAY + timedelta(days=1)
    assert Edition.objects.count() == 2


def test_a_curator_can_accept_with_a_message_to_the_sender(client, sign_in, desk, paper):
    member = sign_in()
    row = submissions.submit_paper(member, ARXIV_ID, NOON)
    row.enqueue()

    desk.post(f"/admin/digest/submission/{row.pk}/change/", {"reason": "Lovely.", "_accept": "Accept"})

    html = client.get(f"/submissions/{row.pk}").content.decode()
    assert "Accepted" in html
    assert "Lovely." in html
    assert paper.entry.edition.status == Edition.Status.DRAFT


def test_a_curator_can_refuse_only_with_a_reason(client, sign_in, desk, paper):
    member = sign_in()
    row = submissions.submit_paper(member, ARXIV_ID, NOON)
    row.enqueue()
    address = f"/admin/digest/submission/{row.pk}/change/"

    assert "Please give a reason" in desk.post(address, {"reason": "", "_refuse": "x"}, follow=True).content.decode()
    row.refresh_from_db()
    assert row.status == Submission.Status.QUEUED

    desk.post(address, {"reason": "Not <b>new</b>.", "_refuse": "Refuse"})
    html = client.get(f"/submissions/{row.pk}").content.decode()
    assert "Not &lt;b&gt;new&lt;/b&gt;." in html
    assert "It won’t be in an edition" in html


def test_a_curator_can_accept_many_at_once(desk, paper):
    row = submissions.submit_paper(make_member(), ARXIV_ID, NOON)
    row.enqueue()
    waiting = submissions.submit_paper(make_member(), "2508.05678", NOON)
    chosen = {"action": "accept", "_selected_action": [row.pk, waiting.pk]}

    html = desk.post("/admin/digest/submission/", chosen, follow=True).content.decode()

    assert "Accepted submission" in html
    assert "isn’t waiting for a curator" in html


@time_machine.travel(NOON, tick=False)
def test_a_curator_can_bar_a_member(desk):
    member = make_member()

    desk.post("/admin/digest/member/", {"action": "bar", "_selected_action": [member.pk]})

    member.refresh_from_db()
    assert member.is_barred
