"""Take Markdown out of summaries: people write it where plain text is expected."""

import re

_MARKDOWN = (
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w_])__(?=\S)(.+?)(?<=\S)__(?![\w_])"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![\w_])"), r"\1"),
    (re.compile(r"(?<!`)(`{1,3})(?=[^\s`])(.{1,500}?)(?<=[^\s`])\1(?!`)"), r"\2"),
    (re.compile(r"^[ \t]{0,3}(?:#{1,6}|>|[*+-])[ \t]+", re.M), ""),
)


def without_markdown(text: str) -> str:
    """Return a summary without the Markdown that people put there; links are found by their own rule."""
    pieces = re.split(r"(\$[^$]*\$)", text)
    for pattern, replacement in _MARKDOWN:
        pieces[::2] = [pattern.sub(replacement, piece) for piece in pieces[::2]]
    return "".join(pieces)
