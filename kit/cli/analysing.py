"""Commands for instructors, after learners have worked: is the assessment any good, can its decisions be trusted?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import make_console, with_course

if TYPE_CHECKING:
    from kit.course import Course

_OUTPUT = (
    click.option("--unit", metavar="UNIT", help="Only this unit."),
    click.option("--csv", "csv", type=click.Path(path_type=Path, dir_okay=False), help="The frame into a CSV file."),
    click.option("--html", "html", type=click.Path(path_type=Path, dir_okay=False), help="One page with a plot."),
)


def analysing(command: Any) -> Any:
    """Give *command* the options that all of them have."""
    for option in reversed(_OUTPUT):
        command = option(command)
    return command


@click.command("items")
@analysing
@with_course
def items_(course: Course, unit: str | None, csv: Path | None, html: Path | None) -> None:
    """How each item of each form behaves: how hard, does it agree with the others, what waits for a person.

    In a notebook: kit.analysis.items(course) and kit.analysis.plot_items(course).
    """
    _show(course, "items", unit, csv, html)


@click.command("forms")
@analysing
@with_course
def forms_(course: Course, unit: str | None, csv: Path | None, html: Path | None) -> None:
    """Are the forms parallel? How hard each is, objective by objective, its equated cut, and whether it drifts.

    In a notebook: kit.analysis.forms(course), form_comparison, form_drift and plot_forms.
    """
    _show(course, "forms", unit, csv, html)


@click.command("correctives")
@analysing
@with_course
def correctives_(course: Course, unit: str | None, csv: Path | None, html: Path | None) -> None:
    """What follows each corrective, against a mere retest and against the other approaches.

    In a notebook: kit.analysis.correctives(course) and kit.analysis.plot_correctives(course).
    """
    _show(course, "correctives", unit, csv, html)


@click.command("decisions")
@analysing
@with_course
def decisions_(course: Course, unit: str | None, csv: Path | None, html: Path | None) -> None:
    """How often the course's decisions are right, would be repeated, and how sure they were.

    In a notebook: kit.analysis.decisions(course), certainties, retests and plot_decisions.
    """
    _show(course, "decisions", unit, csv, html)


def _show(course: Course, name: str, unit: str | None, csv: Path | None, html: Path | None) -> None:
    from kit.analysis.views import VIEWS, view_table
    from kit.files import write_text
    from kit.reports import load

    if unit is not None:
        course.unit(unit)
    view = load(course.root)
    if csv is not None:
        write_text(csv, VIEWS[name].parts[0].frame(view, unit).to_csv(index=False))
        click.echo(f"The frame is in {csv}")
    if html is not None:
        from kit.analysis.page import analysis_html

        write_text(html, analysis_html(view, name, unit))
        click.echo(f"The page is in {html}")
    if csv is None and html is None:
        make_console().print(view_table(view, name, unit))
