"""The full-text index anew: without accents, names as they are, no word left out for being common.

Triggers of the database keep it in step, so no code has to remember it. PostgreSQL: a column that is filled a batch at
a time, then an index that is made while others write; the old column stays until the new one can be searched. SQLite:
FTS5 tables. SQLite loses triggers when a later migration makes the table of papers anew; tests/catalog/test_search.py
tells, and that migration then calls `forwards`.
"""

from importlib import import_module

from django.db import migrations

BATCH = 1000

# As digest.catalog.folding has them.
LETTERS = {
    **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "ĸ": "k", "ȷ": "j"},
    **{"Ø": "o", "Ł": "l", "Đ": "d", "Ð": "d", "Ħ": "h", "Ŧ": "t", "Ŋ": "n"},
}
LIGATURES = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
# Letters that have an accent beside; SQLite takes accents from the letters of the alphabet alone.
ACCENTED = {"ǿ": "o", "Ǿ": "o", "ǽ": "ae", "Ǽ": "ae", "ǣ": "ae", "Ǣ": "ae"}
APOSTROPHES = "'’‘ʼʻ`"
# PostgreSQL would read gpt-4 as a word and a negative number, a/b as a path, a.b as a host.
PARTING = "-/._@:\\"


def _replaced(text: str, table: dict[str, str]) -> str:
    """Return SQL that replaces letters in SQL."""
    for letter, plain in table.items():
        text = f"replace({text}, '{letter}', '{plain}')"
    return text


# ASCII is as many bytes as characters: most titles, and they need nothing but small letters.
FOLDED = f"""
    CREATE OR REPLACE FUNCTION paper_folded(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN octet_length(value) = char_length(value)
        THEN translate(lower(value{{collation}}), '{PARTING}', '{" " * len(PARTING)}')
        ELSE normalize(regexp_replace(translate({_replaced("lower(normalize(value, NFKD){collation})", LIGATURES)},
            '{"".join(LETTERS)}{PARTING}', '{"".join(LETTERS.values())}{" " * len(PARTING)}'),
            '([a-z])[\\u0300-\\u036f]+', '\\1', 'g'), NFC) END $$"""
# A tsvector holds at most a megabyte: no abstract and no list of names may keep its paper out.
TRIGGER = f"""
    CREATE OR REPLACE FUNCTION paper_search_text() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE names text := paper_folded(left(NEW.authors::text, 100000));
    BEGIN
        NEW.search_text := setweight(to_tsvector('paper_text', paper_folded(left(NEW.title, 10000))), 'A')
            || setweight(to_tsvector('simple', names), 'B')
            || setweight(to_tsvector('paper_text', paper_folded(left(NEW.abstract, 100000))), 'C');
        IF names ~ '[{APOSTROPHES.replace("'", "''")}]' THEN
            NEW.search_text := NEW.search_text || setweight(to_tsvector('simple',
                translate(names, '{APOSTROPHES.replace("'", "''")}', '')), 'B');
        END IF;
        RETURN NEW;
    END $$"""
# In a database of the locale C, lower() knows no letter beyond ASCII: one that knows them is taken where there is any.
COLLATIONS = "SELECT collname FROM pg_collation WHERE collname IN ('und-x-icu', 'C.utf8') ORDER BY collname DESC"
POSTGRESQL = [
    "DROP TEXT SEARCH CONFIGURATION IF EXISTS paper_text",
    "DROP TEXT SEARCH DICTIONARY IF EXISTS paper_stem",
    # English as it comes leaves out “the” and “will”.
    "CREATE TEXT SEARCH DICTIONARY paper_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION paper_text (COPY = pg_catalog.english)",
    "ALTER TEXT SEARCH CONFIGURATION paper_text ALTER MAPPING REPLACE english_stem WITH paper_stem",
    "ALTER TABLE digest_paper ADD COLUMN IF NOT EXISTS search_text tsvector",
    TRIGGER,
    "DROP TRIGGER IF EXISTS paper_search_text ON digest_paper",
    """CREATE TRIGGER paper_search_text BEFORE INSERT OR UPDATE OF title, authors, abstract ON digest_paper
        FOR EACH ROW EXECUTE FUNCTION paper_search_text()""",
]

# Names are kept as JSON, with escapes; the index wants them as they are read.
NAMES = "(SELECT group_concat(value, ' ; ') FROM json_each({row}.authors))"
NEST = 8
PLAIN = {**LETTERS, **LIGATURES, **ACCENTED}


def _plain(text: str, table: dict[str, str]) -> str:
    """Return SQL that replaces letters in SQL; a few at a time, for SQLite reads no deep nests."""
    letters = list(table.items())
    for start in range(0, len(letters), NEST):
        text = f"(SELECT {_replaced('letters', dict(letters[start : start + NEST]))} FROM (SELECT {text} AS letters))"
    return text


def _text(row: str) -> str:
    return f"{row}.id, {_plain(f'{row}.title', PLAIN)}, {_plain(f'{row}.abstract', PLAIN)}"


def _names(row: str) -> str:
    """Return the key and the names in SQL: as they are, and with their apostrophes closed up."""
    names = _plain(NAMES.format(row=row), PLAIN)
    closed = _plain(names, {sign.replace("'", "''"): "" for sign in APOSTROPHES})
    return f"{row}.id, {names} || ' ; ' || {closed}"


def _statements(row: str, *, remove: bool) -> str:
    """Return SQL that takes a row into the two tables, or out of them."""
    what = ("'delete', ", "{table}, ") if remove else ("", "")
    return "; ".join(
        f"INSERT INTO {table} ({what[1].format(table=table)}rowid, {columns}) VALUES ({what[0]}{values})"
        for table, columns, values in (
            ("digest_paper_text", "title, abstract", _text(row)),
            ("digest_paper_names", "names", _names(row)),
        )
    )


NEW, OLD = _statements("new", remove=False), _statements("old", remove=True)
TOKENS = "unicode61 remove_diacritics 2"
SQLITE = [
    *(f"DROP TRIGGER IF EXISTS paper_text_{name}" for name in ("added", "gone", "changed")),
    "DROP TABLE IF EXISTS digest_paper_text",
    "DROP TABLE IF EXISTS digest_paper_names",
    f"CREATE VIRTUAL TABLE digest_paper_text USING fts5(title, abstract, content='', tokenize='porter {TOKENS}')",
    f"CREATE VIRTUAL TABLE digest_paper_names USING fts5(names, content='', tokenize='{TOKENS}')",
    f"INSERT INTO digest_paper_text (rowid, title, abstract) SELECT {_text('digest_paper')} FROM digest_paper",
    f"INSERT INTO digest_paper_names (rowid, names) SELECT {_names('digest_paper')} FROM digest_paper",
    f"CREATE TRIGGER paper_text_added AFTER INSERT ON digest_paper BEGIN {NEW}; END",
    f"CREATE TRIGGER paper_text_gone AFTER DELETE ON digest_paper BEGIN {OLD}; END",
    f"""CREATE TRIGGER paper_text_changed AFTER UPDATE OF title, authors, abstract ON digest_paper
        BEGIN {OLD}; {NEW}; END""",
]


def forwards(apps, schema_editor):
    """Make it; a second try after one that was broken off goes on."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(COLLATIONS)
            known = cursor.fetchone()
        schema_editor.execute(FOLDED.format(collation=f' COLLATE "{known[0]}"' if known else ""))
    for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)
    if connection.vendor == "postgresql":
        _fill(connection)
        # One that was broken off lies about as invalid.
        schema_editor.execute("DROP INDEX CONCURRENTLY IF EXISTS paper_search_text")
        schema_editor.execute(
            "CREATE INDEX CONCURRENTLY paper_search_text ON digest_paper USING gin (search_text)"
        )
        schema_editor.execute("ALTER TABLE digest_paper DROP COLUMN IF EXISTS full_text")


def backwards(apps, schema_editor):
    """Go back to the index of the migration `full_text`."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER IF EXISTS paper_search_text ON digest_paper")
        schema_editor.execute("DROP FUNCTION IF EXISTS paper_search_text()")
        schema_editor.execute("ALTER TABLE digest_paper DROP COLUMN IF EXISTS search_text")
        for what in ("FUNCTION", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY"):
            name = {"FUNCTION": "paper_folded(text)", "TEXT SEARCH CONFIGURATION": "paper_text"}.get(what, "paper_stem")
            schema_editor.execute(f"DROP {what} IF EXISTS {name}")
    else:
        for name in ("added", "gone", "changed"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS paper_text_{name}")
        schema_editor.execute("DROP TABLE IF EXISTS digest_paper_names")
    import_module("digest.migrations.0009_full_text").forwards(apps, schema_editor)


def _fill(connection):
    """Have the trigger see each paper, a batch at a time: no row is locked for longer than its batch takes."""
    with connection.cursor() as cursor:
        last = 0
        while True:
            cursor.execute(
                "SELECT max(id) FROM (SELECT id FROM digest_paper WHERE id > %s ORDER BY id LIMIT %s) AS batch",
                [last, BATCH],
            )
            end = cursor.fetchone()[0]
            if end is None:
                return
            cursor.execute(
                "UPDATE digest_paper SET title = title WHERE id > %s AND id <= %s AND search_text IS NULL", [last, end]
            )
            last = end


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("digest", "0023_second_look_after_publishing")]

    operations = [migrations.RunPython(forwards, backwards)]
