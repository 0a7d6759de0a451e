"""What `kit items`, `forms`, `correctives` and `decisions` show: frames, tables, words and plot of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from kit.analysis import plots, tables
from kit.analysis.certainty import retests
from kit.analysis.comparison import form_comparison
from kit.analysis.corrective_outcomes import correctives
from kit.analysis.decision_quality import decisions
from kit.analysis.form_statistics import form_drift, forms
from kit.analysis.item_statistics import items
from kit.reports import CourseView
from kit.reports.words import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Frame = Callable[[CourseView, "str | None"], "pd.DataFrame"]


@dataclass(frozen=True, slots=True)
class Part:
    """One frame of a view."""

    title: str
    frame: Frame
    cells: Mapping[str, tables.Cell]
    where: tuple[str, ...] = ()
    """Columns that say where a flag or a sentence belongs."""
    in_words: bool = False
    """Whether what can be told is printed below the table."""


@dataclass(frozen=True, slots=True)
class View:
    """One question an instructor asks."""

    title: str
    parts: tuple[Part, ...]
    """The first is what goes into a CSV file."""
    plot: Callable[[CourseView, str | None], Figure]
    nothing: str
    """What is said where there is nothing yet."""
    note: str
    """How to read it, in a sentence or two."""


VIEWS: Mapping[str, View] = {
    "items": View(
        "Items",
        (Part("Items, form by form", items, tables.ITEMS, ("form", "item")),),
        plots.plot_items,
        "Nobody has handed in a form yet.",
        "Right: share of the points reached (95 % interval). Discr.: correlation with the rest of its objective. "
        "Forms after the first are taken by those who left a gap: compare items within one form. "
        "NULL: waits for a person. Open: from fetching the form to handing it in, nights included.",
    ),
    "forms": View(
        "Forms",
        (
            Part("Forms", forms, tables.FORMS, ("form",)),
            Part(
                "Against the form before, objective by objective",
                form_comparison,
                tables.COMPARISON,
                ("form", "objective"),
                in_words=True,
            ),
            Part("Early against late", form_drift, tables.DRIFT, ("form",), in_words=True),
        ),
        plots.plot_forms,
        "Nobody has handed in a form yet.",
        "The means of two forms must not be compared: a later form is taken by those who left a gap. Compared is who "
        "did an objective again without a corrective for it, with what they would have on a parallel form.",
    ),
    "correctives": View(
        "Correctives",
        (Part("Correctives", correctives, tables.CORRECTIVES, ("objective", "approach"), in_words=True),),
        plots.plot_correctives,
        "No corrective was opened for anybody yet.",
        "Retest: who would reach the criterion at the next form without having learned anything. Learners are not "
        "assigned to approaches at random.",
    ),
    "decisions": View(
        "Decisions",
        (
            Part("What one form decides", decisions, tables.DECISIONS, ("objective",), in_words=True),
            Part("How sure, the oftener one comes", retests, tables.RETESTS),
        ),
        plots.plot_decisions,
        "Nothing has been decided yet.",
        "Estimated from first attempts (Huynh 1976), for one form taken once. Unsure: decided “mastered”, less sure "
        "than 0.5. By chance: somebody below the criterion by the course's margin, who learned nothing, has passed "
        "by now.",
    ),
}
"""By the name of their command."""


def view_table(course: CourseView, name: str, unit: str | None = None) -> RenderableType:
    """The view *name* as something rich prints; UnknownName for a unit that is not there."""
    view = VIEWS[name]
    found = [(part, part.frame(course, unit)) for part in view.parts]
    if all(frame.empty for _, frame in found):
        return Text(view.nothing)
    shown: list[RenderableType] = []
    for part, frame in found:
        for one in frame["unit"].unique():
            mine = frame[frame["unit"] == one]
            title = Text(f"{part.title}: {plain(one)}", style="bold")
            shown += [title, tables.table(mine, part.cells), *_words(part, mine)]
    return Group(*shown, Text(view.note, style="dim"))


def _words(part: Part, frame: pd.DataFrame) -> Iterable[RenderableType]:
    lines: list[Text] = []
    if "flags" in frame.columns:
        lines += tables.flagged(frame, part.where)
        lines += [] if lines else [Text("Nothing to flag.", style="green")]
    if part.in_words:
        lines += tables.told(frame, part.where)
    return [*lines, Text()] if lines else []
