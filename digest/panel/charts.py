"""Charts as plain numbers: the position of each bar and each point of a line. A template draws them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CHART_WIDTH, CHART_HEIGHT = 640, 160
BAR_GAP = 0.25
# Allowed maxima of an axis, times a power of ten.
AXIS_TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
# With fewer days than this, a chart shows nothing that the figures do not.
FEWEST_DAYS = 3
# Without a maximum width, a chart of a few days would have enormous bars.
WIDEST = 48


@dataclass(frozen=True)
class Bar:
    """One bar in the units of the picture, with its label."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A picture of CHART_WIDTH × CHART_HEIGHT: series of bars, or a line. The vertical axis ends at `top`."""

    bars: list[tuple[str, list[Bar]]]
    line: str
    top: float
    bottom: float
    labels: list[str]
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT

    @property
    def is_too_short(self) -> bool:
        """Whether there is too little to draw."""
        return len(self.labels) < FEWEST_DAYS


def round_top(value: float) -> float:
    """Return a round integer at or above a value, for the top of an axis."""
    size = 10 ** math.floor(math.log10(max(value, 1)))
    return float(next(top for step in AXIS_TOPS if (top := step * size) >= value and top == int(top)))


def bar_chart(labels: Sequence[str], series: Mapping[str, Sequence[float]]) -> Chart:
    """Return a stacked bar chart. `series` maps each name to its values, one per label."""
    totals = [sum(values) for values in zip(*series.values(), strict=True)] or [0]
    top = round_top(max(totals))
    step = CHART_WIDTH / max(len(labels), 1)
    width = min(step * (1 - BAR_GAP), WIDEST)
    below = [0.0] * len(labels)
    drawn = []
    for name, values in series.items():
        stack = []
        for index, value in enumerate(values):
            height = CHART_HEIGHT * value / top
            below[index] += height
            x, y = (index + 0.5) * step - width / 2, CHART_HEIGHT - below[index]
            label = f"{labels[index]}: {value:g} {name}"
            stack.append(Bar(round(x, 2), round(y, 2), round(width, 2), round(height, 2), label))
        drawn.append((name, stack))
    return Chart(drawn, "", top, 0, list(labels))


def line_chart(labels: Sequence[str], values: Sequence[float]) -> Chart:
    """Return a line chart whose axis starts near the lowest value, so that even a small change is visible."""
    if not values:
        return Chart([], "", 0, 0, [])
    low, high = min(values), max(values)
    # If the value never changed, the axis starts at zero and leaves some room above the line.
    bottom = max(math.floor(low - (high - low) * 0.1), 0) if high > low else 0
    top = high if high > low else round_top(high + 1)
    step = CHART_WIDTH / max(len(values) - 1, 1)
    points = [
        f"{index * step:.1f},{CHART_HEIGHT - CHART_HEIGHT * (value - bottom) / (top - bottom):.1f}"
        for index, value in enumerate(values)
    ]
    return Chart([], " ".join(points), top, bottom, list(labels))
