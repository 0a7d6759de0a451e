"""Commands that look ahead, or back at answers recorded elsewhere: simulate, plan, replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.cli.common import errors_in_words, with_course
from kit.course import Settings
from kit.errors import KitError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from kit.course import Course
    from kit.forecast import Arm

Share = click.FloatRange(0, 1, min_open=True)
_TO_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("simulate")
@click.option("--learners", default=10_000, show_default=True, type=click.IntRange(1), help="Size of the cohort.")
@click.option("--units", default=8, show_default=True, type=click.IntRange(1), help="Units in a row.")
@click.option("--items", default=10, show_default=True, type=click.IntRange(1), help="Items per form.")
@click.option("--criterion", default=0.8, show_default=True, type=Share, help="The bar, as a share of the items.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="The same seed, the same figures.")
@click.option("--arms", metavar="NAME,…", help="Only these arms. Default: all.")
@click.option("--csv", type=_TO_FILE, metavar="FILE", help="The figures, with all their digits, into a CSV file.")
@click.option("--plot", type=_TO_FILE, metavar="FILE", help="Draw them into FILE (.png, .svg or .pdf).")
def simulate_(
    learners: int,
    units: int,
    items: int,
    criterion: float,
    seed: int,
    arms: str | None,
    csv: Path | None,
    plot: Path | None,
) -> None:
    """Teach one simulated cohort in several ways and compare what comes of it. Needs no course.

    Answers are drawn at the level of items; `kit demo` plays real notebooks.
    """
    from kit.cli.planning import say_arms
    from kit.forecast import make_arms
    from kit.forecast.measures import compare

    with errors_in_words(), _bar() as watch:
        chosen = _chosen(list(make_arms(items, criterion).values()), arms)
        table = compare(learners, units, arms=chosen, seed=seed, watch=watch)
    say_arms(table, {arm.name: arm.words for arm in chosen}, learners, units)
    with errors_in_words():
        _keep(table.reset_index(), csv)
        if plot is not None:
            from kit.forecast.plots import plot_arms, write_figure

            write_figure(plot_arms(table), plot)
            click.echo(f"The plot is in {plot}")


def _chosen(arms: Sequence[Arm], names: str | None) -> Sequence[Arm]:
    known = {arm.name: arm for arm in arms}
    wanted = [name.strip() for name in names.split(",") if name.strip()] if names is not None else list(known)
    for name in wanted:
        if name not in known:
            raise KitError(f"There is no arm {name!r}. The arms are: {', '.join(known)}.")
    if not wanted:
        raise KitError(
            f"Name at least one arm, for example --arms conventional,different. There are: {', '.join(known)}."
        )
    return [known[name] for name in dict.fromkeys(wanted)]


@click.command("plan")
@click.option("--learners", default=30, show_default=True, type=click.IntRange(1), help="Size of a cohort.")
@click.option(
    "--first",
    type=click.FloatRange(0.01, 0.99),
    metavar="SHARE",
    help="Share of tasks learners can do after the first instruction of a unit. Default: what the course's "
    "own records show from 20 learners on, else 0.65.",
)
@click.option(
    "--gain",
    default=0.45,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of what is missing that a corrective closes.",
)
@click.option(
    "--criterion",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0.01, 0.99),
    help="The higher bar whose cost is shown.",
)
@click.option("--rule", metavar="NAME", help="As if all units were decided by this rule. Default: each by its own.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="The same seed, the same figures.")
@click.option("--csv", type=_TO_FILE, metavar="FILE", help="Every simulated learner and unit into a CSV file.")
@click.option("--plot", type=_TO_FILE, metavar="FILE", help="Draw it into FILE (.png, .svg or .pdf).")
@with_course
def plan_(
    course: Course,
    learners: int,
    first: float | None,
    gain: float,
    criterion: float,
    rule: str | None,
    seed: int,
    csv: Path | None,
    plot: Path | None,
) -> None:
    """What this course would ask of a cohort: forms, correctives, hours, and you.

    Reads the sources as they stand; nothing needs to be built, and nothing is written.
    """
    from kit.cli.planning import say_plan
    from kit.forecast.learning import Learning
    from kit.forecast.plan import Assumptions, make_plan

    course = course if rule is None else _decided_by(course, rule)
    start, where_from = _first(course, first)
    supposed = Assumptions(learners, start, criterion, seed, Learning(gain=gain))
    with _bar() as watch:
        plan = make_plan(course, supposed, watch=watch)
    say_plan(plan, where_from)
    _keep(plan.passages, csv)
    if plot is not None:
        from kit.forecast.plots import plot_plan, write_figure

        write_figure(plot_plan(plan), plot)
        click.echo(f"The plot is in {plot}")


def _decided_by(course: Course, rule: str) -> Course:
    """*course* with *rule* in every unit; UnknownName lists the rules there are."""
    from kit.decisions import RULES

    if rule not in RULES:
        raise UnknownName(f"There is no rule {rule!r}. The rules are: {', '.join(RULES)}.")
    return replace(course, units=tuple(replace(unit, rule=rule) for unit in course.units))


def _first(course: Course, named: float | None) -> tuple[float, str]:
    """The mean level after instruction, and where that is from."""
    from kit.forecast.calibrating import ENOUGH, seen_in
    from kit.forecast.plan import FIRST

    if named is not None:
        return named, "as you said"
    seen = seen_in(course)
    if seen is None:
        return FIRST, f"an assumption: fewer than {ENOUGH} learners have taken a first form here"
    return seen.first, f"seen in the first forms of {seen.learners} learners of this course"


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--criterion", default=0.8, show_default=True, type=Share, help="For every objective.")
@click.option(
    "--every",
    default=5,
    show_default=True,
    type=click.IntRange(1),
    metavar="N",
    help="Without a column of forms: an attempt is so many answers.",
)
@click.option(
    "--confidence",
    default=Settings().confidence,
    show_default=True,
    type=click.FloatRange(0.5, 1, min_open=True, max_open=True),
    help="For posterior and pooled.",
)
@click.option("--streak", default=Settings().streak, show_default=True, type=click.IntRange(1), help="For streak.")
@click.option("--learner-column", default="learner", show_default=True, metavar="NAME", help="Who answered.")
@click.option("--objective-column", default="objective", show_default=True, metavar="NAME", help="On what.")
@click.option(
    "--correct-column",
    default="correct",
    show_default=True,
    metavar="NAME",
    help="0 or 1, true or false, a share, or empty: not assessed.",
)
@click.option("--form-column", default="form", show_default=True, metavar="NAME", help="Which form. Optional.")
@click.option("--item-column", default="item", show_default=True, metavar="NAME", help="Which item. Optional.")
@click.option(
    "--order-column",
    default="order",
    show_default=True,
    metavar="NAME",
    help="A number or a time. Optional: else the order of the file.",
)
@click.option(
    "--corrective-column",
    default="corrective",
    show_default=True,
    metavar="NAME",
    help="True at the first answers after a corrective. Optional.",
)
@click.option(
    "--csv", type=_TO_FILE, metavar="FILE", help="Each rule's decision on each learner and objective into a CSV file."
)
def replay_(
    file: Path, criterion: float, every: int, confidence: float, streak: int, csv: Path | None, **columns: str
) -> None:
    """Run every rule over the answers recorded in FILE (CSV) and compare what they say. Needs no course.

    The file has a line for each answer, with the columns learner, objective and correct, and, if there are, form, item,
    order and corrective.
    """
    from kit.cli.planning import say_replay
    from kit.forecast.recorded import Columns, read_recording
    from kit.forecast.replay import replay

    with errors_in_words(), _bar() as watch:
        names = Columns(**{name.removesuffix("_column"): column for name, column in columns.items()})
        settings = Settings(confidence=confidence, streak=streak)
        result = replay(read_recording(file, names), criterion, settings, every=every, watch=watch)
    say_replay(result, criterion)
    with errors_in_words():
        _keep(result.decisions, csv)


def _keep(frame: pd.DataFrame, path: Path | None) -> None:
    """Write *frame* to *path*, if there is one, and say so."""
    from kit.files import write_text

    if path is not None:
        write_text(path, frame.to_csv(index=False))
        click.echo(f"The frame is in {path}")


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on the error channel, gone at the end; none where there is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda what, done, of: progress.update(task, description=what, completed=done, total=of)
