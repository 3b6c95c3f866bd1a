"""The full-text index of the papers, in the words of each database; the migration `full_text` makes it."""

import re
from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from digest.models import Paper

# Of words that stand everywhere only the newest papers are compared: the others could be told apart by little.
COMPARED = 2000
# How much a word counts: in PostgreSQL for D, C (abstract), B (names), A (title) …
WEIGHTS = "{0.1, 0.2, 0.6, 1.0}"
# … and in SQLite for title, names, abstract.
BM25 = "bm25(digest_paper_text, 8, 4, 1)"

# Below, the SQL is ours and what was typed is a parameter: hence the silenced warnings.


def matching(papers: QuerySet[Paper], words: Sequence[str], depth: int) -> list[int]:
    """Return the keys of those papers that have all the words, best first; the last word may be a beginning."""
    if connection.vendor == "postgresql":
        return _by_tsvector(papers, words, depth)
    return _by_fts5(papers, words, depth)


def naming(name: str) -> QuerySet[Paper]:
    """Return the papers with these words in a row among their authors, and perhaps some more."""
    words = re.findall(r"\w+", name)
    if not words:
        return Paper.objects.none()
    if connection.vendor == "postgresql":
        sql, phrase = "digest_paper.full_text @@ phraseto_tsquery('simple', %s)", name
    else:
        sql = "digest_paper.id IN (SELECT rowid FROM digest_paper_text WHERE digest_paper_text MATCH %s)"
        phrase = f'authors : "{" ".join(words)}"'
    return Paper.objects.filter(RawSQL(sql, [phrase], output_field=BooleanField()))  # noqa: S611


def _by_tsvector(papers: QuerySet[Paper], words: Sequence[str], depth: int) -> list[int]:
    # Words such as “is” and “all” fall out by themselves.
    parameters = [" & ".join([*words[:-1], f"{words[-1]}:*"])]
    query = "to_tsquery('english', %s)"
    matches = RawSQL(f"digest_paper.full_text @@ {query}", parameters, output_field=BooleanField())  # noqa: S611
    rank = RawSQL(f"ts_rank('{WEIGHTS}', digest_paper.full_text, {query})", parameters)  # noqa: S611
    # In two questions: as one, the planner of PostgreSQL looks for the newest anew for each paper.
    newest = list(papers.filter(matches).order_by("-pk").values_list("pk", flat=True)[:COMPARED])
    ranked = Paper.objects.filter(pk__any_of=newest).annotate(rank=rank).order_by("-rank", "-pk")
    return list(ranked.values_list("pk", flat=True)[:depth])


def _by_fts5(papers: QuerySet[Paper], words: Sequence[str], depth: int) -> list[int]:
    query = " ".join(f'"{word}"' for word in words) + "*"
    # Joined by hand: Django's models do not know the index.
    ranked = papers.extra(  # noqa: S610
        tables=["digest_paper_text"],
        where=["digest_paper_text.rowid = digest_paper.id", "digest_paper_text MATCH %s"],
        params=[query],
        select={"rank": BM25},
        order_by=["rank", "-id"],
    )
    return list(ranked.values_list("pk", flat=True)[:depth])
