"""The full-text index of the papers, kept in step by the database itself: no code has to remember it.

PostgreSQL: a generated column with a GIN index. SQLite: an FTS5 table, filled by triggers. SQLite loses triggers when a
later migration makes the table of papers anew; tests/test_searching.py tells, and that migration then calls `forwards`.
"""

from django.db import migrations

POSTGRESQL = [
    # Names twice: stemmed, as all that is typed is, and as they are, for the page of an author.
    # A tsvector holds at most a megabyte: no abstract may keep its paper out.
    """ALTER TABLE digest_paper ADD COLUMN full_text tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', left(title, 10000)), 'A')
        || setweight(to_tsvector('english', authors), 'B')
        || setweight(to_tsvector('simple', authors), 'B')
        || setweight(to_tsvector('english', left(abstract, 100000)), 'C')) STORED""",
    "CREATE INDEX paper_full_text ON digest_paper USING gin (full_text)",
]

# Names are kept as JSON, with escapes; the index wants them as they are read.
NAMES = "(SELECT group_concat(value, ' ; ') FROM json_each({row}.authors))"
ADD = "INSERT INTO digest_paper_text (rowid, title, authors, abstract) "
OLD = (
    "INSERT INTO digest_paper_text (digest_paper_text, rowid, title, authors, abstract) "
    f"VALUES ('delete', old.id, old.title, {NAMES.format(row='old')}, old.abstract)"
)
NEW = f"{ADD} VALUES (new.id, new.title, {NAMES.format(row='new')}, new.abstract)"
SQLITE = [
    "DROP TABLE IF EXISTS digest_paper_text",
    """CREATE VIRTUAL TABLE digest_paper_text USING fts5(
        title, authors, abstract, content='', tokenize='porter unicode61 remove_diacritics 2')""",
    f"{ADD} SELECT id, title, {NAMES.format(row='digest_paper')}, abstract FROM digest_paper",
    f"CREATE TRIGGER paper_text_added AFTER INSERT ON digest_paper BEGIN {NEW}; END",
    f"CREATE TRIGGER paper_text_gone AFTER DELETE ON digest_paper BEGIN {OLD}; END",
    f"""CREATE TRIGGER paper_text_changed AFTER UPDATE OF title, authors, abstract ON digest_paper
        BEGIN {OLD}; {NEW}; END""",
]


def forwards(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE digest_paper DROP COLUMN full_text")
        return
    for name in ("added", "gone", "changed"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS paper_text_{name}")
    schema_editor.execute("DROP TABLE IF EXISTS digest_paper_text")


class Migration(migrations.Migration):

    dependencies = [("digest", "0008_site")]

    operations = [migrations.RunPython(forwards, backwards)]
