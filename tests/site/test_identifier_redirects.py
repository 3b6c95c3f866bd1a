"""Addresses that others build from an ID or a day redirect to our pages."""

import re

import pytest

from digest.models import PaperIdentifier
from tests.support.factories import DAY, make_edition, make_paper, on_arxiv

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    paper = on_arxiv(make_paper("Graphs at rest", authors=["Ada Lovelace"]), "2508.01234")
    PaperIdentifier.objects.create(paper=paper, scheme="doi", value="10.1145/3292500.3330925")
    old = on_arxiv(make_paper("Strings"), "hep-th/9901001")
    make_edition(paper, old)
    return paper


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2508.01234", "Graphs at rest"),
        ("2508.01234v3", "Graphs at rest"),
        ("arXiv:2508.01234", "Graphs at rest"),
        ("10.1145/3292500.3330925", "Graphs at rest"),
        ("10.1145/3292500.3330925".replace("/", "%2F"), "Graphs at rest"),
        ("10.48550/arXiv.2508.01234", "Graphs at rest"),
        ("hep-th/9901001", "Strings"),
        ("hep-th/9901001v2", "Strings"),
    ],
)
def test_an_external_id_redirects_to_the_page_of_the_paper(client, paper, name, title):
    response = client.get(f"/papers/{name}", follow=True)

    assert response.status_code == 200
    assert re.fullmatch(r"/papers/\d+", response.redirect_chain[0][0])
    assert f"<title>{title} ·" in response.content.decode()


def test_our_own_id_redirects_to_the_page_too(client, paper):
    assert client.get(f"/papers/local-{paper.pk}")["Location"] == f"/papers/{paper.pk}"


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        ("md", ("text/markdown", "## [Graphs at rest]")),
        ("bib", ("application/x-bibtex", "eprint = {2508.01234}")),
        ("ris", ("application/x-research-info-systems", "TI  - Graphs at rest")),
    ],
)
@pytest.mark.parametrize("name", ["2508.01234", "2508.01234v1", "10.1145/3292500.3330925", "{pk}", "local-{pk}"])
def test_a_paper_can_be_downloaded_by_any_id(client, paper, name, ending, content):
    kind, words = content
    response = client.get(f"/papers/{name.format(pk=paper.pk)}.{ending}")

    assert response.status_code == 200
    assert response["Content-Type"].startswith(kind)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert words in response.content.decode()


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/papers", "/"),
        ("/papers?date=2025-08-21", "/papers/2025-08-21"),
        ("/papers?week=2025-W34", "/papers/2025-W34"),
        ("/papers?month=2025-08", "/papers/2025-08"),
        ("/papers/date/2025-08-21", "/papers/2025-08-21"),
        ("/papers/week/2025-W34", "/papers/2025-W34"),
        ("/papers/month/2025-08", "/papers/2025-08"),
    ],
)
def test_list_addresses_of_other_sites_redirect_to_ours(client, paper, address, leads_to):
    response = client.get(address, follow=True)

    assert response.redirect_chain == [(leads_to, 302)]
    assert response.status_code == 200
    assert DAY.isoformat() == "2025-08-21"


@pytest.mark.parametrize(
    "address",
    [
        "/papers/2508.99999",
        "/papers/2508.99999.md",
        "/papers/10.1145/nothing",
        "/papers/nothing",
        "/papers/local-999999",
        "/papers/local-99999999999999999999",
        "/papers/.md",
        "/papers/a%00b",
        "/papers/https://example.org/x",
        "/papers?date=2025-02-30",
        "/papers?date=today",
        "/papers?week=2025-W54",
        "/papers/date/2025-02-30",
    ],
)
def test_an_address_that_names_nothing_is_not_found(client, paper, address):
    assert client.get(address).status_code in {400, 404}


def test_a_paper_in_a_draft_stays_hidden(client):
    make_edition(on_arxiv(make_paper("Secret"), "2508.00001"), published=False)

    assert client.get("/papers/2508.00001").status_code == 404
    assert client.get("/papers/2508.00001.md").status_code == 404
