"""Compare two outboxes mail by mail, byte by byte, except for what differs in every run: dates, IDs, signatures.

    VAR_DIR=/tmp/a make digest                                    # at one commit
    VAR_DIR=/tmp/b make digest                                    # at the other
    .venv/bin/python -m tests.support.compare_mails /tmp/a/outbox /tmp/b/outbox

To leave deliberate changes between the two out of the comparison, pass each as one more argument: ' dir="auto"'.
"""

import difflib
import re
import sys
from collections.abc import Sequence
from email import message_from_bytes, policy
from pathlib import Path

DATES = rb"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December) 20\d\d"
# What differs in every run, and its placeholder: keys and signatures of links, boundaries, the day of the run.
VARYING = (
    (re.compile(rb"={15}\d+=="), b"BOUNDARY"),
    (re.compile(rb"(?m)^Date: .*$"), b"Date: DATE"),
    (re.compile(rb"<digest\.\d+\.\d{8}@"), b"<digest.ID.DAY@"),
    (re.compile(rb"/(?:[0-9a-f]{32}|\d+)(?::[\w-]+)+"), b"/TOKEN"),
    (re.compile(rb"signed up on " + DATES), b"signed up on DATE"),
)


def mails(folder: Path, left_out: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the mails of an outbox by recipient, with everything that varies blanked out."""
    texts = {}
    for file in sorted(folder.glob("*.eml")):
        raw = file.read_bytes()
        address = str(message_from_bytes(raw, policy=policy.default)["To"])
        for pattern, mark in VARYING:
            raw = pattern.sub(mark, raw)
        for text in left_out:
            raw = raw.replace(text.encode(), b"")
        texts[address] = raw
    return texts


def differences(before: Path, after: Path, left_out: Sequence[str] = ()) -> list[str]:
    """Return the lines in which the mails of two outboxes differ, as one diff per mail."""
    old, new = mails(before, left_out), mails(after, left_out)
    lines = [f"only in one of the outboxes: {address}" for address in sorted(set(old) ^ set(new))]
    for address in sorted(set(old) & set(new)):
        sides = [side[address].decode(errors="backslashreplace").splitlines() for side in (old, new)]
        lines += difflib.unified_diff(*sides, address, address, lineterm="", n=0)
        if old[address] != new[address] and sides[0] == sides[1]:
            lines.append(f"{address}: line ends differ")
    return lines


def main() -> int:
    """Print what differs; return 0 if nothing does."""
    before, after = (Path(name) for name in sys.argv[1:3])
    texts = differences(before, after, sys.argv[3:])
    print("\n".join(texts) if texts else f"{len(mails(before))} mails are the same, byte by byte")  # noqa: T201
    return int(bool(texts))


if __name__ == "__main__":
    sys.exit(main())
