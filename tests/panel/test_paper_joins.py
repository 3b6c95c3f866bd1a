"""In the panel: what each source says about a paper, joining two papers by hand, and undoing that."""

import pytest
from django.urls import reverse

from digest.catalog.importing import import_what_fits
from digest.models import Paper, PaperJoin
from tests.catalog.test_joining import article, record
from tests.support.factories import make_edition, make_paper

pytestmark = pytest.mark.django_db


def address(paper):
    return reverse("admin:paper_joins", args=[paper.pk])


def test_what_each_source_says_is_shown(admin_client):
    import_what_fits([record(), article()])
    page = admin_client.get(address(Paper.objects.get())).content.decode()
    assert "doi:10.1101/2026.01.01.000001" in page
    assert "doi:10.1038/fly.1" in page


def test_an_id_is_shown_with_its_kind(admin_client):
    paper = make_paper("On graphs")
    for scheme in ("doi", "semanticscholar", "elsewhere"):
        paper.identifiers.create(scheme=scheme, value=f"one-{scheme}")
    page = " ".join(admin_client.get(reverse("admin:digest_paper_change", args=[paper.pk])).content.decode().split())
    for label, scheme in (("DOI", "doi"), ("Semantic Scholar", "semanticscholar"), ("elsewhere", "elsewhere")):
        assert page.count(f"{label} <") or page.count(f">{label}<"), label
        assert f"one-{scheme}" in page


def test_two_papers_can_be_joined_and_separated_again(admin_client, client):
    one, other = make_paper("On graphs"), make_paper("On graphs, again")
    other.identifiers.create(scheme="doi", value="10.1000/2")
    page = admin_client.post(address(one), {"other": "https://doi.org/10.1000/2", "_join": "1"}, follow=True)
    assert "Merged with “On graphs, again”." in page.content.decode()
    assert Paper.objects.get() == one
    # Someone may have saved the old address, so it redirects.
    assert client.get(f"/papers/{other.pk}").headers["Location"] == f"/papers/{one.pk}"
    joined = PaperJoin.objects.get()
    for _ in range(2):
        page = admin_client.post(address(one), {"_undo": joined.pk}, follow=True)
    assert Paper.objects.get(pk=other.pk).title == "On graphs, again"
    assert client.get(f"/papers/{other.pk}").status_code == 200


@pytest.mark.parametrize("typed", ["", "nothing", "10.1000/none"])
def test_a_paper_that_does_not_exist_is_not_joined(admin_client, typed):
    one = make_paper("On graphs")
    assert admin_client.post(address(one), {"other": typed, "_join": "1"}).status_code == 200
    assert not PaperJoin.objects.exists()


def test_two_papers_that_readers_have_seen_cannot_be_joined(admin_client):
    one, other = make_paper("On graphs"), make_paper("On trees")
    other.identifiers.create(scheme="doi", value="10.1000/2")
    make_edition(one, other)
    page = admin_client.post(address(one), {"other": "10.1000/2", "_join": "1"})
    assert "Readers have seen both" in page.content.decode()


@pytest.mark.parametrize("key", ["0", "x", "9" * 30])
def test_a_join_that_does_not_exist_cannot_be_undone(admin_client, key):
    assert admin_client.post(address(make_paper("On graphs")), {"_undo": key}).status_code == 404


def test_a_sources_record_can_be_split_off_as_its_own_paper_and_stays_separate(admin_client):
    import_what_fits([record(), article()])
    paper = Paper.objects.get()
    statement = paper.statements.get(source="crossref")
    page = admin_client.post(address(paper), {"_part": statement.pk}, follow=True)
    assert "is now a separate paper" in page.content.decode()
    parted = Paper.objects.exclude(pk=paper.pk).get()
    assert [row.value for row in parted.identifiers.all()] == ["10.1038/fly.1"]
    assert (parted.source, parted.venue, parted.listings.get().origin) == ("crossref", "Nature", "crossref")
    assert [row.origin for row in paper.listings.all()] == ["biorxiv"]
    import_what_fits([record(), article()])
    assert Paper.objects.count() == 2


def test_the_source_of_the_text_cannot_be_split_off(admin_client):
    import_what_fits([record(), article()])
    paper = Paper.objects.get()
    page = admin_client.post(address(paper), {"_part": paper.statements.get(source="biorxiv").pk}, follow=True)
    assert "Split off the other one" in page.content.decode()
    assert Paper.objects.count() == 1
