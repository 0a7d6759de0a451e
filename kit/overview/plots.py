"""Plots of the report as SVG text: times on a scale of orders of magnitude, cycles as bars, ratios with intervals.

Colours come from the page's style sheet; every plot says in `aria-label` what is to be seen, and a table beside it has
the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from markupsafe import Markup, escape

_LEFT, _RIGHT, _ROW = 96.0, 24.0, 30.0
_WIDTH = 640.0
MARKS = ((60, "1 min"), (300, "5 min"), (1200, "20 min"), (3600, "1 h"), (10_800, "3 h"), (36_000, "10 h"),
         (86_400, "1 d"), (259_200, "3 d"), (604_800, "1 w"), (2_592_000, "30 d"))  # fmt: skip
"""Seconds at which the time scale has a line, where they are in reach."""
CYCLES = 4
"""Cycles told apart in the bars; the last stands for so many or more."""


def times_plot(rows: Sequence[tuple[str, Sequence[float]]], label: str) -> Markup:
    """Seconds to mastery, a row per unit: the reach as a line, the middle half as a box, the median as a stroke."""
    known = [value for _, seconds in rows for value in seconds]
    if not known:
        return Markup("")
    low, high = log10(max(min(known), 30)), log10(max(max(known), 60))
    span = max(high - low, 0.3)

    def x(seconds: float) -> float:
        return _LEFT + (log10(max(seconds, 30)) - low) / span * (_WIDTH - _LEFT - _RIGHT)

    floor = len(rows) * _ROW + 8
    drawn = [_tick(x(at), floor, word) for at, word in MARKS if low - 0.01 <= log10(at) <= low + span + 0.01]
    for place, (unit, seconds) in enumerate(rows):
        y = place * _ROW + _ROW / 2 + 4
        drawn.append(_name(unit, y))
        if seconds:
            lowest, q1, middle, q3, highest = _five(seconds)
            drawn.append(
                f'<path d="M{x(lowest):.1f} {y:g}H{x(highest):.1f}" class="reach"/>'
                f'<rect x="{x(q1):.1f}" y="{y - 7:g}" width="{max(x(q3) - x(q1), 2):.1f}" height="14" class="half"/>'
                f'<path d="M{x(middle):.1f} {y - 9:g}v18" class="middle"/>'
            )
    return _svg(drawn, floor + 20, label)


def cycles_plot(rows: Sequence[tuple[str, Sequence[int]]], label: str) -> Markup:
    """Shares of learners by cycles, a bar per unit; each row has counts for 0, 1, … and `CYCLES` − 1 or more cycles."""
    drawn: list[str] = []
    for place, (unit, counts) in enumerate(rows):
        y, total, left = place * _ROW + 6, sum(counts), _LEFT
        drawn.append(_name(unit, y + 11))
        for cycles, count in enumerate(counts):
            wide = (_WIDTH - _LEFT - _RIGHT) * count / total if total else 0.0
            if not count:
                continue
            drawn.append(f'<rect x="{left:.1f}" y="{y:g}" width="{wide:.1f}" height="20" class="cycle c{cycles}"/>')
            if wide > 34:
                at = f'x="{left + wide / 2:.1f}" y="{y + 14:g}"'
                drawn.append(f'<text {at} class="inside i{cycles}">{_times(cycles)}: {count}</text>')
            left += wide
    return _svg(drawn, len(rows) * _ROW + 6, label)


def ratio_plot(rows: Sequence[tuple[str, float, float | None, float | None]], label: str) -> Markup:
    """Ratios with their intervals, a row per unit, from 1 on: (unit, ratio, low, high)."""
    if not rows:
        return Markup("")
    most = max(high or ratio for _, ratio, _, high in rows)
    floor = len(rows) * _ROW + 8

    def x(ratio: float) -> float:
        return _LEFT + (ratio - 1) / max(most - 1, 0.5) * (_WIDTH - _LEFT - _RIGHT)

    step = next(s for s in (0.5, 1, 2, 5, 10, 20, 50, 100, 1000, 1e6) if (most - 1) / s <= 8)
    ticks = [1 + step * number for number in range(int(max(most - 1, 0.5) / step) + 1)]
    drawn = [_tick(x(at), floor, f"{at:g}×") for at in ticks]
    for place, (unit, ratio, low, high) in enumerate(rows):
        y = place * _ROW + _ROW / 2 + 4
        drawn.append(_name(unit, y))
        if low is not None and high is not None:
            drawn.append(f'<path d="M{x(low):.1f} {y:g}H{x(high):.1f}" class="reach"/>')
        drawn.append(f'<circle cx="{x(ratio):.1f}" cy="{y:g}" r="5" class="point"/>')
    return _svg(drawn, floor + 20, label)


def _tick(x: float, floor: float, word: str) -> str:
    line = f'<path d="M{x:.1f} 4V{floor:g}" class="axis"/>'
    return f'{line}<text x="{x:.1f}" y="{floor + 14:g}" class="tick">{word}</text>'


def _name(unit: str, y: float) -> str:
    short = unit if len(unit) <= 13 else unit[:12] + "…"
    return f'<text x="0" y="{y + 4:g}" class="name">{escape(short)}</text>'


def _times(cycles: int) -> str:
    return f"{cycles}+" if cycles == CYCLES - 1 else str(cycles)


def _five(seconds: Sequence[float]) -> tuple[float, ...]:
    """Lowest, quartiles and highest (linear between neighbours)."""
    ordered = sorted(seconds)

    def at(share: float) -> float:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])

    return tuple(at(share) for share in (0, 0.25, 0.5, 0.75, 1))


def _svg(drawn: Sequence[str], height: float, label: str) -> Markup:
    inside = "".join(drawn)
    return Markup(
        f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {height:g}" role="img" aria-label="{escape(label)}">{inside}</svg>'
    )
