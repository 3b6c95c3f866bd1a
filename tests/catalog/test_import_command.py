"""manage.py import_papers, as the person running it sees it."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from digest.models import Edition, Paper, SourceRun
from tests.support.fake_source import Reply, payload
from tests.support.source_answers import HTML, atom, atom_entry, oai, oai_record, rss, rss_item

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 9, 15, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def night(settings, time_machine, source, waits):
    time_machine.move_to(NIGHT, tick=False)
    settings.ARXIV_CATEGORIES = settings.EDITION_CATEGORIES = ["cs.LG"]
    settings.EDITION_FROM = ["arxiv"]


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_oai_prints_a_line_for_each_set_and_what_went_into_drafts(source, capsys):
    source.says(oai(oai_record(), oai_record("2609.00002", title="")))
    call_command("import_papers", "oai", "--since", "2026-09-01")
    assert lines(capsys) == [
        "oai cs: 1 new, 0 updated, 0 unchanged, 1 skipped",
        "  2609.00002: expected a title, found none",
        "1 added to the edition of 2026-09-15",
    ]
    assert source.requests[0].query["from"] == "2026-09-01"
    assert Edition.objects.get().day == date(2026, 9, 15)


def test_a_failing_feed_does_not_stop_the_others(source, settings, capsys):
    settings.ARXIV_CATEGORIES = ["cs.LG", "cs.CL"]
    source.answer = lambda request: Reply(HTML if "cs.LG" in request.path else rss(rss_item()))
    with pytest.raises(CommandError, match="not everything was imported"):
        call_command("import_papers", "rss")
    printed = lines(capsys)
    assert printed[0] == "rss cs.LG: 0 new, 0 updated, 0 unchanged, 0 skipped"
    assert "expected XML (rss), found an HTML page" in printed[1]
    assert printed[2] == "rss cs.CL: 1 new, 0 updated, 0 unchanged, 0 skipped"


def test_a_query_is_in_arxivs_own_syntax(source, capsys):
    source.says(atom(atom_entry(), total=1))
    call_command("import_papers", "api", "ti:graph", "--most", "5")
    assert source.requests[0].query["search_query"] == "ti:graph"
    assert lines(capsys) == ["api ti:graph: 1 new, 0 updated, 0 unchanged, 0 skipped"]


def test_hugging_face(source, capsys):
    source.says(payload("huggingface/daily_papers.json"))
    call_command("import_papers", "huggingface", "--since", "2026-09-15")
    assert lines(capsys) == ["huggingface: 1 new, 0 updated, 0 unchanged, 0 skipped"]


def test_without_categories_the_setting_is_named(settings):
    settings.ARXIV_CATEGORIES = []
    for name in ("oai", "rss", "api"):
        with pytest.raises(CommandError, match="ARXIV_CATEGORIES"):
            call_command("import_papers", name)


def test_due_harvests_what_is_due_by_the_settings(source, settings, capsys):
    settings.SOURCES = ["oai"]
    source.says(oai(oai_record()))
    call_command("import_papers", "due")
    call_command("import_papers", "due")
    assert lines(capsys) == ["oai cs: 1 new, 0 updated, 0 unchanged, 0 skipped", "1 added to the edition of 2026-09-15"]


def test_a_run_in_progress_is_reported(capsys):
    SourceRun.objects.begin("oai", "cs")
    call_command("import_papers", "oai")
    assert lines(capsys) == ["oai cs: another run is in progress"]


def test_ids_in_any_form_and_from_a_file(source, capsys, tmp_path):
    (tmp_path / "ids.txt").write_text("arXiv:9912.99999\n")
    source.says(payload("arxiv_api/one-paper.xml"))
    call_command("import_papers", "ids", "https://arxiv.org/abs/1605.08386v1", str(tmp_path / "ids.txt"))
    assert source.requests[0].query["id_list"] == "1605.08386,9912.99999"
    assert lines(capsys) == [
        "ids: 1 new, 0 updated, 0 unchanged, 1 skipped",
        "  9912.99999: not found on arXiv",
    ]


def test_a_dry_run_requests_nothing_and_writes_nothing(source, capsys):
    call_command("import_papers", "ids", "1605.08386", "what", "--dry-run")
    assert lines(capsys) == ["new: arXiv:1605.08386", "skipped: line 2: expected an arXiv ID, found “what”"]
    assert (source.requests, Paper.objects.count(), SourceRun.objects.count()) == ([], 0, 0)


def test_bibtex_from_a_file(capsys, tmp_path):
    path = tmp_path / "library.bib"
    path.write_text("@misc{a, title = {One}}\n@misc{b, author = {Nobody}}\n")
    call_command("import_papers", "bibtex", str(path))
    call_command("import_papers", "bibtex", str(path), "--dry-run")
    assert lines(capsys) == [
        "bibtex: 1 new, 0 updated, 0 unchanged, 1 skipped",
        "  line 2, b: expected a title, found none",
        "known: One",
        "skipped: line 2, b: expected a title, found none",
    ]


@pytest.mark.parametrize("arguments", [["ids", "what"], ["bibtex", "nowhere.bib"], ["ids", *["2609.00001"] * 2, ";"]])
def test_unreadable_input_is_a_clear_error(source, arguments):
    source.says(Reply(payload("arxiv_api/error-bad-id.xml"), 400))
    with pytest.raises(
        CommandError, match=r"expected an arXiv ID, found “what”|nowhere\.bib|not everything was imported"
    ):
        call_command("import_papers", *arguments)
    assert not Paper.objects.exists()


def test_the_command_reads_a_file_as_the_page_does(capsys, tmp_path):
    path = tmp_path / "library.bib"
    path.write_bytes("\ufeff@misc{a, title = {One}}".encode())
    call_command("import_papers", "file", str(path))
    path.write_bytes("@misc{a, title = {Schrödinger}}".encode("latin-1"))
    call_command("import_papers", "file", str(path), "--dry-run")
    path.write_bytes(b"\xef\xbb\xbf2611.00001\n")
    call_command("import_papers", "ids", str(path), "--dry-run")
    assert lines(capsys) == [
        "bibtex: 1 new, 0 updated, 0 unchanged, 0 skipped",
        "new: Schrödinger",
        "imported with a note: it is not in UTF-8, so it was read as windows-1252",
        "new: arXiv:2611.00001",
    ]
