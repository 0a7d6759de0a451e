"""What of the cohort is to be seen: search, section, state, unit and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ipywidgets import Button, Dropdown, HBox, Layout, Text

from kit.pages.cohort import ORDERS, CohortPage, Query
from kit.reports.signs import SIGNS
from kit.reports.words import plain

_FIELDS = ("search", "section", "state", "unit", "order")


class Filters:
    """Controls that say a `Query`. `changed` is called with it whenever one of them changes."""

    def __init__(self, changed: Callable[[Query], object]) -> None:
        self._changed, self._quiet = changed, False
        self.search = Text(description="Name", placeholder="or account")
        self.section = Dropdown(description="Section", options=[("all", "")], layout=Layout(display="none"))
        states = [(f"{sign.mark} {sign.word}", state) for state, sign in SIGNS.items()]
        self.state = Dropdown(description="State", options=[("any", ""), *states])
        self.unit = Dropdown(description="in", options=[("any unit", "")])
        self.order = Dropdown(description="Order", options=[(words, order) for order, words in ORDERS.items()])
        self.everybody = Button(description="Everybody", tooltip="Take all filters away")
        self.everybody.on_click(lambda _: self.clear())
        controls = [self.search, self.section, self.state, self.unit, self.order]
        for control in controls:
            control.observe(self._told, "value")
        self.box = HBox([*controls, self.everybody]).add_class("kit-filters")

    def query(self, page: int = 1) -> Query:
        """What they say now."""
        asked: dict[str, Any] = {name: getattr(self, name).value for name in _FIELDS}
        return Query(**asked | {"search": self.search.value.strip(), "page": page})

    def clear(self) -> None:
        """Everybody again, in the same order."""
        self._quiet = True
        for control in (self.search, self.section, self.state, self.unit):
            control.value = ""
        self._quiet = False
        self._told()

    def offer(self, page: CohortPage) -> None:
        """Offer the units and sections there are; what was chosen and is gone falls back to all."""
        self._quiet = True
        _offer(self.unit, "any unit", [one.unit for one in page.columns])
        _offer(self.section, "all", page.sections)
        self.section.layout.display = None if page.sections else "none"
        self._quiet = False
        self.everybody.disabled = not page.query.narrows and not page.query.unit

    def _told(self, _: object = None) -> None:
        if not self._quiet:
            self._changed(self.query())


def _offer(choice: Dropdown, all_of_them: str, names: Sequence[str]) -> None:
    options = [(all_of_them, ""), *((plain(name), name) for name in names)]
    if tuple(choice.options) != tuple(options):
        chosen = choice.value
        choice.options = options
        choice.value = chosen if chosen in names else ""
