"""The chart of one sending over time, as SVG for the docs: digests, rates, memory, and what the database holds."""

from html import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 760, 150, 64, 34, 62
COLORS = ("#2563eb", "#d97706", "#059669", "#9333ea", "#dc2626")
STYLE = """
text{font:12px system-ui,sans-serif;fill:#374151} .h{font-weight:600;font-size:13px} .g{stroke:#e5e7eb}
path{fill:none;stroke-width:2} @media(prefers-color-scheme:dark){text{fill:#d1d5db} .g{stroke:#374151}}
"""
# The seconds over which a rate is averaged.
SMOOTHED = 10


def drawn(readers, rows):
    """Return the chart. rows: seconds, queued, sent, MB by process, MB of log, bytes by table; one per second."""
    times = [row[0] for row in rows]
    processes = list(dict.fromkeys(name for row in rows for name in row[3]))
    panels = [
        ("Digests, thousands", {"queued": [row[1] / 1e3 for row in rows], "sent": [row[2] / 1e3 for row in rows]}),
        ("Per second", {"planned": _rates(times, 1, rows), "sent": _rates(times, 2, rows)}),
        ("Memory of each process, MB", {name: [row[3].get(name) for row in rows] for name in processes}),
        (
            "Written by PostgreSQL, MB",
            {
                "write-ahead log": [row[4] for row in rows],
                "ledger with indexes": [row[5]["digest_delivery"] / 2**20 for row in rows],
            },
        ),
    ]
    height = TOP + len(panels) * (HEIGHT + GAP)
    box, label = f"0 0 {WIDTH + LEFT + 20} {height}", f"{readers:,} digests planned and sent, over time"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" aria-label="{label}">'
    parts = [f"{head}<style>{STYLE}</style>"]
    for number, (title, lines) in enumerate(panels):
        parts.append(_panel(TOP + number * (HEIGHT + GAP), title, times, lines))
    return "\n".join([*parts, "</svg>\n"])


def _rates(times, column, rows):
    """Return the rate of a column at each time, over the last seconds."""
    counts, rates = [row[column] for row in rows], []
    for place, (now, count) in enumerate(zip(times, counts, strict=True)):
        back = max(0, place - SMOOTHED)
        span = now - times[back]
        rates.append((count - counts[back]) / span if span else 0)
    return rates


def _panel(top, title, times, lines):
    highest = max((value for values in lines.values() for value in values if value is not None), default=1) or 1
    step = _step(highest)
    ceiling = step * -(-highest // step)
    longest = times[-1] or 1

    def at(seconds, value):
        return f"{LEFT + WIDTH * seconds / longest:.1f} {top + HEIGHT * (1 - value / ceiling):.1f}"

    parts = [f'<text class="h" x="{LEFT}" y="{top - 12}">{escape(title)}</text>']
    value = 0.0
    while value <= ceiling:
        y = top + HEIGHT * (1 - value / ceiling)
        parts.append(f'<line class="g" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,.0f}</text>')
        value += step
    for seconds in range(0, int(longest) + 1, max(1, round(_step(longest)))):
        x = LEFT + WIDTH * seconds / longest
        parts.append(f'<text x="{x:.1f}" y="{top + HEIGHT + 18}" text-anchor="middle">{seconds} s</text>')
    place = LEFT + WIDTH
    for (name, values), color in reversed(list(zip(lines.items(), COLORS, strict=False))):
        points = [at(*pair) for pair in zip(times, values, strict=True) if pair[1] is not None]
        parts.append(f'<path stroke="{color}" d="M{" L".join(points)}"/>')
        place -= 7 * len(name) + 24
        parts.append(f'<rect x="{place}" y="{top - 21}" width="10" height="10" fill="{color}"/>')
        parts.append(f'<text x="{place + 15}" y="{top - 12}">{escape(name)}</text>')
    return "\n".join(parts)


def _step(highest):
    """Return a round step size that gives two to five steps."""
    size = 10 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
    return next(step for step in (size / 2, size, 2 * size, 5 * size) if highest / step <= 5)
