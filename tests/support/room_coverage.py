"""Print how much of each room the tests covered, in lines and branches, from what `--cov` wrote.

Ends with an error if a room in ROOMS_HELD is below FLOOR. Run by `make coverage`.
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from coverage import Coverage

FLOOR = 95.0
ROOMS_HELD = {"digest/ranking", "digest/recommending", "digest/sending"}


def room_of(file):
    """Return the room a file is in: the folder below `digest`, else the top-level folder."""
    parts = Path(file).parts
    return "/".join(parts[:2]) if parts[0] == "digest" and len(parts) > 2 else parts[0]


def percentages(files):
    """Return the share of lines and branches that were covered, in per cent, by room."""
    covered, there = Counter(), Counter()
    for file, report in files.items():
        summary, room = report["summary"], room_of(file)
        covered[room] += summary["covered_lines"] + summary["covered_branches"]
        there[room] += summary["num_statements"] + summary["num_branches"]
    return {room: 100 * covered[room] / there[room] for room in sorted(there) if there[room]}


def below_floor(by_room):
    """Return the rooms in ROOMS_HELD that are below the floor, or for which nothing was measured."""
    return sorted(room for room in ROOMS_HELD if by_room.get(room, 0) < FLOOR)


def main():
    measured = Coverage()
    measured.load()
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        measured.json_report(outfile=report.name)
        by_room = percentages(json.loads(Path(report.name).read_text())["files"])
    for room, share in by_room.items():
        sys.stdout.write(f"{room:24} {share:5.1f} %\n")
    if low := below_floor(by_room):
        sys.exit(f"below {FLOOR} %: {', '.join(low)}")


if __name__ == "__main__":
    main()
