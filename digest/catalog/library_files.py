"""The formats of reference managers, and which one a text is in."""

from types import ModuleType

from digest.sources import bibtex, csl_json, endnote_tags, pubmed_tags, reference_table, reference_xml, ris

# Each has NAME, fits, number_of_entries and read. The ones with the clearest signs come first.
READERS = (ris, endnote_tags, pubmed_tags, csl_json, reference_xml, bibtex, reference_table)


def reader_of(text: str) -> ModuleType | None:
    """Return the reader of the format that a text is in, judging by its content; None for a list of ids or the like."""
    return next((reader for reader in READERS if reader.fits(text)), None)
