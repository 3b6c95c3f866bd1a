"""Saved papers: searching, annotating and exporting them."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from defusedxml import ElementTree
from django.test import Client

from digest.catalog import citations
from digest.community import feedback, library
from digest.community.library import LibrarySearch
from digest.models import Feedback, LibraryEntry, PaperIdentifier
from digest.sources import bibtex, csl_json, ris
from subscriptions import links
from subscriptions.link_lifetimes import Purpose
from subscriptions.models import Subscriber
from tests.support.factories import NOON, make_edition, make_paper, make_subscriber, make_topic, on_arxiv
from tests.support.html import html_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

SAVED = Feedback.Kind.SAVED


@pytest.fixture
def papers():
    fields = {"published_at": NOON - timedelta(days=10), "authors": ["Łukasz Kaiser", "Ada Lovelace"]}
    papers = [make_paper(f"Attention number {number}", **fields) for number in range(3)]
    on_arxiv(papers[0], "2508.00001")
    PaperIdentifier.objects.create(paper=papers[1], scheme="doi", value="10.1000/182")
    make_edition(*papers)
    return papers


@pytest.fixture
def reader(papers):
    reader = make_subscriber("ada@example.org")
    for minutes, paper in enumerate(papers):
        feedback.give_feedback(reader, paper.pk, SAVED, NOON + timedelta(minutes=minutes))
    return reader


def path(reader, more=""):
    return f"/preferences/{links.token(Purpose.PREFERENCES, reader)}/saved{more}"


def change(client, reader, paper, action, **data):
    return client.post(path(reader, f"/{paper.pk}"), {"action": action, **data})


def entry(reader, paper):
    return LibraryEntry.objects.get(subscriber=reader, paper=paper)


def test_the_paper_saved_last_comes_first(client, reader):
    page = client.get(path(reader)).content.decode()

    assert re.findall(r"Attention number \d</a>", page) == [f"Attention number {n}</a>" for n in (2, 1, 0)]


def test_notes_labels_and_read_marks_can_be_set_and_cleared(client, reader, papers):
    change(client, reader, papers[0], "write", note=" Read again!\nSoon. ", labels="thesis,  to read ,Thesis,,")
    change(client, reader, papers[0], "read")

    row = entry(reader, papers[0])
    assert (row.note, row.labels, row.read_at) == ("Read again!\nSoon.", ["thesis", "to read"], NOON)
    change(client, reader, papers[0], "unread")
    change(client, reader, papers[0], "write", note="", labels="")
    row = entry(reader, papers[0])
    assert (row.note, row.labels, row.read_at) == ("", [], None)


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        (LibrarySearch("number 1"), [1]),
        (LibrarySearch("lukasz"), [2, 1, 0]),
        (LibrarySearch("ŁUKASZ number"), [2, 1, 0]),
        (LibrarySearch("revision"), [0]),
        (LibrarySearch("lukasz nobody"), []),
        (LibrarySearch(label="THESIS"), [1, 0]),
        (LibrarySearch(label="the"), []),
        (LibrarySearch(read="read"), [1]),
        (LibrarySearch(read="unread", label="thesis"), [0]),
    ],
)
def test_the_search_combines_words_labels_and_read_marks(reader, papers, search, numbers):
    library.annotate(reader, papers[0], "for the revision", "Thesis")
    library.annotate(reader, papers[1], "", "thesis")
    library.mark_read(reader, papers[1], NOON)

    assert [saved.paper for saved in library.library_of(reader, search)] == [papers[n] for n in numbers]


def test_the_page_searches_and_says_when_nothing_matches(client, reader, papers):
    library.annotate(reader, papers[0], "", "thesis, c++ & more")

    page = client.get(path(reader), {"label": "c++ & more"}).content.decode()
    assert "1 of 3 saved papers" in page
    assert 'href="?' not in page
    assert "None of your saved papers match" in client.get(path(reader), {"q": "zzz"}).content.decode()
    assert client.get(path(reader), {"page": "zzz"}).status_code == 200
    assert client.get(path(reader), {"read": "maybe", "q": "x" * 5000}).status_code == 200


def test_undoing_a_removal_brings_back_the_note_and_the_key(client, reader, papers):
    change(client, reader, papers[0], "write", note="mine", labels="")
    key = entry(reader, papers[0]).cite_key

    page = client.post(path(reader, f"/{papers[0].pk}"), {"action": "remove"}, follow=True).content.decode()
    assert 'value="restore"' in page
    assert len(library.library_of(reader)) == 2
    change(client, reader, papers[0], "restore")

    assert entry(reader, papers[0]).note == "mine"
    assert entry(reader, papers[0]).cite_key == key
    assert len(library.library_of(reader)) == 3


def test_nothing_is_kept_about_a_removed_paper_without_a_note(client, reader, papers):
    change(client, reader, papers[0], "remove")

    assert not LibraryEntry.objects.filter(paper=papers[0]).exists()


@pytest.mark.parametrize("action", ["", "explode", "write", "read", "remove"])
def test_unsaved_papers_and_unknown_actions_change_nothing(client, reader, action):
    other = make_paper("Other")
    target = other if action not in {"", "explode"} else Feedback.objects.first().paper

    assert change(client, reader, target, action, note="x").status_code == 404
    assert not LibraryEntry.objects.filter(paper=other).exists()
    assert client.get(path(reader, f"/{target.pk}")).status_code == 405


def test_no_one_can_write_in_someone_elses_library(client, reader, papers):
    other = make_subscriber()

    assert change(client, other, papers[0], "write", note="x").status_code == 404
    assert entry(reader, papers[0]).note == ""


def test_a_change_leads_back_to_the_list_and_to_no_other_site(client, reader, papers):
    assert change(client, reader, papers[0], "read", query="q=att").url == f"{path(reader)}?q=att#paper-{papers[0].pk}"
    for query in ("\r\nX: 1", "//evil.example"):
        assert "evil" not in change(client, reader, papers[0], "read", query=query).url.split("?")[0]


def test_a_very_long_note_and_too_many_labels_are_cut_to_fit(client, reader, papers):
    change(client, reader, papers[0], "write", note="x" * 9000, labels=",".join(f"l{n}" for n in range(50)))

    assert len(entry(reader, papers[0]).note) == 4000
    assert len(entry(reader, papers[0]).labels) == 20


# --- Files ------------------------------------------------------------------------------------------


def file_of(client, reader, ending, **query):
    answer = client.get(path(reader, f".{ending}"), query)
    assert answer.status_code == 200
    assert f'filename="saved-papers.{ending}"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_keys_are_the_same_in_every_file_and_stay_the_same_after_a_removal(client, reader, papers):
    keys = [saved.cite_key for saved in library.library_of(reader)]
    assert len(set(keys)) == 3
    assert re.findall(r"@\w+\{(.+),", file_of(client, reader, "bib")) == keys
    assert re.findall(r"ID  - (.+)\r", file_of(client, reader, "ris")) == keys
    assert [item["id"] for item in json.loads(file_of(client, reader, "json"))] == keys
    assert [row["key"] for row in csv.DictReader(io.StringIO(file_of(client, reader, "csv")))] == keys
    assert re.findall("`(.+)`", file_of(client, reader, "md")) == keys

    change(client, reader, papers[0], "remove")

    assert [saved.cite_key for saved in library.library_of(reader)] == keys[:2]
    assert re.findall(r"@\w+\{(.+),", file_of(client, reader, "bib")) == keys[:2]


def test_a_paper_saved_before_keys_were_stored_gets_a_stable_one(reader, papers):
    LibraryEntry.objects.all().delete()

    keys = [saved.cite_key for saved in library.library_of(reader)]

    assert len(set(keys)) == 3
    feedback.withdraw_feedback(reader, papers[0].pk, SAVED, NOON)
    assert [saved.cite_key for saved in library.library_of(reader)] == keys[:2]


def test_the_files_can_be_read_back_with_nothing_lost(client, reader, papers):
    library.annotate(reader, papers[0], "50% of {it}, & $more_", "to read, thesis")

    for ending, reading in (("bib", bibtex), ("ris", ris), ("json", csl_json)):
        page = reading.read(file_of(client, reader, ending))
        assert sorted(record.title for record in page.records) == [f"Attention number {n}" for n in range(3)], ending
        assert all("Ada Lovelace" in record.authors for record in page.records)
    for ending in ("bib", "ris", "json", "csv", "md"):
        assert "thesis" in file_of(client, reader, ending)


def test_an_export_can_be_limited_to_one_label(client, reader, papers):
    library.annotate(reader, papers[1], "", "thesis")

    assert file_of(client, reader, "bib", label="thesis").count("@") == 1
    assert json.loads(file_of(client, reader, "json", label="nothing")) == []


def test_no_cell_of_the_csv_is_a_formula(client, reader, papers):
    library.annotate(reader, papers[0], "=HYPERLINK(1)", "+1")

    rows = list(csv.DictReader(io.StringIO(file_of(client, reader, "csv"))))
    assert rows[2]["note"] == "'=HYPERLINK(1)"
    assert rows[2]["labels"] == "'+1"


def test_an_empty_library_says_so_and_its_files_are_empty(client):
    reader = make_subscriber()

    assert "Nothing saved yet" in client.get(path(reader)).content.decode()
    for ending in ("bib", "ris", "json", "csv", "md"):
        file_of(client, reader, ending)


def test_the_queries_do_not_grow_with_the_number_of_papers(client, reader, django_assert_max_num_queries):
    for number in range(30):
        paper = make_paper(f"More {number}", about=make_topic(f"Topic {number}"))
        feedback.give_feedback(reader, paper.pk, SAVED, NOON)

    for ending in ("", ".bib", ".csv"):
        with django_assert_max_num_queries(10):
            client.get(path(reader, ending))


# --- Feed and Zotero's connector --------------------------------------------------------------------


def feed_path(reader):
    return f"/feeds/{links.sign_token(Purpose.FEED, reader.feed_key.hex)}/saved"


def test_the_feed_has_the_saved_papers_and_stops_working_with_its_address(client, reader, papers):
    assert "create your feed" in client.get(path(reader)).content.decode()
    reader.renew_feed()
    assert feed_path(reader) in client.get(path(reader)).content.decode()

    answer = client.get(feed_path(reader))
    names = {"a": "http://www.w3.org/2005/Atom"}
    feed = ElementTree.fromstring(answer.content)
    assert [one.text for one in feed.findall("a:entry/a:title", names)] == [f"Attention number {n}" for n in (2, 1, 0)]
    assert "private" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]

    old = feed_path(reader)
    Subscriber.objects.get(pk=reader.pk).renew_feed()
    assert client.get(old).status_code == 410
    assert client.get("/feeds/x/saved").status_code == 404


def test_the_page_of_a_paper_has_everything_a_citation_needs(client, papers):
    page = html_of(client.get(papers[0].get_absolute_url()).content.decode())
    named = [(tag.attributes.get("name"), tag.attributes.get("content")) for tag in page.all("meta")]

    for expected in (
        ("citation_title", "Attention number 0"),
        ("citation_author", "Łukasz Kaiser"),
        ("citation_author", "Ada Lovelace"),
        ("citation_publication_date", "2025/08/11"),
        ("citation_arxiv_id", "2508.00001"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2508.00001"),
        ("citation_abstract_html_url", "https://arxiv.org/abs/2508.00001"),
        ("citation_abstract", papers[0].abstract),
    ):
        assert expected in named


def test_each_paper_in_a_list_has_its_metadata_in_a_span(client, papers):
    page = html_of(Client().get("/").content.decode())
    spans = [span.attributes["title"] for span in page.all("span") if span.attributes.get("class") == "Z3988"]

    assert len(spans) == 3
    assert "ctx_ver=Z39.88-2004" in spans[0]
    assert "rft.atitle=Attention+number+0" in spans[0]
    assert "rft.au=%C5%81ukasz+Kaiser" in spans[0]
    assert "rft_id=info%3Adoi%2F10.1000%2F182" in spans[1]


def test_a_paper_with_little_metadata_can_still_be_cited():
    bare = make_paper("=cmd|'/c calc'!A0", authors=[], abstract="")

    assert citations.csl(bare)["title"] == "=cmd|'/c calc'!A0"
    assert "rft.au" not in citations.coins(bare)
    assert citations.csl(make_paper("X", authors=["Plato"]))["author"] == [{"literal": "Plato"}]
