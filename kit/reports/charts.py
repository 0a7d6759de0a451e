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
    drawn = f'<i aria-hidden="true"><b style="width:{100 * part / whole:.1f}%"></b></i>'
    return Markup(f'<span class="share">{drawn}{part} of {whole}</span>')


Level = tuple[float, bool]
"""A share (0–1), and whether every objective is shown: the first may be high while the second is False."""


def levels(panels: Sequence[tuple[str, Sequence[Level]]], criterion: float | None, label: str) -> Markup:
    """Distributions of levels one above the other on one axis, with a line at *criterion*.

    Each panel is a name and its levels; each learner is a dot, filled where every objective is shown, or where they are
    too many each bin a bar with its count. *label* says in words what is to be seen.
    """
    width = _LEFT * 2 + BINS * _STEP
    floor = len(panels) * _PANEL
    most = max((len(found) for _, panel in panels for found in _binned(panel)), default=0)
    drawn = "".join(_panel(name, panel, number * _PANEL, most) for number, (name, panel) in enumerate(panels))
    line = _criterion(criterion, floor) if criterion is not None else ""
    return Markup(
        f'<svg class="levels" viewBox="0 0 {width:g} {floor + 24:g}" role="img" aria-label="{escape(label)}">'
        f"{line}{drawn}{_axis(floor)}</svg>"
    )


def bin_of(share: float) -> int:
    """The bin of a share: 0 for 0 up to 10 %, …, 9 for 90 up to 100 %, 10 for 100 %."""
    return min(max(int(share * 10 + 1e-9), 0), BINS - 1)


def _binned(panel: Sequence[Level]) -> list[list[bool]]:
    """Per bin whether every objective is shown, for each level in it; the shown ones first."""
    bins: list[list[bool]] = [[] for _ in range(BINS)]
    for share, shown in panel:
        bins[bin_of(share)].append(bool(shown))
    return [sorted(found, reverse=True) for found in bins]


def _panel(name: str, panel: Sequence[Level], top: float, most: int) -> str:
    floor = top + _PANEL - 6
    draw = _dots if most <= _DOTS_AT_MOST else _bars
    return (
        f'<text x="{_LEFT:g}" y="{top + 13:g}" class="name">{escape(name)}</text>'
        f'<path d="M{_LEFT:g} {floor:g}h{BINS * _STEP:g}" class="axis"/>'
        + "".join(draw(_LEFT + place * _STEP, floor, found, most) for place, found in enumerate(_binned(panel)))
    )


def _dots(left: float, floor: float, found: Sequence[bool], most: int) -> str:
    across = 1 if most <= 5 else 3
    gap = 2 * _RADIUS + 1
    rise = min(gap, 44 / max(1, -(-most // across) - 1))
    dots = []
    for number, shown in enumerate(found):
        row, column = divmod(number, across)
        x = left + _STEP / 2 + (column - (across - 1) / 2) * gap
        kind = "dot" if shown else "dot gap"
        dots.append(f'<circle cx="{x:.1f}" cy="{floor - gap / 2 - 1 - row * rise:.1f}" r="{_RADIUS}" class="{kind}"/>')
    return "".join(dots)


def _bars(left: float, floor: float, found: Sequence[bool], most: int) -> str:
    if not found:
        return ""
    drawn, foot = "", floor
    for kind, count in (("dot", sum(found)), ("dot gap", len(found) - sum(found))):
        if count:
            tall = 42 * count / most
            foot -= tall
            drawn += f'<rect x="{left + 3:g}" y="{foot:.1f}" width="{_STEP - 6:g}" height="{tall:.1f}" class="{kind}"/>'
    return f'{drawn}<text x="{left + _STEP / 2:g}" y="{foot - 3:.1f}" class="tick">{len(found)}</text>'


def _criterion(criterion: float, height: float) -> str:
    x = _LEFT + criterion * 10 * _STEP
    return (
        f'<path d="M{x:.1f} 18V{height - 6:g}" class="criterion"/>'
        f'<text x="{x:.1f}" y="13" class="tick">criterion {percent(criterion)}</text>'
    )


def _axis(top: float) -> str:
    ticks = ((0, "0 %"), (2, "20"), (4, "40"), (6, "60"), (8, "80"), (10, "100 %"))
    return "".join(
        f'<text x="{_LEFT + (place + 0.5) * _STEP:g}" y="{top + 10:g}" class="tick">{word}</text>'
        for place, word in ticks
    )
