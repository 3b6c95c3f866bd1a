"""The full-text index of the papers, in the SQL of each database; the migration `folded_search` makes it.

Titles and abstracts are stemmed, names are kept as they are. No word is left out for being common, because a name may
be “The” or “Will”.
"""

import json
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from digest.catalog.search_terms import Term
from digest.models import Paper

# For words that are everywhere, only the newest papers are ranked: the score hardly separates the others.
COMPARED = 2000
# How much a word counts in PostgreSQL: for D, C (abstract), B (names), A (title).
RANK_WEIGHTS = "{0.1, 0.2, 0.6, 1.0}"
# Papers containing a word are counted up to this many.
COUNT_LIMIT = 100

# Below, the SQL is ours and what was typed is a parameter: hence the silenced warnings.


def matching(papers: QuerySet[Paper], terms: Sequence[Term]) -> list[int]:
    """Return the keys of those papers that match all the terms, best first.

    At most one more than COMPARED, which means that there are more; then these are the newest.
    """
    if all(term.is_excluded for term in terms):
        return []
    return _by_tsvector(papers, terms) if connection.vendor == "postgresql" else _by_fts5(papers, terms)


def frequencies(words: Iterable[str]) -> dict[str, int]:
    """Return how many papers contain each word, counted up to COUNT_LIMIT, leaving out words that are in none.

    words: folded, with nothing in them but letters and digits.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FREQUENCIES_POSTGRESQL, [COUNT_LIMIT, list(words)])
        else:
            cursor.execute(_FREQUENCIES_SQLITE, [COUNT_LIMIT, COUNT_LIMIT, json.dumps(list(words))])
        return {word: count for word, count in cursor.fetchall() if count}


_FREQUENCIES_POSTGRESQL = """
    SELECT word, (SELECT count(*) FROM (SELECT FROM digest_paper
        WHERE search_text @@ (to_tsquery('paper_text', word || ':AC') || to_tsquery('simple', word || ':B'))
        LIMIT %s) AS papers)
    FROM unnest(%s::text[]) AS word"""
_FREQUENCIES_SQLITE = """
    SELECT value,
        (SELECT count(*) FROM (SELECT 1 FROM digest_paper_text
            WHERE digest_paper_text MATCH '"' || value || '"' LIMIT %s))
        + (SELECT count(*) FROM (SELECT 1 FROM digest_paper_names
            WHERE digest_paper_names MATCH '"' || value || '"' LIMIT %s))
    FROM json_each(%s)"""


def _by_tsvector(papers: QuerySet[Paper], terms: Sequence[Term]) -> list[int]:
    query = " && ".join(
        f"{'!!' if term.is_excluded else ''}(to_tsquery('paper_text', %s) || to_tsquery('simple', %s))"
        for term in terms
    )
    parameters = [text for term in terms for text in (_tsquery(term, "AC"), _tsquery(term, "B"))]
    matches = RawSQL(f"digest_paper.search_text @@ ({query})", parameters, output_field=BooleanField())  # noqa: S611 # nosec B611
    rank = RawSQL(f"ts_rank('{RANK_WEIGHTS}', digest_paper.search_text, {query})", parameters)  # noqa: S611 # nosec B611
    # In two queries: in a single one, PostgreSQL's planner looks for the newest again for each paper.
    newest = list(papers.filter(matches).order_by("-pk").values_list("pk", flat=True)[: COMPARED + 1])
    ranked = Paper.objects.filter(pk__any_of=newest).annotate(rank=rank).order_by("-rank", "-pk")
    return list(ranked.values_list("pk", flat=True))


def _tsquery(term: Term, places: str) -> str:
    """Return a term for to_tsquery, limited to the parts of a paper that have these weights."""
    words = term.words if "B" not in places else term.name
    last = len(words) - 1
    return " <-> ".join(
        f"{word}:{'*' if term.is_prefix and place == last else ''}{places}" for place, word in enumerate(words)
    )


_IN_FTS5 = """IN (SELECT rowid FROM digest_paper_text WHERE digest_paper_text MATCH %s
    UNION SELECT rowid FROM digest_paper_names WHERE digest_paper_names MATCH %s)"""


def _by_fts5(papers: QuerySet[Paper], terms: Sequence[Term]) -> list[int]:
    where, parameters = [], []
    for term in terms:
        where.append(f"digest_paper.id {'NOT ' if term.is_excluded else ''}{_IN_FTS5}")
        parameters += [_fts5(term.words, term), _fts5(term.name, term)]
    # Joined by hand: Django's models do not know the index.
    newest = papers.extra(where=where, params=parameters).order_by("-pk")  # noqa: S610 # nosec B610
    keys = list(newest.values_list("pk", flat=True)[: COMPARED + 1])
    scores = _bm25(keys, [term for term in terms if not term.is_excluded])
    return sorted(keys, key=lambda key: (-scores.get(key, 0), -key))


def _bm25(keys: Sequence[int], terms: Sequence[Term]) -> dict[int, float]:
    """Return how well papers match, by where and how often they have the words."""
    text = " OR ".join(_fts5(term.words, term) for term in terms)
    names = " OR ".join(_fts5(term.name, term) for term in terms)
    scores: dict[int, float] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SCORES, [text, json.dumps(keys), names, json.dumps(keys)])
        for key, points in cursor.fetchall():
            scores[key] = scores.get(key, 0) + points
    return scores


# bm25 counts downwards from 0. In SQLite a word counts 8 in the title, 4 in a name, 1 in the abstract.
_SCORES = """
    SELECT rowid, -bm25(digest_paper_text, 8, 1) FROM digest_paper_text
        WHERE digest_paper_text MATCH %s AND rowid IN (SELECT value FROM json_each(%s))
    UNION ALL SELECT rowid, -4 * bm25(digest_paper_names) FROM digest_paper_names
        WHERE digest_paper_names MATCH %s AND rowid IN (SELECT value FROM json_each(%s))"""


def _fts5(words: Sequence[str], term: Term) -> str:
    return f'"{" ".join(words)}"' + (" *" if term.is_prefix else "")
