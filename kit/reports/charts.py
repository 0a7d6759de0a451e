"""Small charts as SVG text: shapes for states, and levels as dots or bars. Colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from kit.reports.words import percent

BINS = 11
"""One per tenth of the share, 100 % by itself."""
_DOTS_AT_MOST = 24
"""More learners than that in one bin are drawn as a bar."""
_LEFT, _STEP, _PANEL, _RADIUS = 6.0, 32.0, 74.0, 3.6

SHAPES = {
    "mastered": '<circle cx="8" cy="8" r="6.5" class="fill"/>',
    "retry": '<circle cx="8" cy="8" r="6" class="line"/><path d="M8 8V2a6 6 0 1 1-6 6z" class="fill"/>',
    "corrective": '<circle cx="8" cy="8" r="6" class="line"/><path d="M8 2a6 6 0 0 0 0 12z" class="fill"/>',
    "working": '<circle cx="8" cy="8" r="6" class="line"/><path d="M8 8V2a6 6 0 0 1 6 6z" class="fill"/>',
    "waiting": '<circle cx="8" cy="8" r="6" class="line dashed"/><circle cx="8" cy="8" r="1.8" class="fill"/>',
    "open": '<circle cx="8" cy="8" r="6" class="line"/>',
    "locked": '<circle cx="8" cy="8" r="2.2" class="fill"/>',
    "attention": '<path d="M8 1 15.4 14.5H.6z" class="fill"/><path d="M8 5.6v4.2M8 11.4v1.5" class="cut"/>',
}
"""A shape for each state, in a box of 16 × 16: told apart without colours."""


def symbols() -> Markup:
    """The shapes, to be put into a page once; `shape` refers to them."""
    defined = "".join(f'<symbol id="s-{state}" viewBox="0 0 16 16">{drawn}</symbol>' for state, drawn in SHAPES.items())
    return Markup(f'<svg width="0" height="0" class="symbols" aria-hidden="true">{defined}</svg>')


def shape(state: str) -> Markup:
    """The shape of *state*; the word belongs beside it."""
    return Markup(f'<svg class="shape {escape(state)}" aria-hidden="true"><use href="#s-{escape(state)}"/></svg>')


def bar(part: int, whole: int) -> Markup:
    """*part* of *whole* as a bar with both numbers beside it; – where there is nothing to count."""
    if not whole:
        return Markup('<span class="quiet">–</span>')
    return Markup(
        f'<span class="share"><i aria-hidden="true"><b style="width:{100 * part / whole:.1f}%"></b></i>{part} of {whole}</span>'
    )


def levels(panels: Sequence[tuple[str, Sequence[float]]], criterion: float | None, label: str) -> Markup:
    """Distributions of shares (0–1) one above the other on one axis, with a line at *criterion*.

    Each panel is a name and its shares; each learner is a dot, or where they are too many each bin a bar with its count.
    *label* says in words what is to be seen.
    """
    width = _LEFT * 2 + BINS * _STEP
    height = len(panels) * _PANEL + 24
    most = max((max(_counts(shares), default=0) for _, shares in panels), default=0)
    drawn = "".join(_panel(name, shares, number * _PANEL, most) for number, (name, shares) in enumerate(panels))
    line = _criterion(criterion, len(panels) * _PANEL) if criterion is not None else ""
    return Markup(
        f'<svg class="levels" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">'
        f"{line}{drawn}{_axis(len(panels) * _PANEL)}</svg>"
    )


def bin_of(share: float) -> int:
    """The bin of a share: 0 for 0 up to 10 %, …, 9 for 90 up to 100 %, 10 for 100 %."""
    return min(max(int(share * 10 + 1e-9), 0), BINS - 1)


def _counts(shares: Sequence[float]) -> list[int]:
    counts = [0] * BINS
    for share in shares:
        counts[bin_of(share)] += 1
    return counts


def _panel(name: str, shares: Sequence[float], top: float, most: int) -> str:
    floor = top + _PANEL - 6
    parts = [
        f'<text x="{_LEFT:g}" y="{top + 13:g}" class="name">{escape(name)}</text>',
        f'<path d="M{_LEFT:g} {floor:g}h{BINS * _STEP:g}" class="axis"/>',
    ]
    for place, count in enumerate(_counts(shares)):
        left = _LEFT + place * _STEP
        parts.append(_dots(left, floor, count) if most <= _DOTS_AT_MOST else _bar(left, floor, count, most))
    return "".join(parts)


def _dots(left: float, floor: float, count: int) -> str:
    across = 3 if count > 5 else 1
    gap = 2 * _RADIUS + 1
    dots = []
    for number in range(count):
        row, column = divmod(number, across)
        x = left + _STEP / 2 + (column - (min(across, count) - 1) / 2) * gap
        y = floor - gap / 2 - 1 - row * (gap if across == 1 else min(gap, 44 / max(1, -(-count // across) - 1)))
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" class="dot"/>')
    return "".join(dots)


def _bar(left: float, floor: float, count: int, most: int) -> str:
    if not count:
        return ""
    tall = max(1.5, 42 * count / most)
    return (
        f'<rect x="{left + 3:g}" y="{floor - tall:.1f}" width="{_STEP - 6:g}" height="{tall:.1f}" class="dot"/>'
        f'<text x="{left + _STEP / 2:g}" y="{floor - tall - 3:.1f}" class="tick">{count}</text>'
    )


def _criterion(criterion: float, height: float) -> str:
    x = _LEFT + criterion * 10 * _STEP
    return (
        f'<path d="M{x:.1f} 18V{height - 6:g}" class="criterion"/>'
        f'<text x="{x:.1f}" y="13" class="tick">criterion {percent(criterion)}</text>'
    )


def _axis(top: float) -> str:
    ticks = ((0, "0 %"), (2, "20"), (4, "40"), (6, "60"), (8, "80"), (10, "100 %"))
    return "".join(
        f'<text x="{_LEFT + (place + 0.5) * _STEP:g}" y="{top + 10:g}" class="tick">{word}</text>' for place, word in ticks
    )
