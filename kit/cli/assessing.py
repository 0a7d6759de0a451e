"""`kit check --assessment`: how far each objective's items can be trusted, as a table in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kit.cli.common import make_console

if TYPE_CHECKING:
    from rich.table import Table

    from kit.checks.lengths import ObjectiveForm
    from kit.course import Assessment


def show_assessment(root: Path, units: frozenset[str] | None) -> None:
    """Print what each objective of the course in *root* can tell; CourseError where course.toml cannot be used."""
    from kit.checks import assess_course

    bound, forms = assess_course(root, units)
    console = make_console()
    if not forms:
        console.print("There is no objective with items yet. `kit check` says what is missing.", highlight=False)
        return
    console.print(_table(forms, bound))
    console.print(_words(forms, bound), highlight=False, markup=False)


def _table(forms: Sequence[ObjectiveForm], bound: Assessment) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("unit")
    table.add_column("objective")
    for title in ("items", "to pass", "false master", "false non-master", "by guessing", "enough would be"):
        table.add_column(title, justify="right")
    last = ""
    for form in forms:
        table.add_row("" if form.unit == last else form.unit, form.objective, *_figures(form, bound))
        last = form.unit
    return table


def _figures(form: ObjectiveForm, bound: Assessment) -> Sequence[str]:
    needed = f"{form.cut} right" if form.equal else f"{form.needed:g} of {sum(form.points):g} points"
    within = max(form.false_master, form.false_non_master) <= bound.risk
    enough = "as it is" if within else "–" if form.enough is None else f"{form.enough.items}, {form.enough.cut} right"
    return (
        str(form.items),
        f"{needed} ({form.criterion:.0%})",
        f"{_marked(form.false_master, bound.risk)} at {form.low:.0%}",
        f"{_marked(form.false_non_master, bound.risk)} at {form.high:.0%}",
        "–" if form.by_guessing is None else _marked(form.by_guessing, bound.risk),
        enough,
    )


def _marked(risk: float, bound: float) -> str:
    """A percentage, with a sign beside the colour where it is above *bound*."""
    told = f"{risk:.0%}" if risk >= 0.005 or risk == 0 else "<1%"
    return f"[yellow]▲ {told}[/]" if risk > bound else told


def _words(forms: Sequence[ObjectiveForm], bound: Assessment) -> str:
    lines = [
        "false master: the chance that one form passes somebody who can do only so much of such tasks;",
        "false non-master: that it fails somebody who can do so much.",
        f"▲ marks what is above the {bound.risk:.0%} that course.toml allows ([assessment] risk and margin).",
    ]
    if all(form.by_guessing is None for form in forms):
        lines.append(
            "by guessing: no item offers a choice, and a program is not guessed (tag items that do: choices:4)."
        )
    else:
        lines.append("by guessing: items tagged choices:… are guessed, what has to be written is not.")
    if not all(form.equal for form in forms):
        lines.append("Where points differ, every item is taken to give all of its points or none.")
    return "\n".join(lines)
