"""The cohort map as HTML: one row per learner, one cell per unit, fast enough for ten thousand rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from kit.reports.charts import shape
from kit.reports.signs import BY_HAND, SIGNS
from kit.reports.words import plain, times

if TYPE_CHECKING:
    import pandas as pd

ONE_TABLE = 300
"""So many learners stand in one table; more unfold by the hundred, with marks instead of drawn shapes."""
_BLOCK = 100


def map_html(found: pd.DataFrame, units: Sequence[tuple[str, str]]) -> Markup:
    """*found* (learner, name, unit, state, cycles, by_override; learners in their order) with a column per unit.

    *units*: id and title of each.
    """
    rows = list(_rows(found, len(units), drawn=len(found) <= ONE_TABLE * max(1, len(units))))
    head = Markup("").join(
        Markup('<th scope="col" title="{}">{}</th>').format(plain(title), unit) for unit, title in units
    )
    if len(rows) <= ONE_TABLE:
        return _table(head, [row for _, row in rows])
    blocks = []
    for start in range(0, len(rows), _BLOCK):
        part = rows[start : start + _BLOCK]
        title = Markup("<bdi>{}</bdi> to <bdi>{}</bdi>, n = {}").format(part[0][0], part[-1][0], len(part))
        table = _table(head, [row for _, row in part])
        blocks.append(Markup("<details><summary>{}</summary>{}</details>").format(title, table))
    return Markup("").join(blocks)


def _table(head: Markup, rows: Sequence[str]) -> Markup:
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Cohort map, one row per learner">'
        '<table class="map"><thead><tr><th scope="col">learner</th>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, Markup("".join(rows)))


def _rows(found: pd.DataFrame, units: int, *, drawn: bool) -> Iterator[tuple[str, str]]:
    """(learner, row) of each learner."""
    cells = _Cells(drawn)
    columns = [found[name].tolist() for name in ("learner", "name", "state", "cycles", "by_override")]
    learners, names, *looks = columns
    keys = list(zip(*looks, strict=True))
    for start in range(0, len(keys), max(1, units)):
        learner, name = learners[start], names[start]
        account = f' <span class="quiet">{escape(learner)}</span>' if name != learner else ""
        row = "".join([cells[key] for key in keys[start : start + units]])
        yield learner, f'<tr><th scope="row"><bdi>{escape(plain(name))}</bdi>{account}</th>{row}</tr>'


class _Cells(dict[tuple[Any, ...], str]):
    """Cells by (state, cycles, by_override): a cohort has few that differ."""

    def __init__(self, drawn: bool) -> None:
        super().__init__()
        self._drawn = drawn

    def __missing__(self, key: tuple[Any, ...]) -> str:
        state, cycles, by_hand = key
        sign = SIGNS[state]
        mark = shape(state) if self._drawn else sign.mark
        many = f' <span class="n">{times(int(cycles))}</span>' if cycles else ""
        hand = f' <span title="decided by an instructor">{BY_HAND}</span>' if by_hand else ""
        self[key] = f'<td class="{state}">{mark} {sign.word}{many}{hand}</td>'
        return self[key]
