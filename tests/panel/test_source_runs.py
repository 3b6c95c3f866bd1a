"""The panel's pages about sources."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from digest.catalog.uploads import SUPPORTED_FORMATS
from digest.models import KeptUpload, Listing, Paper, SourceRun
from tests.support.factories import make_paper
from tests.support.fake_source import Reply, payload
from tests.support.html import html_of
from tests.support.source_answers import HTML

pytestmark = pytest.mark.django_db

BIBTEX = "@misc{a, title = {<script>alert(1)</script>}}\n@misc{b, author = {Nobody}}\n"
UPLOAD = "/admin/digest/sourcerun/upload/"


def post(client, button, text="", file=None):
    data = {"text": text, button: "1"}
    return client.post(UPLOAD, data | ({"file": file} if file else {}), follow=True)


def test_runs_are_listed_with_their_numbers_and_errors(admin_client):
    run = SourceRun.objects.create(source="oai", part="cs", new=3)
    run.fail("arXiv: badArgument: no such set")
    page = admin_client.get(reverse("admin:digest_sourcerun_changelist")).content.decode()
    assert html_of(page).one("td.field-new").text == "3"
    assert "arXiv: badArgument: no such set" in page
    assert UPLOAD in page


def test_a_run_is_read_only(admin_client):
    run = SourceRun.objects.create(source="oai", part="cs", notes="2609.00002: expected a title, found none")
    address = reverse("admin:digest_sourcerun_change", args=[run.pk])
    page = admin_client.get(address)
    assert "2609.00002: expected a title, found none" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    assert admin_client.post(address, {"source": "api"}).status_code == 403
    assert admin_client.post(reverse("admin:digest_sourcerun_delete", args=[run.pk])).status_code == 403


def test_a_preview_shows_what_would_be_imported_and_writes_nothing(admin_client):
    page = post(admin_client, "_look", BIBTEX).content.decode()
    assert "<script>alert(1)</script> new" in [
        " ".join(cell.text for cell in row.all("td")[-2:]) for row in html_of(page).all("tr")
    ]
    assert "<script>alert" not in page
    assert "line 2, b: expected a title, found none" in page
    assert (Paper.objects.count(), SourceRun.objects.count()) == (0, 0)


@pytest.mark.parametrize("size", [30, 3 * 2**20])
def test_a_previewed_file_is_imported_without_being_uploaded_again(admin_client, size):
    content = b"\xef\xbb\xbf@misc{a, title = {One}, abstract = {" + b"All. " * (size // 5) + b"}}"
    page = post(admin_client, "_look", file=SimpleUploadedFile("library.bib", content)).content.decode()
    assert "We’re keeping “library.bib” until you import it." in page
    stored_upload = re.search(r'name="kept" value="(\d+)"', page)[1]
    answer = admin_client.post(UPLOAD, {"text": "", "kept": stored_upload, "_import": "1"}, follow=True)
    assert "Imported: 1 new" in answer.content.decode()
    assert (Paper.objects.get().title, KeptUpload.objects.count()) == ("One", 0)


def test_text_typed_after_a_preview_takes_precedence_over_the_kept_file(admin_client):
    page = post(admin_client, "_look", file=SimpleUploadedFile("a.bib", b"@misc{a, title = {One}}")).content.decode()
    stored_upload = re.search(r'name="kept" value="(\d+)"', page)[1]
    admin_client.post(UPLOAD, {"text": "@misc{b, title = {Two}}", "kept": stored_upload, "_import": "1"})
    assert Paper.objects.get().title == "Two"


def test_a_file_previewed_by_someone_else_cannot_be_imported(admin_client):
    stored_upload = KeptUpload.objects.keep("a.bib", b"@misc{a, title = {One}}", "somebody else")
    admin_client.post(UPLOAD, {"text": "", "kept": stored_upload.pk, "_import": "1"})
    assert not Paper.objects.exists()


def test_an_import_ends_on_the_page_of_its_run(admin_client):
    page = post(admin_client, "_import", BIBTEX).content.decode()
    assert "Imported: 1 new, 0 updated, 0 unchanged, 1 skipped." in page
    assert "line 2, b: expected a title, found none" in page
    assert Paper.objects.get().title == "<script>alert(1)</script>"
    assert "already here" in post(admin_client, "_look", BIBTEX).content.decode()


def test_papers_can_be_imported_by_id(admin_client, source):
    source.says(payload("arxiv_api/one-paper.xml"))
    page = post(admin_client, "_import", "arXiv:1605.08386, 9912.99999").content.decode()
    assert "9912.99999: not found on arXiv" in page
    assert Paper.objects.get().arxiv_id == "1605.08386"


def test_an_error_from_arxiv_is_shown(admin_client, source):
    source.says(HTML)
    page = post(admin_client, "_import", "1605.08386").content.decode()
    assert "Some papers couldn’t be imported" in page
    assert "found an HTML page" in page


def test_an_import_does_not_wait_long_when_arxiv_is_down(admin_client, source, waits):
    source.says(Reply(status=503))
    assert "answered 503" in post(admin_client, "_import", "1605.08386").content.decode()
    assert waits == [5]


def test_a_papers_page_in_the_panel_shows_its_days(admin_client):
    paper = make_paper()
    Listing.objects.create(paper=paper, origin="arxiv", day="2026-09-16")
    page = admin_client.get(reverse("admin:digest_paper_change", args=[paper.pk])).content.decode()
    assert "16 Sep 2026" in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"Nothing to import: expected {SUPPORTED_FORMATS}, found nothing."),
        ("hello", "Nothing to import: line 1: expected an arXiv ID, found “hello”."),
        (" ".join(f"2609.{n:05}" for n in range(301)), "expected at most 300 IDs at a time, found 301"),
    ],
)
def test_unreadable_input_is_a_form_error(admin_client, text, message):
    assert message in post(admin_client, "_import", text).content.decode()


def test_a_file_that_is_not_text_is_a_form_error(admin_client):
    file = SimpleUploadedFile("library.bib", b"%PDF-1.7\n")
    assert "expected text, found a PDF" in post(admin_client, "_import", file=file).content.decode()


def test_only_one_import_runs_at_a_time(admin_client):
    SourceRun.objects.begin("bibtex", "")
    assert "Another import is running" in post(admin_client, "_import", BIBTEX).content.decode()


def test_only_people_who_can_add_papers_can_upload(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("helper", is_staff=True))
    assert client.get(UPLOAD).status_code == 403
    assert client.post(UPLOAD, {"text": BIBTEX, "_import": "1"}).status_code == 403
    assert not Paper.objects.exists()


def test_a_get_request_changes_nothing(admin_client):
    assert admin_client.get(UPLOAD, {"text": BIBTEX, "_import": "1"}).status_code == 200
    assert not Paper.objects.exists()
