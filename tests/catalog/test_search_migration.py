"""The migration that builds the folded index for existing papers."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection

from digest.catalog.search import Query, results
from digest.models import Paper
from tests.support.factories import make_edition, make_paper

migration = import_module("digest.migrations.0024_folded_search")


@pytest.mark.django_db(transaction=True)
def test_existing_papers_are_found_however_often_it_runs(monkeypatch):
    monkeypatch.setattr(migration, "BATCH", 2)
    make_edition(*(make_paper(f"Łódź {number}", abstract="", authors=["José Ñ"]) for number in range(5)))
    try:
        with connection.schema_editor(atomic=False) as editor:
            migration.backwards(None, editor)
        make_edition(make_paper("Łódź of old", abstract=""), day=date(2025, 8, 22))
        for _ in range(2):
            with connection.schema_editor(atomic=False) as editor:
                migration.forwards(None, editor)

        assert len(results(Query("lodz")).keys) == 6
        assert len(results(Query("jose")).keys) == 5
        Paper.objects.filter(title="Łódź 1").update(title="Elsewhere")
        assert len(results(Query("lodz")).keys) == 5
    finally:
        with connection.schema_editor(atomic=False) as editor:
            migration.forwards(None, editor)
