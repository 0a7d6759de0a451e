"""What the demo shows at its end: the first attempt beside what is shown now, unit by unit."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kit.reports.cohort import unit_progress
from kit.reports.growth import first_and_final as levels
from kit.reports.view import CourseView
from kit.reports.words import percent

_BINS = 11
_BLOCKS = " ▁▂▃▄▅▆▇█"


def first_and_final(view: CourseView) -> RenderableType:
    """Per unit the levels at the first attempt and as it stands: n, the lowest, the median, a histogram of one line."""
    found = levels(view.frames)
    if found.empty:
        return Text("Nothing has been decided yet.")
    progress = unit_progress(view.frames)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for head in ("unit", "", "n", "lowest", "median", "0 %     100 %"):
        table.add_column(head, no_wrap=True, justify="right" if head in ("n", "lowest", "median") else "left")
    for unit in progress.index:
        mine = found[found["unit"] == unit]
        if mine.empty:
            continue
        for column, word in (("first", "first attempt"), ("final", "as it stands")):
            shares = mine[column].astype(float)
            row = (word, str(len(shares)), percent(shares.min()), percent(shares.median()), _spark(list(shares)))
            table.add_row(unit if column == "first" else "", *row, end_section=column == "final")
    note = "“As it stands” takes each objective at the attempt that showed it, else at the last one."
    return Group(table, Text(note, style="dim"))


def _spark(shares: list[float]) -> str:
    """A histogram of one line: one block per tenth, 100 % by itself."""
    counts = [0] * _BINS
    for share in shares:
        counts[min(int(share * 10 + 1e-9), _BINS - 1)] += 1
    tallest = max(counts)
    return "".join(_BLOCKS[-(-count * 8 // tallest)] for count in counts)
