"""Made-to-measure answers from paper indexes: one paper each, as their documentation shows it."""

import json
from xml.sax.saxutils import escape


def europepmc(*results, total=None, cursor="next"):
    count = len(results) if total is None else total
    return json.dumps({"hitCount": count, "nextCursorMark": cursor, "resultList": {"result": list(results)}})


def europepmc_result(number=1, **fields):
    return {
        "id": f"PPR{number}",
        "source": "PPR",
        "doi": f"10.1101/2026.09.14.{number:06}",
        "title": "On <i>graphs</i>.",
        "authorString": "Lovelace A, Turing A.",
        "authorList": {"author": [{"firstName": "Ada", "lastName": "Lovelace"}, {"collectiveName": "The Lab"}]},
        "abstractText": "<h4>Background</h4>All about graphs.",
        "firstPublicationDate": "2026-09-14",
        "pubTypeList": {"pubType": ["preprint"]},
        "bookOrReportDetails": {"publisher": "bioRxiv"},
        **fields,
    }


def crossref(*works, total=None, cursor="next"):
    count = len(works) if total is None else total
    message = {"total-results": count, "items": list(works), "next-cursor": cursor}
    return json.dumps({"status": "ok", "message-type": "work-list", "message": message})


def crossref_work(number=1, **fields):
    return {
        "DOI": f"10.1000/GRAPHS.{number}",
        "type": "journal-article",
        "title": ["On graphs"],
        "author": [{"given": "Ada", "family": "Lovelace"}, {"name": "The Lab"}],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>All about <jats:italic>graphs</jats:italic>.</jats:p>",
        "published": {"date-parts": [[2026, 9, 14]]},
        "container-title": ["Annals of Graphs"],
        "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/"}],
        **fields,
    }


def openalex(*works, total=None, cursor="next"):
    count = len(works) if total is None else total
    return json.dumps({"meta": {"count": count, "next_cursor": cursor}, "results": list(works)})


def openalex_work(number=1, **fields):
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/10.1000/graphs.{number}",
        "title": "On graphs",
        "type": "article",
        "publication_date": "2026-09-14",
        "authorships": [{"author": {"display_name": "Ada Lovelace"}}],
        "abstract_inverted_index": {"graphs.": [2], "All": [0], "about": [1]},
        "primary_location": {"source": {"display_name": "Annals of Graphs"}, "license": "cc-by"},
        "locations": [{"landing_page_url": f"https://arxiv.org/abs/2609.{number:05}"}],
        "primary_topic": {"field": {"display_name": "Computer Science"}, "subfield": {"display_name": "Networks"}},
        "is_retracted": False,
        **fields,
    }


def openreview(*notes, total=None):
    return json.dumps({"notes": list(notes), "count": len(notes) if total is None else total})


def openreview_note(number=1, **content):
    values = {
        "title": "On graphs",
        "abstract": "All about graphs.",
        "authors": ["Ada Lovelace"],
        "venue": "ICLR 2026 Poster",
        **content,
    }
    return {
        "id": f"note{number}",
        "forum": f"forum{number}",
        "pdate": 1789380000000,
        "content": {name: {"value": value} for name, value in values.items()},
    }


def dblp(*infos):
    return json.dumps({"result": {"hits": {"@total": str(len(infos)), "hit": [{"info": info} for info in infos]}}})


def pubmed_search(count, history="WEB"):
    result = {"count": str(count), "webenv": history, "querykey": "1", "idlist": []}
    return json.dumps({"header": {}, "esearchresult": result})


def pubmed_articles(*articles):
    return (
        '<?xml version="1.0" ?><!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
        f'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd"><PubmedArticleSet>{"".join(articles)}'
        "</PubmedArticleSet>"
    )


def pubmed_article(number=1, title="On <i>graphs</i>.", kind="Journal Article", abstract=None, **fields):
    abstract = (
        '<AbstractText Label="BACKGROUND">All about graphs.</AbstractText><AbstractText Label="RESULTS">Many.'
        "</AbstractText>"
        if abstract is None
        else abstract
    )
    doi = fields.get("doi", f"10.1000/graphs.{number}")
    date = fields.get("date", "<ArticleDate><Year>2026</Year><Month>09</Month><Day>14</Day></ArticleDate>")
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><Journal><JournalIssue><PubDate><Year>2026"
        "</Year><Month>Dec</Month></PubDate></JournalIssue><Title>Annals of Graphs</Title></Journal>"
        f"<ArticleTitle>{title}</ArticleTitle><Abstract>{abstract}</Abstract><AuthorList><Author><LastName>Lovelace"
        "</LastName><ForeName>Ada</ForeName></Author><Author><CollectiveName>The Lab</CollectiveName></Author>"
        f"</AuthorList><PublicationTypeList><PublicationType>{escape(kind)}</PublicationType></PublicationTypeList>{date}"
        "</Article><MeshHeadingList><MeshHeading><DescriptorName>Graph Theory</DescriptorName></MeshHeading>"
        f'</MeshHeadingList></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="doi">{doi}</ArticleId>'
        f'<ArticleId IdType="pmc">PMC{number}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>'
    )
