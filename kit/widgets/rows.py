"""The cohort map as widgets: for each learner of a page a button with their name, and beside it a cell for each unit.

The widgets are made once and filled anew for every page, so that a thousand learners cost no more than one page.
"""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import HTML, Box, Button, HBox, Layout, VBox

from kit.pages.cohort import CohortPage, Row
from kit.reports.words import plain
from kit.widgets.drawing import draw

SIZE = 25
"""Learners on one page."""
_LONGEST = 28
"""Letters of a name on its button; the whole of it stands in its tooltip."""


class Rows:
    """One page of the map. `picked` is called with the account of whoever's button was pressed."""

    def __init__(self, picked: Callable[[str], object], turned: Callable[[int], object]) -> None:
        self.head = HTML()
        self._wide, self._gone = Layout(), Layout(display="none")
        self._picked = picked
        self._shown: tuple[str, ...] = ()
        self.lines = [self._line(number) for number in range(SIZE)]
        self.back = Button(description="← Previous", tooltip="Learners before these")
        self.on = Button(description="Next →", tooltip="Learners after these")
        self.place = HTML()
        self._page = 1
        self.back.on_click(lambda _: turned(self._page - 1))
        self.on.on_click(lambda _: turned(self._page + 1))
        self.pager = HBox([self.back, self.place, self.on]).add_class("kit-pager")
        scroll = Box([VBox([self.head, *self.lines]).add_class("kit-table")]).add_class("kit-scroll")
        self.box = VBox([scroll, self.pager]).add_class("kit-map")

    def show(self, page: CohortPage, chosen: str) -> None:
        """Fill the rows with *page*; *chosen*'s is marked."""
        self.head.value = draw("head.html", page=page)
        self._shown = tuple(row.standing.learner for row in page.rows)
        for number, line in enumerate(self.lines):
            row = page.rows[number] if number < len(page.rows) else None
            line.layout = self._wide if row else self._gone
            if row:
                _fill(line, row, page, row.standing.learner == chosen)
        self._page = page.query.page
        self.pager.layout = self._wide if page.pages > 1 else self._gone
        self.back.disabled, self.on.disabled = self._page <= 1, self._page >= page.pages
        self.place.value = f"page {self._page} of {page.pages}"

    def mark(self, chosen: str) -> None:
        """Mark *chosen*'s row and no other."""
        for name, line in zip(self._shown, self.lines, strict=False):
            _mark(line, name == chosen)

    def _line(self, number: int) -> HBox:
        button = Button(layout=self._wide).add_class("kit-name")
        button.on_click(lambda _: self._picked(self._shown[number]))
        return HBox([button, HTML(layout=self._wide).add_class("kit-units")], layout=self._gone).add_class("kit-line")


def _fill(line: HBox, row: Row, page: CohortPage, chosen: bool) -> None:
    button, cells = line.children
    who = row.standing
    name = plain(who.name or who.learner)
    button.description = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    button.tooltip = f"{name} ({plain(who.learner)}): the whole record" if who.name else f"{name}: the whole record"
    cells.value = draw("row.html", row=row, sections=bool(page.sections))
    _mark(line, chosen)


def _mark(line: HBox, chosen: bool) -> None:
    if chosen:
        line.add_class("kit-chosen")
    else:
        line.remove_class("kit-chosen")
