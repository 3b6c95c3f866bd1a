"""BibTeX and biblatex, as reference managers write it."""

import re
from itertools import zip_longest

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ImplicitComment

from digest.sources import author_names, bibtex_value, reference
from digest.sources.bibtex_value import Strings
from digest.sources.page import HarvestPage
from digest.sources.record import PaperRecord, SourceError, storable
from digest.sources.reference import Reference

NAME = "bibtex"
# The library parses in one go; the files of reference managers are smaller.
MAX_BIBTEX_BYTES = 5 * 2**20
# Files of journal abbreviations have a thousand or so @strings. The library takes a while for each block.
MAX_OTHER_BLOCKS = 5_000
# Reference managers write some twenty. All are copied to each entry that inherits them.
MAX_FIELDS, MAX_XDATA = 200, 10
_BEGINS = re.compile(r"^[^\S\n]*@\s*[A-Za-z]+\s*[{(]", re.M)
_ENTRY = re.compile(r"@\s*+(?!(?:comment|string|preamble)\b)\w*+\s*+[{(]", re.I)
_OTHER_BLOCK = re.compile(r"@\s*+(?:comment|string|preamble)\b", re.I)
# A group of plain text, and the command it belongs to, if any.
_KEPT_CASE = re.compile(r"(\\[A-Za-z]+\s*|\\[^A-Za-z\s]\s*)?\{([^{}\\$]*)\}")
# Commands that only affect sorting.
_SORTS = re.compile(r"\{?\\noopsort\s*\{[^{}]*\}\}?|\\relax(?![A-Za-z])\s*", re.I)
# What a child inherits from its parent: its dates, not its identifiers.
_INHERITED = ("year", "date", "month", "day")
# Entries that hold fields for others to inherit, and are not papers.
_NO_PAPERS = {"xdata", "set"}


def fits(text: str) -> bool:
    """Return whether an entry begins on one of the lines."""
    return bool(_BEGINS.search(text))


def number_of_entries(text: str) -> int:
    """Return how many entries begin in the text, without parsing them: like the library, by line."""
    return sum(1 for _ in _ENTRY.finditer(text))


def read(text: str) -> HarvestPage:
    """Return the papers of a BibTeX file, in its order; an entry that cannot be read is skipped, with its line."""
    if len(text) > MAX_BIBTEX_BYTES:
        raise SourceError(f"expected a file of at most {MAX_BIBTEX_BYTES // 2**20} MB")
    if sum(1 for _ in _OTHER_BLOCK.finditer(text)) > MAX_OTHER_BLOCKS:
        raise SourceError(f"expected at most {MAX_OTHER_BLOCKS:,} @string, @comment and @preamble entries")
    library = parse_string(storable(text), parse_stack=[])
    strings = _strings(library)
    entries: list[tuple[Entry, Reference]] = []
    skipped: list[str] = []
    # By identity, because blocks are compared by all their content.
    failed = {id(block) for block in library.failed_blocks}
    # The library treats the part of an entry that it could not read as a comment.
    for block, following in zip_longest(library.blocks, library.blocks[1:]):
        behind = following.raw or "" if isinstance(following, ImplicitComment) else ""
        entry, remarks = _entry(block, behind)
        if entry is not None:
            read_entry = _reference(entry, (block.start_line or 0) + 1, strings)
            read_entry.remarks[:0] = remarks
            entries.append((entry, read_entry))
        elif id(block) in failed:
            is_double = isinstance(block, DuplicateBlockKeyBlock)
            why = "another entry has this key" if is_double else "this entry cannot be read"
            skipped.append(f"line {(block.start_line or 0) + 1}: {why}: “{(block.raw or '').strip()[:60]}”")
    if not entries and not skipped:
        raise SourceError("expected BibTeX entries, such as @article{key, title = {…}}, found none")
    _inherit(entries)
    return reference_page(
        [read_entry for entry, read_entry in entries if entry.entry_type.lower() not in _NO_PAPERS], NAME, skipped
    )


def reference_page(references: list[Reference], source: str, skipped: list[str] | None = None) -> HarvestPage:
    """Return the records of references; one without a title is skipped, with its position."""
    records: list[PaperRecord] = []
    remarks: list[str] = []
    skipped = list(skipped or [])
    for one in references:
        try:
            records.append(reference.record_of(one, source))
        except SourceError as error:
            skipped.append(f"{one.place}: {error}")
        remarks += [f"{one.place}: {remark}" for remark in one.remarks]
    return HarvestPage(records, skipped, remarks)


def _strings(library: Library) -> Strings:
    """Return what the @string entries define; one may use others before it."""
    strings = Strings()
    for block in library.strings:
        strings[block.key.lower()] = bibtex_value.parse_value(str(block.value), strings)[0]
    return strings


def _entry(block: Block, behind: str) -> tuple[Entry | None, list[str]]:
    """Return the entry of a block, and remarks about it; None if none can be read."""
    if isinstance(block, Entry):
        return block, []
    if isinstance(block, DuplicateFieldKeyBlock):
        double = ", ".join(sorted(block.duplicate_keys))
        entry = block.ignore_error_block
        return (entry if isinstance(entry, Entry) else None), [
            f"{double} appears more than once; only the first one was read"
        ]
    raw = (block.raw or "").strip()
    if isinstance(block, DuplicateBlockKeyBlock) or not raw.startswith("@"):
        return None, []
    whole = f"{raw} {behind}"
    mended = _mended(whole)
    parsed = parse_string(mended, parse_stack=[]).entries if behind or mended != whole else []
    return (parsed[0], ["a comma or the key is missing, or there are two commas"]) if len(parsed) == 1 else (None, [])


def _mended(raw: str) -> str:
    """Return an entry with a key and a comma after it, and without two commas in a row."""
    raw = re.sub(r"^(@\w+\s*[{(]\s*)([A-Za-z]+\s*=)", r"\1no-key, \2", raw)
    raw = re.sub(r"^(@\w+\s*[{(]\s*[^\s,={}]+)\s+([A-Za-z]+\s*=)", r"\1, \2", raw)
    return re.sub(r"([}\"\d])\s*,(?:\s*,)+(\s*(?:[A-Za-z][\w-]*\s*=|[})]))", r"\1,\2", raw)


def _reference(entry: Entry, line: int, strings: Strings) -> Reference:
    """Return an entry as its fields; field names are case-insensitive, and the first of two counts."""
    read_entry = Reference(f"line {line}, {entry.key}", {})
    for field in entry.fields:
        texts, remarks = bibtex_value.fields(field.key, str(field.value), strings)
        read_entry.remarks += remarks
        for key, text in texts:
            if len(read_entry.fields) < MAX_FIELDS:
                read_entry.fields.setdefault(key, text)
    read_entry.authors = tuple(_SORTS.sub("", name) for name in author_names.of_bibtex(_author(read_entry.fields)))
    for key in ("title", "subtitle", "abstract", "collaboration", "note"):
        if key in read_entry.fields:
            read_entry.fields[key] = _text(read_entry.fields[key])
    return read_entry


def _author(fields: dict[str, str]) -> str:
    return fields.get("author", "") or fields.get("authors", "")


def _inherit(entries: list[tuple[Entry, Reference]]) -> None:
    """Fill in what entries inherit from others: the dates through `crossref`, everything through `xdata`."""
    by_key = {entry.key.lower(): heir for entry, heir in entries}
    for _, heir in entries:
        names = map(str.strip, heir.fields.get("xdata", "").lower().split(",", MAX_XDATA)[:MAX_XDATA])
        for name in names:
            given = by_key.get(name)
            if given and given is not heir:
                heir.fields = {**given.fields, **heir.fields}
                heir.authors = heir.authors or given.authors
        parent = by_key.get(heir.fields.get("crossref", "").strip().lower())
        if parent and not heir.fields.keys() & {"year", "date"}:
            heir.fields |= {key: parent.fields[key] for key in _INHERITED if key in parent.fields}


def _text(value: str) -> str:
    """Return the text on one line, without braces that only protect a word's case, as in On {G}raphs."""
    value = _SORTS.sub("", value)
    parts = re.split(r"(\$[^$]*\$)", " ".join(value.split()))
    parts[::2] = [_KEPT_CASE.sub(lambda match: match[0] if match[1] else match[2], part) for part in parts[::2]]
    return "".join(parts)
