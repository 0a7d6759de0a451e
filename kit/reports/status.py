"""`kit status`: the cohort unit by unit in the terminal, and who asks for an instructor.

Learners stand in alphabetical order: this is a map, not a ranking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from kit.decisions import Standing, UnitStanding
from kit.decisions.words import counted
from kit.reports.next_step import next_for_instructor
from kit.reports.signs import BY_HAND, SIGNS
from kit.reports.sureness import shown_with
from kit.reports.view import CourseView
from kit.reports.words import plain, times

_WIDEST_NAME = 24
_COMPACT = 5
"""Columns that a mark with its cycles needs."""


def status_table(
    view: CourseView, *, attention_only: bool = False, unit: str | None = None, isolation: str | None = None
) -> RenderableType:
    """The cohort of *view* as something rich prints, fitted to the width of the console.

    With *attention_only*, only learners with a unit that asks for an instructor; with *unit*, only that unit
    (UnknownName if there is none). *isolation* says how learners' code is kept apart, as the executor tells it, or
    why it is not graded at all.
    """
    if unit is not None:
        view.course.unit(unit)
    return _Status(view, attention_only, unit, isolation)


@dataclass(frozen=True, slots=True)
class _Status:
    view: CourseView
    attention_only: bool
    unit: str | None
    isolation: str | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        everyone = list(self.view.standings.values())
        yield Text(f"{plain(self.view.course.title)}: {counted(len(everyone), 'learner')}", style="bold")
        if not everyone:
            yield Text("Nobody is enrolled yet. `kit enrol NAME …` adds learners.")
        elif not (units := self._units(everyone)):
            yield Text("No unit is built yet. `kit build` makes the releases from the sources.")
        else:
            shown = [one for one in everyone if one.attention] if self.attention_only else everyone
            if shown:
                yield from self._by_section(shown, units, options.max_width)
            if not self.attention_only:
                yield from _totals(self.view, units)
            yield Text()
            yield _legend(everyone, units, options.max_width)
            yield from self._attention(everyone, set(units))
        if self.isolation:
            kept_apart = self.isolation.startswith("bubblewrap")
            yield Text(f"\nSandbox: {plain(self.isolation)}", style="dim" if kept_apart else "yellow")

    def _units(self, everyone: Sequence[Standing]) -> list[str]:
        return [now.unit for now in everyone[0].units if self.unit in (None, now.unit)]

    def _by_section(self, shown: Sequence[Standing], units: Sequence[str], width: int) -> Iterator[RenderableType]:
        """A map for each section, by name; one map without a heading where nobody is in any."""
        sections: dict[str, list[Standing]] = {}
        for one in shown:
            sections.setdefault(self.view.records[one.learner].section, []).append(one)
        for section in sorted(sections, key=lambda name: (not name, name)):
            if set(sections) != {""}:
                here = counted(len(sections[section]), "learner")
                yield Text(f"\n{plain(section) or 'in no section'}: {here}", style="bold")
            yield from _maps(sections[section], units, width)

    def _attention(self, everyone: Sequence[Standing], units: set[str]) -> Iterator[RenderableType]:
        asked = [(one, now) for one in everyone for now in one.units if now.attention and now.unit in units]
        if not asked:
            yield Text("\nNobody needs you right now.", style="green")
            return
        yield Text(f"\nWho needs you ({len(asked)})", style="bold")
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style="bold red", no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        for one, now in asked:
            who = f"{one.learner} ({plain(one.name)})" if one.name else one.learner
            then = next_for_instructor(self.view.records[one.learner], now, self.view.catalogue)
            line = Text.assemble((who, "bold"), f"  {now.unit}  {plain(now.attention)}\n", (f"→ {plain(then)}", "cyan"))
            grid.add_row(SIGNS["attention"].mark, line)
        yield grid


def _maps(shown: Sequence[Standing], units: Sequence[str], width: int) -> Iterator[RenderableType]:
    """One table with words where they fit, else as many tables of marks as the width asks for."""
    names = min(max(len("learner"), *(cell_len(one.learner) for one in shown)), _WIDEST_NAME)
    cells = {one.learner: {now.unit: now for now in one.units} for one in shown}
    needed = names + sum(2 + max(len(unit), max(_long(row[unit]).cell_len for row in cells.values())) for unit in units)
    if needed + 2 <= width:
        yield _map(cells, units, list(units), names, words=True)
        return
    short = _short_names(units)
    fit = max(1, (width - names - 2) // (max(_COMPACT, *(len(s) for s in short)) + 2))
    for start in range(0, len(units), fit):
        part = slice(start, start + fit)
        yield _map(cells, units[part], short[part], names, words=False)
    pairs = [f"{s} = {unit}" for s, unit in zip(short, units, strict=True) if s != unit]
    if pairs:
        yield Text("Units: " + ", ".join(pairs), style="dim")


def _map(
    cells: dict[str, dict[str, UnitStanding]], units: Sequence[str], heads: Sequence[str], names: int, *, words: bool
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("learner", no_wrap=True, overflow="ellipsis", max_width=names, min_width=len("learner"))
    for head in heads:
        table.add_column(head, no_wrap=True)
    for learner, row in cells.items():
        table.add_row(learner, *(_long(row[unit]) if words else _short(row[unit]) for unit in units))
    return table


def _long(now: UnitStanding) -> Text:
    sign = SIGNS[now.state]
    return Text(" ".join(filter(None, (sign.mark, sign.word, _extra(now)))), style=sign.style)


def _short(now: UnitStanding) -> Text:
    sign = SIGNS[now.state]
    return Text(f"{sign.mark} {_extra(now)}".strip(), style=sign.style)


def _extra(now: UnitStanding) -> str:
    return times(now.cycles) + (BY_HAND if now.by_override else "")


def _short_names(units: Sequence[str]) -> list[str]:
    """What stands before the first hyphen (`02` of `02-lists`) where that tells the units apart, else 1, 2, 3 …"""
    short = [unit.partition("-")[0] for unit in units]
    tells_apart = len(set(short)) == len(units) and all(len(name) <= _COMPACT for name in short)
    return short if tells_apart else [str(place) for place in range(1, len(units) + 1)]


def _totals(view: CourseView, units: Sequence[str]) -> Iterator[RenderableType]:
    yield Text("\nAll together", style="bold")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    for unit in units:
        counts = Counter(now.state for one in view.standings.values() for now in one.units if now.unit == unit)
        parts = [(f"{SIGNS[s].mark} {counts[s]} {SIGNS[s].word}", SIGNS[s].style) for s in SIGNS if counts[s]]
        grid.add_row(unit, Text("   ").join(Text(words, style=style) for words, style in parts))
    yield grid
    if sure := shown_with(record.unit(unit) for record in view.records.values() for unit in units):
        yield Text(sure, style="dim")


def _legend(everyone: Sequence[Standing], units: Sequence[str], width: int) -> Text:
    states = {now.state for one in everyone for now in one.units if now.unit in units}
    entries = [(sign.mark, sign.style, f"{sign.word}: {sign.meaning}") for s, sign in SIGNS.items() if s in states]
    entries += [("2×", "bold", "attempts that left a gap"), (BY_HAND, "bold", "decided by an instructor")]
    return _flow([Text.assemble((mark, style), (f" {words}", "dim")) for mark, style, words in entries], width)


def _flow(parts: Sequence[Text], width: int) -> Text:
    """*parts* side by side in lines of at most *width*, none of them broken."""
    flowing, line = Text(), 0
    for part in parts:
        gap = "" if not line else "   " if line + 3 + part.cell_len <= width else "\n"
        line = (0 if gap == "\n" else line + len(gap)) + part.cell_len
        flowing.append(f"{gap}").append_text(part)
    return flowing
