"""An upload or a feed that gives a paper another paper's id: no paper is lost, and none is overwritten."""

import pytest

from digest.catalog import uploads
from digest.catalog.importing import import_records, import_what_fits
from digest.models import Paper
from digest.sources.record import PaperRecord
from tests.support.factories import NOON

pytestmark = pytest.mark.django_db

ARXIV, DOI = (("arxiv", "2405.00001"),), (("doi", "10.1000/182"),)
LATTICES, FROGS = "Lattices in three dimensions", "On the frogs of Borneo"
TITLES = {"a": LATTICES, "b": FROGS}
UPLOADS = ["bibtex", "ris", "csl", "xml"]


def described(title, source, identifiers, authors=(), **fields):
    return PaperRecord.read(
        title, f"All about it: {title}.", source=source, identifiers=identifiers, authors=authors, **fields
    )


def titles():
    return set(Paper.objects.values_list("title", flat=True))


@pytest.mark.parametrize("identifiers", [ARXIV, DOI])
@pytest.mark.parametrize("authors", [(), ("Ada Lovelace",)])
@pytest.mark.parametrize("source", [*UPLOADS, "feed"])
@pytest.mark.parametrize("first", ["bibtex", "oai", "crossref", "rss", "feed"])
def test_another_papers_id_overwrites_nothing_and_loses_nothing(first, source, authors, identifiers):
    import_records([described(LATTICES, first, identifiers, ("Emmy Noether",))])
    for _ in range(2):
        imported = import_what_fits([described(FROGS, source, identifiers, authors)])

        assert titles() == {LATTICES, FROGS}
        assert LATTICES in imported.notes[0]
        assert FROGS in imported.notes[0]
    lattices = Paper.objects.get(title=LATTICES)
    assert (lattices.authors, lattices.source) == (["Emmy Noether"], first)
    assert lattices.abstract == f"All about it: {LATTICES}."
    assert list(lattices.identifiers.values_list("scheme", "value")) == list(identifiers)


@pytest.mark.parametrize(
    ("title", "claimed", "authors"),
    [
        (LATTICES, LATTICES.upper(), ()),
        (LATTICES, f"{LATTICES}: a short tour", ()),
        (f"{LATTICES}: a short tour", LATTICES, ()),
        ("Lattices in 3 dimensions", "The lattices in 3 dimensions", ()),
        (LATTICES, "Kristallgitter", ("Noether, Emmy",)),
        (LATTICES, "Kristallgitter", ("E. Noether", "Ada Lovelace")),
        (LATTICES, f"RETRACTED: {LATTICES}", ()),
    ],
)
@pytest.mark.parametrize("source", UPLOADS)
def test_an_upload_whose_title_or_authors_agree_is_that_paper(source, title, claimed, authors):
    import_records([described(title, source, DOI, ("Emmy Noether",))])
    import_what_fits([described(claimed, source, DOI, authors)])

    assert titles() == {claimed}


@pytest.mark.parametrize(
    "claimed", ["Comment on lattices in three dimensions", "Lattices in three dimensions: erratum", "Lattices, part 2"]
)
def test_what_is_about_a_paper_is_not_that_paper(claimed):
    import_records([described(LATTICES, "bibtex", DOI, ("Emmy Noether",))])
    import_what_fits([described(claimed, "bibtex", DOI, ("Ada Lovelace",))])

    assert titles() == {LATTICES, claimed}


@pytest.mark.parametrize("authors", [((), ()), (("Ada Lovelace",), ("Emmy Noether",))])
def test_two_chapters_with_their_volumes_doi_both_come_in(authors):
    chapters = [described(title, "bibtex", DOI, names) for title, names in zip((LATTICES, FROGS), authors, strict=True)]
    imported = import_what_fits(chapters)

    assert (imported.new, titles()) == (2, {LATTICES, FROGS})
    (note,) = imported.notes
    assert note.startswith(f"“{FROGS}” has the ID of “{LATTICES}” (doi:10.1000/182), but not its title or authors")
    again = import_what_fits(chapters)
    assert (again.new, again.unchanged) == (0, 2)


def test_two_chapters_by_the_same_authors_get_a_remark():
    imported = import_what_fits([described(title, "bibtex", DOI, ("Emmy Noether",)) for title in (LATTICES, FROGS)])

    assert imported.new == 1
    assert imported.notes == [
        f"“{FROGS}” has the ID of “{LATTICES}” (doi:10.1000/182) and the same authors, so they are one paper"
    ]


def test_a_feeds_entry_may_get_another_title():
    entry = (*DOI, ("feed", "a" * 32))
    import_records([described(LATTICES, "feed", entry)])
    imported = import_what_fits([described(FROGS, "feed", entry)])

    assert (titles(), imported.notes) == ({FROGS}, [])


def test_the_report_of_an_upload_names_both_papers():
    import_records([described(LATTICES, "oai", ARXIV, ("Emmy Noether",))])
    run = uploads.import_upload(
        uploads.parse_upload(f"@misc{{a, title = {{{FROGS}}}, eprint = {{2405.00001}}, archivePrefix = {{arXiv}}}}")
    )

    assert (run.new, run.unchanged) == (1, 0)
    assert FROGS in run.notes
    assert LATTICES in run.notes


def test_the_preview_of_an_upload_says_what_the_import_does():
    import_records([described(LATTICES, "oai", ARXIV, ("Emmy Noether",))])
    entries = "".join(
        f"@misc{{{key}, title = {{{title}}}, eprint = {{2405.00001}}}}\n" for key, title in TITLES.items()
    )

    assert uploads.outlook_of(uploads.parse_upload(entries)).papers == [(LATTICES, True), (FROGS, False)]


# --- Withdrawals ---


@pytest.mark.parametrize("source", ["feed", *UPLOADS, "openalex", "openreview", "huggingface", "hal"])
@pytest.mark.parametrize("title", [LATTICES, f"RETRACTED: {LATTICES}", f"Retraction Note: {FROGS}"])
@pytest.mark.parametrize("owner", ["crossref", "oai", "biorxiv"])
def test_no_other_source_withdraws_a_paper(owner, title, source):
    import_records([described(LATTICES, owner, DOI)])
    imported = import_what_fits([described(title, source, DOI, withdrawn_at=NOON)])

    assert Paper.objects.get(title=LATTICES).withdrawn_at is None
    assert LATTICES in imported.notes[0]


@pytest.mark.parametrize("source", ["crossref", "europepmc", "pubmed", "biorxiv", "medrxiv", "oai"])
@pytest.mark.parametrize("owner", ["crossref", "oai", "feed", "bibtex"])
@pytest.mark.parametrize(
    "title", [LATTICES, f"RETRACTED: {LATTICES}", f"[Retracted Article] {LATTICES}", f"{LATTICES} (Retracted)"]
)
def test_those_who_keep_account_of_retractions_withdraw_any_paper(owner, title, source):
    import_records([described(LATTICES, owner, DOI)])
    import_what_fits([described(title, source, DOI, withdrawn_at=NOON)])

    assert Paper.objects.get().withdrawn_at == NOON


@pytest.mark.parametrize("source", ["crossref", "pubmed"])
def test_a_retraction_of_a_paper_with_another_title_needs_its_authors(source):
    import_records([described(LATTICES, "oai", DOI, ("Emmy Noether",))])
    import_what_fits([described(FROGS, source, DOI, ("Ada Lovelace",), withdrawn_at=NOON)])
    assert Paper.objects.get().withdrawn_at is None

    import_what_fits([described(FROGS, source, DOI, ("Emmy Noether",), withdrawn_at=NOON)])
    assert Paper.objects.get().withdrawn_at == NOON


@pytest.mark.parametrize("source", ["feed", *UPLOADS, "openalex", "openreview", "huggingface"])
@pytest.mark.parametrize(
    ("title", "is_withdrawn"),
    [
        (LATTICES, True),
        (f"RETRACTED: {LATTICES}", True),
        (FROGS, False),
        (f"RETRACTED: Comment on {LATTICES}", False),
    ],
)
def test_a_papers_own_source_withdraws_it_by_its_title(source, title, is_withdrawn):
    import_records([described(LATTICES, source, DOI)])
    import_what_fits([described(title, source, DOI, withdrawn_at=NOON)])

    assert bool(Paper.objects.get(identifiers__scheme="doi").withdrawn_at) == is_withdrawn
