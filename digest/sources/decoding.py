"""Decode the bytes of a file to text, whatever encoding it is in."""

import codecs
import re

from digest.sources.record import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16, whose mark is a prefix of this one.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# “% Encoding: windows-1252”, as JabRef writes it, “%% -*- coding: latin-1 -*-”, and the XML declaration.
_DECLARED = re.compile(
    rb"^[^\S\n]*+(?:%[^\n]{0,80}?\b(?:en)?coding\s*[:=]\s*|<\?xml[^>]{0,80}encoding=[\"'])([\w.:-]+)", re.I | re.M
)
_BEGINNING = 2000
# Text has few control characters.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode_body(body: bytes) -> tuple[str, list[str]]:
    """Return the text, and remarks about its encoding. SourceError if the bytes are not text."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace"), []
    if body.startswith((b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG")):
        raise SourceError("expected text, found a PDF, an image or an archive")
    start = body[:_BEGINNING]
    if encoding := _utf_16(start):
        return body.decode(encoding, errors="replace"), []
    if len(_CONTROLS.findall(start)) > len(start) // 20:
        raise SourceError("expected text, found another kind of file")
    declared = _DECLARED.search(start)
    named = declared[1].decode() if declared else "utf-8"
    for encoding in dict.fromkeys([named, "utf-8"]):
        try:
            return body.decode(_encoding_name(encoding)), []
        except UnicodeDecodeError:
            continue
    return body.decode("windows-1252", errors="replace"), ["it is not in UTF-8, so it was read as windows-1252"]


def _encoding_name(encoding: str) -> str:
    """Return Python's name for a text encoding; UTF-8 for anything it does not know as one."""
    try:
        codec = codecs.lookup(encoding)
    except LookupError:
        return "utf-8"
    return codec.name if getattr(codec, "_is_text_encoding", True) else "utf-8"


def _utf_16(start: bytes) -> str:
    """Return which UTF-16 a text without a mark is in, judging by the positions of its zeros; "" if neither."""
    odd, even = start[1::2].count(0), start[::2].count(0)
    half = len(start) // 2
    if half and max(odd, even) > 0.4 * half and min(odd, even) < 0.1 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""
