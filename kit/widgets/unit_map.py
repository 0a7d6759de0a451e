"""The map of units as SVG: a box for each unit, and an arrow to it from everything it requires."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from markupsafe import Markup

from kit.pages.learning import STATES, UnitCard
from kit.reports.charts import SHAPES
from kit.reports.words import plain

_WIDE, _HIGH, _BESIDE, _BELOW, _EDGE = 216, 70, 22, 38, 6
_LETTERS = 29
_Places = dict[str, tuple[float, float]]


def unit_map(levels: Sequence[Sequence[UnitCard]]) -> Markup:
    """The units of *levels*, each level a row below the ones it requires; empty where there are none."""
    if not levels:
        return Markup("")
    across = max(len(level) for level in levels)
    width = across * (_WIDE + _BESIDE) - _BESIDE + 2 * _EDGE
    height = len(levels) * (_HIGH + _BELOW) - _BELOW + 2 * _EDGE
    places: _Places = {}
    for row, level in enumerate(levels):
        left = (width - len(level) * (_WIDE + _BESIDE) + _BESIDE) / 2
        for column, card in enumerate(level):
            places[card.now.unit] = left + column * (_WIDE + _BESIDE), _EDGE + row * (_HIGH + _BELOW)
    cards = [card for level in levels for card in level]
    drawn = Markup("").join([*(_arrows(card, places) for card in cards), *(_box(card, places) for card in cards)])
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Map of the units">'
        '<svg class="unit-map" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg></div>'
    ).format(width, height, width, height, " ".join(map(_in_words, cards)), drawn)


def _box(card: UnitCard, places: _Places) -> Markup:
    x, y = places[card.now.unit]
    lines = textwrap.wrap(plain(card.now.title), _LETTERS, max_lines=2, placeholder=" …") or [card.now.unit]
    title = Markup("").join(
        Markup('<text x="{}" y="{}" class="name">{}</text>').format(x + 12, y + 44 + 16 * number, line)
        for number, line in enumerate(lines)
    )
    next_here = Markup('<text x="{}" y="{}" class="here">next</text>').format(x + _WIDE - 12, y + 22)
    return Markup(
        '<g class="box {state}{now}"><title>{whole}</title>'
        '<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="9"/>'
        '<path class="edge" d="M{x2} {y2}v{tall}"/>'
        '<svg x="{x3}" y="{y3}" width="15" height="15" viewBox="0 0 16 16">{shape}</svg>'
        '<text x="{x4}" y="{y4}" class="word">{word}</text>{title}{next}</g>'
    ).format(
        state=card.state, now=" is-next" if card.is_next else "", whole=plain(card.now.title), x=x, y=y, wide=_WIDE,
        high=_HIGH, x2=x + 3, y2=y + 9, tall=_HIGH - 18, x3=x + 11, y3=y + 10, shape=Markup(SHAPES[card.state]),
        x4=x + 32, y4=y + 22, word=STATES[card.state], title=title, next=next_here if card.is_next else "",
    )  # fmt: skip


def _arrows(card: UnitCard, places: _Places) -> Markup:
    x, y = places[card.now.unit]
    arrows = []
    for need in card.requires:
        if need.unit in places:
            left, top = places[need.unit]
            x1, y1, x2, y2 = left + _WIDE / 2, top + _HIGH, x + _WIDE / 2, y - 7
            way = f"M{x1:g} {y1:g}C{x1:g} {y1 + 20:g} {x2:g} {y2 - 20:g} {x2:g} {y2:g}"
            head = f"M{x2 - 5:g} {y2 - 1:g}h10l-5 7z"
            done = " done" if need.state == "mastered" else ""
            arrows.append(f'<path class="way{done}" d="{way}"/><path class="tip{done}" d="{head}"/>')
    return Markup("".join(arrows))


def _in_words(card: UnitCard) -> str:
    after = " and ".join(need.title for need in card.requires)
    where = f", after {after}" if after else ""
    now = ", next" if card.is_next else ""
    return plain(f"{card.now.title}: {STATES[card.state]}{now}{where}.")
