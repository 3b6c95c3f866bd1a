"""Charts as plain numbers: where each bar and each point of a line stands; a template draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 160
GAP = 0.25


@dataclass(frozen=True)
class Bar:
    """One bar, in the units of the picture, with what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A picture of WIDTH × HEIGHT: series of bars, or a line, below `top`."""

    bars: list[tuple[str, list[Bar]]]
    line: str
    top: float
    bottom: float
    labels: list[str]
    width: int = WIDTH
    height: int = HEIGHT


def bars(labels: Sequence[str], series: Mapping[str, Sequence[float]]) -> Chart:
    """Return a chart of bars stacked on each other: a name and as many values as labels for each series."""
    totals = [sum(values) for values in zip(*series.values(), strict=True)] or [0]
    top = max([*totals, 1])
    step = WIDTH / max(len(labels), 1)
    below = [0.0] * len(labels)
    drawn = []
    for name, values in series.items():
        stack = []
        for index, value in enumerate(values):
            height = HEIGHT * value / top
            below[index] += height
            x, y = index * step + step * GAP / 2, HEIGHT - below[index]
            label = f"{labels[index]}: {value:g} {name}"
            stack.append(Bar(round(x, 2), round(y, 2), round(step * (1 - GAP), 2), round(height, 2), label))
        drawn.append((name, stack))
    return Chart(drawn, "", top, 0, list(labels))


def line(labels: Sequence[str], values: Sequence[float]) -> Chart:
    """Return a chart of one line, which begins near its lowest value: a change shows, whatever its share."""
    if not values:
        return Chart([], "", 0, 0, [])
    low, high = min(values), max(values)
    bottom = max(low - (high - low) * 0.1, 0)
    span = max(high - bottom, 1)
    step = WIDTH / max(len(values) - 1, 1)
    points = [
        f"{index * step:.1f},{HEIGHT - HEIGHT * (value - bottom) / span:.1f}" for index, value in enumerate(values)
    ]
    return Chart([], " ".join(points), high, bottom, list(labels))
