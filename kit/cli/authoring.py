"""Commands for authors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.cli.assessing import show_assessment
from kit.cli.common import errors_in_words, find_course_folder, make_console, show_faults, with_course
from kit.errors import KitError

if TYPE_CHECKING:
    from kit.course import Course


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default=None, help="The course's title. Default: made from the folder's name.")
def new_(folder: Path, title: str | None) -> None:
    """Make another course in FOLDER that runs at once."""
    from kit.author import new_course

    with errors_in_words():
        new_course(folder, title or folder.resolve().name.replace("-", " ").replace("_", " ").capitalize())
    click.echo(
        f"A course is in {folder}. It runs as it stands:\n"
        f"    cd {folder}\n    kit check\n    kit build\n    kit enrol ada ben\n    kit watch"
    )


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def import_(source: Path, folder: Path | None) -> None:
    """Make units of the nbgrader course in SOURCE, which stays as it is.

    They come into the new course FOLDER; without it, into SOURCE-mastery beside where you are.
    """
    from kit.author import import_course

    with errors_in_words():
        report = import_course(source, folder or Path(f"{source.resolve().name}-mastery"))
    click.echo(str(report))


@click.command("tidy")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.pass_context
def tidy_(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Clear outputs and give every cell a stable name, in PATHS or in all sources of the course."""
    from kit.author import tidy

    with errors_in_words():
        changes = tidy(find_course_folder(ctx.find_root().obj), list(paths))
    for change in changes:
        click.echo(str(change))
    tidied = sum(change.done for change in changes)
    if not changes:
        click.echo("Everything is tidy.")
    elif tidied < len(changes):
        click.echo(f"{tidied} tidied, {len(changes) - tidied} left as they are.")
    else:
        click.echo(f"{tidied} tidied.")


@click.command("check")
@click.option("--unit", "units", multiple=True, metavar="UNIT", help="Only this unit (may be repeated).")
@click.option("--fast", is_flag=True, help="Only what shows without running a notebook: no solutions, no mutants.")
@click.option("--assessment", is_flag=True, help="Show instead how far each objective's items can be trusted.")
@click.pass_context
def check_(ctx: click.Context, units: tuple[str, ...], fast: bool, assessment: bool) -> None:
    """Report every fault at once, with its place and the next step; exit 1 if there is an error.

    Notebooks are built aside and graded as learners' would be: with the solution, untouched, with typical wrong
    answers, and with small mistakes made in the solution (mutants), which the items must find. What has not changed
    since the last check is not run again.
    """
    from rich.console import Console
    from rich.progress import Progress

    from kit.checks import check_course

    with errors_in_words():
        root = find_course_folder(ctx.find_root().obj)
        if assessment:
            show_assessment(root, frozenset(units) or None)
            return
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("checking", total=None)

            def watch(what: str, done: int, of: int) -> None:
                progress.update(task, description=what, completed=done, total=of)

            faults = check_course(root, units=frozenset(units) or None, fast=fast, watch=watch)
    show_faults(faults)
    if any(fault.severity == "error" for fault in faults):
        raise SystemExit(1)


@click.command("build")
@click.option(
    "--correct", "unit", metavar="UNIT",
    help="Only put corrected tests of UNIT in place, in the revisions that learners are at work on.",
)  # fmt: skip
@with_course
def build_(course: Course, unit: str | None) -> None:
    """Make release/ from units/ and corrective/. Run `kit check` first: building does not judge."""
    from kit.watching import nudge

    if unit is not None:
        _correct(course, unit)
    else:
        _build(course)
    nudge(course)


def _build(course: Course) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from kit.build import build
    from kit.gradebook import Gradebook
    from kit.lock import at_work
    from kit.stages.opened import in_use, open_ledger

    with (
        at_work(course),  # nothing may be granted between reading what is in use and the end of the build
        open_ledger(course) as ledger,
        Gradebook(course) as gradebook,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("building", total=None)
        report = build(
            course, gradebook, in_use(ledger.events()),
            progress=lambda what, done, of: progress.update(task, description=what, completed=done, total=of),
        )  # fmt: skip
    console = make_console()
    for unit, number in report.built.items():
        words = "built" if number == 1 else f"built as revision {number}; learners under way keep theirs"
        console.print(f"{unit}: {words}", highlight=False)
    for unit in report.unchanged:
        console.print(f"{unit}: unchanged", highlight=False)
    for assignment in report.restored:
        console.print(f"{assignment}: its folder was gone and is there again", highlight=False)


def _correct(course: Course, unit: str) -> None:
    from kit.build import correct
    from kit.gradebook import Gradebook
    from kit.lock import at_work
    from kit.stages.opened import in_use, open_ledger

    course.unit(unit)
    with at_work(course), open_ledger(course) as ledger, Gradebook(course) as gradebook:
        report = correct(course, gradebook, unit, in_use(ledger.events()))
    for number, assignments in report.corrected.items():
        click.echo(f"{unit}, revision {number}: corrected in place")
        for assignment, cells in assignments.items():
            click.echo(f"    {assignment}: {', '.join(cells)}")
    for number in report.unchanged:
        click.echo(f"{unit}, revision {number}: its tests are those of the sources already")
    for number, reasons in report.refused.items():
        click.echo(f"{unit}, revision {number}: left as it is, because more than tests is different:", err=True)
        for reason in reasons:
            click.echo(f"    {reason}", err=True)
    if report.corrected:
        click.echo(
            f"Who is affected: `kit regrade {unit} --dry-run`. What was handed in is graded again by "
            f'`kit regrade {unit} --why "…"`; what is handed in from now on meets the corrected tests.'
        )
    elif report.refused:
        raise KitError(
            "Nothing was corrected. For a correction change tests alone; `kit build` makes a new revision of "
            "everything else, and learners under way keep theirs."
        )
