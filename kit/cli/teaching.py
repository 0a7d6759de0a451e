"""Commands for instructors."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import make_console, os_user, progress_bar, with_course
from kit.errors import Busy, KitError, NotBuilt

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.course import Course
    from kit.records import Catalogue
    from kit.stages.opened import Scope, Step

_SCOPE = (
    click.option("--learner", "learners", multiple=True, metavar="NAME", help="Only this learner (may be repeated)."),
    click.option("--unit", "units", multiple=True, metavar="UNIT", help="Only this unit (may be repeated)."),
)


def scoped(command: Any) -> Any:
    """Give *command* the options --learner and --unit, as tuples `learners` and `units`."""
    for option in reversed(_SCOPE):
        command = option(command)
    return command


def scope_of(course: Course, learners: tuple[str, ...], units: tuple[str, ...]) -> Scope:
    """What the options of `scoped` mean; UnknownName for a unit or learner that is not there."""
    from kit.stages.opened import Scope

    for unit in units:
        course.unit(unit)
    require_known(course, learners)
    return Scope(frozenset(learners) or None, frozenset(units) or None)


def require_known(course: Course, learners: tuple[str, ...]) -> None:
    """UnknownName for the first who is not enrolled, with who is."""
    from kit.stages.people import require_enrolled

    require_enrolled(course, learners)


@click.command("enrol")
@click.argument("names", nargs=-1)
@click.option(
    "--csv", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A CSV file with a column `learner` and, if you like, `name` and `section` (which also correct them).",
)  # fmt: skip
@with_course
def enrol_(course: Course, names: tuple[str, ...], file: Path | None) -> None:
    """Add learners. A learner's name is their account: letters, digits and . _ @ -"""
    from kit.decisions.words import counted
    from kit.stages.people import enrol
    from kit.stages.roster import read_roster

    people, sections = dict.fromkeys(names, ""), dict[str, str]()
    if file is not None:
        listed = read_roster(file, note=lambda words: click.echo(words, err=True))
        people |= listed.people
        sections = listed.sections
    if not people:
        raise click.UsageError("Name at least one learner, or a file with --csv.")
    done = enrol(course, people, by=os_user(), sections=sections)
    corrected = f" {counted(done.renamed, 'name')} changed." if done.renamed else ""
    corrected += f" {counted(done.moved, 'section')} changed." if done.moved else ""
    click.echo(f"{done.added} enrolled, {len(people) - done.added} were already.{corrected}")
    act(course)


@click.command("run")
@scoped
@click.option("--retry-faults", is_flag=True, help="Also what our grader has failed on three times.")
@with_course
def run_(course: Course, learners: tuple[str, ...], units: tuple[str, ...], retry_faults: bool) -> None:
    """Collect what was handed in, grade it, decide, and release what follows. Once."""
    from kit.cycle import run

    scope = scope_of(course, learners, units)
    # What is under way is put down properly, whoever ends us; the next run takes it up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped. `kit run` takes up from here."))
    counts: dict[str, int] = {}
    try:
        with progress_bar() as watch:
            opened = run(course, scope=scope, watch=counting(counts, watch), retry_faults=retry_faults)
    except KitError:
        if counts:  # what could be done, before the sentence about what could not
            click.echo(_summary(counts))
        raise
    click.echo(_summary(counts))
    _say_what_was_not_built(course, opened.catalogue)
    say_sandbox(course)


def counting(counts: dict[str, int], watch: Callable[[Step], None]) -> Callable[[Step], None]:
    """Count in *counts*, by stage, what the steps say was done, and hand them on to *watch*."""

    def count(step: Step) -> None:
        if step.of:
            counts[step.stage] = step.done
        elif step.stage in ("decide", "grant") and not step.what.endswith("written down"):
            counts[step.stage] = counts.get(step.stage, 0) + 1
        watch(step)

    return count


def sandbox_of(course: Course) -> tuple[str, bool]:
    """How learners' code is kept apart, in words; and whether it is, so that all is well."""
    from kit.grading.executors import open_executor

    try:
        isolation = open_executor(course).isolation
    except KitError as error:
        return str(error), False
    return isolation, not isolation.startswith("none")


def say_sandbox(course: Course) -> None:
    """A yellow line where learners' code is not kept apart, or cannot be, or would be root outside: every time."""
    from kit.grading.executors.sandbox import AS_ROOT

    words, well = sandbox_of(course)
    if AS_ROOT in words:
        click.secho(f"Sandbox: {words}. Run it as an account of its own, without root's rights.", fg="yellow", err=True)
    elif not well:
        about = "Grading runs without a sandbox. Sandbox: " if words.startswith("none") else ""
        click.secho(f"{about}{words}", fg="yellow", err=True)


def _say_what_was_not_built(course: Course, catalogue: Catalogue) -> None:
    from kit.build import is_current

    stale = [unit.id for unit in course.units if not is_current(course, unit, catalogue)]
    if stale:
        click.echo(f"Changed since the last build: {', '.join(stale)}. Run `kit build` to release that.", err=True)


def _summary(counts: dict[str, int]) -> str:
    from kit.decisions.words import counted

    words = {"collect": "arrival", "grade": "graded submission", "decide": "decision", "grant": "changed grant"}
    done = [counted(counts[stage], noun) for stage, noun in words.items() if counts.get(stage)]
    return ", ".join(done) + "." if done else "Nothing to do."


@click.command("watch")
@scoped
@click.option("--every", default=20.0, show_default=True, help="Seconds after which to look even without a sign.")
@click.option("--until-input-ends", is_flag=True, hidden=True, help="End when standard input does: with the service.")
@with_course
def watch_(
    course: Course, learners: tuple[str, ...], units: tuple[str, ...], every: float, until_input_ends: bool
) -> None:
    """Do what `kit run` does whenever something arrives, until stopped (Ctrl-C or SIGTERM)."""
    from kit.watching import stop_at_end_of_input, watch_course

    scope = scope_of(course, learners, units)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if until_input_ends:
        stop_at_end_of_input(stop)
    click.echo(f"Watching {course.title}. Ctrl-C ends it.")
    say_sandbox(course)
    with progress_bar(_in_words) as watch:
        watch_course(course, stop, scope=scope, watch=watch, report=_tell_trouble, every=every)
    click.echo("Stopped. Everything begun is finished or will be taken up again by the next `kit run`.")


def _tell_trouble(words: str) -> None:
    click.echo(f"{datetime.now():%H:%M:%S}  {words}\n          It is tried again.", err=True)


def _in_words(step: Step) -> str | None:
    """What is worth a line while watching: what came in, what was decided, what was opened."""
    if step.stage in ("decide", "grant") or (step.stage == "grade" and step.of):
        return f"{datetime.now():%H:%M:%S}  {step.stage:<7} {step.what}"
    return None


@click.command("status")
@click.option("--attention", is_flag=True, help="Only who needs you.")
@click.option("--unit", metavar="UNIT", help="Only this unit.")
@click.option("--section", metavar="SECTION", help="Only this section's learners.")
@with_course
def status_(course: Course, attention: bool, unit: str | None, section: str | None) -> None:
    """The cohort, unit by unit, and who needs you."""
    from kit.reports import load, status_table

    if unit is not None:
        course.unit(unit)
    words, _ = sandbox_of(course)
    view = load(course.root).only(section) if section else load(course.root)
    make_console().print(status_table(view, attention_only=attention, unit=unit, isolation=words))


@click.command("record")
@click.argument("learner")
@with_course
def record_(course: Course, learner: str) -> None:
    """Everything about LEARNER: attempts, scores per objective, correctives, decisions with their reasons, time."""
    from kit.reports import load, record_page

    require_known(course, (learner,))
    make_console().print(record_page(load(course.root), learner))


@click.command("override")
@click.argument("learner")
@click.argument("unit")
@click.option("--mastered", "action", flag_value="mastered", help="Count the unit as mastered.")
@click.option("--reset", "action", flag_value="reset", help="Begin the unit anew, with forms not seen yet.")
@click.option("--another-form", "action", flag_value="another-form", help="Open the next unseen form at once.")
@click.option("--why", required=True, help="The reason; it stays in the record.")
@with_course
def override_(course: Course, learner: str, unit: str, action: str | None, why: str) -> None:
    """Decide otherwise for LEARNER in UNIT. What was is kept; the reason is written beside it."""
    from kit.stages.people import override

    if action is None:
        raise click.UsageError("Say what is to happen: --mastered, --reset or --another-form.")
    override(course, learner, unit, action, why=why, by=os_user())
    click.echo(f"Written into {learner}'s record: {unit}, {action}.")
    act(course)


@click.command("restore")
@click.option("--gradebook", is_flag=True, help="nbgrader's gradebook instead, from the ledger and the built sources.")
@with_course
def restore_(course: Course, gradebook: bool) -> None:
    """Write the ledger (mastery.db) again from its journal, after the damaged one was moved aside."""
    from kit.decisions.words import counted
    from kit.stages.restoring import restore_gradebook, restore_ledger

    if gradebook:
        assignments, submissions = restore_gradebook(course)
        scores = counted(submissions, "graded submission")
        click.echo(f"{counted(assignments, 'assignment')} and {scores} written again.")
        return
    restored = restore_ledger(course)
    click.echo(f"{counted(restored.events, 'event')} restored from the journal.")
    if restored.grants or restored.submissions:
        found = f"{counted(restored.grants, 'grant')} and {counted(restored.submissions, 'submission')}"
        click.echo(f"The journal lacks the last ones: {found} taken up again from the exchange and the archive.")
    if restored.until is not None:
        click.echo(
            f"Enrolments and overrides later than {restored.until.astimezone():%Y-%m-%d %H:%M} may be missing: if you "
            "made any, make them again."
        )
    click.echo("`kit run` takes up from there.")


def act(course: Course) -> None:
    """Let what was written take effect now: by ourselves, or by the reconciler that is already at work."""
    from kit.cycle import run
    from kit.watching import nudge

    try:
        run(course)
    except Busy:
        nudge(course)
        click.echo("`kit watch` is running and takes it up now.")
    except NotBuilt as error:
        click.echo(f"{error} Then everything is ready for your learners.")
