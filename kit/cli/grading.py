"""Commands about grading alone: look before anything is opened, grade again after a corrected test."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import click

from kit.cli.common import make_console, os_user, progress_bar, with_course
from kit.cli.teaching import act, say_sandbox, scope_of, scoped

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from kit.course import Course
    from kit.stages.opened import Step
    from kit.stages.regrade import Affected, Regraded


@click.command("grade")
@scoped
@click.option("--retry-faults", is_flag=True, help="Also what our grader has failed on three times.")
@with_course
def grade_(course: Course, learners: tuple[str, ...], units: tuple[str, ...], retry_faults: bool) -> None:
    """Collect and grade what waits, and decide. Nothing is opened or withdrawn: look first, then `kit run`.

    Feedback goes out as ever.
    """
    from kit.cycle import run

    tally = _Tally()
    try:
        with progress_bar() as watch:
            scope = scope_of(course, learners, units)
            run(course, scope=scope, watch=tally.watching(watch), retry_faults=retry_faults, grant=False)
    finally:
        if tally.outcomes:
            make_console().print(tally.table())
    if not tally.outcomes:
        click.echo("Nothing waits to be graded.")
    elif tally.outcomes["fault"]:
        click.echo("Where our grader failed nothing is lost: it is tried again, and `kit status` says what failed.")
    if tally.decisions:
        click.echo("Look with `kit status` or `kit record NAME`. `kit run` opens what follows from it.")
    say_sandbox(course)


class _Tally:
    """Counts what became of submissions, and how long it took."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.decisions = 0
        self._began = self._ended = time.monotonic()

    def watching(self, watch: Callable[[Step], None]) -> Callable[[Step], None]:
        """A watch that counts, and hands on to *watch*."""

        def count(step: Step) -> None:
            if step.stage == "grade" and step.outcome:
                self.outcomes[step.outcome] += 1
                self._ended = time.monotonic()
            elif step.stage == "collect":
                self._began = time.monotonic()
            self.decisions += step.stage == "decide"
            watch(step)

        return count

    def table(self) -> RenderableType:
        """One line of figures."""
        seconds = self._ended - self._began
        rate = 60 * self.outcomes.total() / seconds if seconds else 0.0
        figures = [
            *(str(self.outcomes[what]) for what in ("graded", "rejected", "fault")),
            f"{seconds:.1f}",
            f"{rate:.0f}",
        ]
        return _table(["graded", "rejected", "faults", "seconds", "submissions/minute"], [figures], right=True)


@click.command("regrade")
@click.argument("unit")
@click.option("--form", metavar="F", help="Only this form, and further attempts of who had it.")
@click.option("--learner", "learners", multiple=True, metavar="NAME", help="Only this learner (may be repeated).")
@click.option("--dry-run", is_flag=True, help="Say who would be affected, and write nothing.")
@click.option("--why", default="", help="The reason; it stays in the record of everybody affected.")
@with_course
def regrade_(
    course: Course, unit: str, form: str | None, learners: tuple[str, ...], dry_run: bool, why: str
) -> None:  # fmt: skip
    """Grade what was handed in for UNIT again, after a corrected test, and say who is affected.

    First `kit build --correct UNIT` puts the corrected tests in place. The old evidence stays in the ledger; points a
    person gave stay; and what a learner has mastered stays mastered.
    """
    from kit.stages.regrade import regrade

    if not why.strip() and not dry_run:
        raise click.UsageError('Say why: --why "…". It stays in the record of everybody affected. (Or try --dry-run.)')
    with progress_bar() as watch:
        done = regrade(
            course, unit, why=why, by=os_user(), form=form, scope=scope_of(course, learners, ()), dry_run=dry_run,
            watch=watch,
        )  # fmt: skip
    _tell(done, unit, dry_run)
    _say_what_is_not_built(course, unit)
    say_sandbox(course)
    if not dry_run:
        act(course)


def _tell(done: Regraded, unit: str, dry_run: bool) -> None:
    from kit.decisions.words import counted

    if done.affected:
        rows = [row for affected in done.affected for row in _rows(affected)]
        make_console().print(_table(["learner", "assignment", "item", "points", "decision"], rows))
    if any(affected.stays for affected in done.affected):
        click.echo("stays mastered: the points no longer reach the criterion, but what was mastered once stays so.")
    for learner, assignment, reason in done.failed:
        click.echo(f"{learner} {assignment} could not be graded again and stays as it was: {reason}", err=True)
    learners = counted(len({affected.learner for affected in done.affected}), "learner")
    click.echo(f"{counted(done.looked_at, 'submission')} of {unit} graded again; {learners} affected.")
    if done.reworded:
        click.echo(f"{counted(done.reworded, 'submission')} with the same points and other words in the feedback.")
    if dry_run:
        click.echo('Nothing was written. `kit regrade` with --why "…" instead of --dry-run does it.')


def _say_what_is_not_built(course: Course, unit: str) -> None:
    from kit.build import is_current, load_catalogue

    if not is_current(course, course.unit(unit), load_catalogue(course)):
        click.echo(
            f"The sources of {unit} are not what was built. If you have corrected tests there, "
            f"`kit build --correct {unit}` puts them in place; then grade again.",
            err=True,
        )


def _rows(affected: Affected) -> list[list[str]]:
    """A line for each item, the first with who it is and what is decided."""
    decision = _decision(affected)
    items = [[item.item, f"{_points(item.old)} → {_points(item.new)}"] for item in affected.items] or [["", ""]]
    head = [[affected.learner, affected.assignment], *([["", ""]] * (len(items) - 1))]
    return [[*who, *item, decision if n == 0 else ""] for n, (who, item) in enumerate(zip(head, items, strict=True))]


def _decision(affected: Affected) -> str:
    if not (affected.before or affected.after):
        return ""
    told = {"": "not decided", "more": "not enough evidence"}
    before, after = (told.get(outcome, outcome) for outcome in (affected.before, affected.after))
    words = before if before == after else f"{before} → {after}"
    return words + (f" (stays mastered: {', '.join(affected.stays)})" if affected.stays else "")


def _points(score: float | None) -> str:
    return "–" if score is None else f"{score:g}"


def _table(heads: list[str], rows: list[list[str]], *, right: bool = False) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
