"""`kit demo`: watch a cohort go through the course, on real notebooks, really executed."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import make_console, with_course
from kit.errors import StorageError

if TYPE_CHECKING:
    from kit.course import Course

_MARK = ".kit-demo"


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
@click.option("--learners", default=12, show_default=True, type=click.IntRange(1, 500), help="How many learners.")
@click.option("--seed", default=7, show_default=True, help="Another seed is another cohort.")
@with_course
def demo_(course: Course, folder: Path, learners: int, seed: int) -> None:
    """Play a cohort on a copy of this course in FOLDER: they fetch, answer, submit, learn from correctives, come again.

    Their answers are the author's right ones and typical missteps; every score comes from executing a notebook.
    """
    from kit.build import build
    from kit.course import load_course
    from kit.gradebook import Gradebook
    from kit.simulate import make_cohort, play

    started = time.monotonic()
    _copy(course, folder)
    copy = load_course(folder)
    console = make_console()
    with _bars() as (watch, tell):
        tell("Building the releases")
        with Gradebook(copy) as gradebook:
            report = build(copy, gradebook, set(), progress=lambda what, done, of: watch_build(watch, what, done, of))
        tell(f"{learners} learners begin")
        played = play(copy, make_cohort(learners, seed), folder / "desks", watch=watch)
    seconds = time.monotonic() - started
    _show(console, copy, played, len(report.built), seconds)


def watch_build(watch: Any, what: str, done: int, of: int) -> None:
    """Report a build as steps, like everything else."""
    from kit.stages.opened import Step

    watch(Step("build", what, done, of))


def _copy(course: Course, folder: Path) -> None:
    """A fresh copy of the course's sources; only a former demo is ever replaced."""
    if folder.exists():
        if not (folder / _MARK).is_file():
            raise StorageError(f"{folder} exists and is not a former demo. Name another folder: `kit demo DIR`.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    copy_sources(course, folder)


def copy_sources(course: Course, folder: Path) -> None:
    """Copy into *folder* what *course* is made of, and nothing of what learners did."""
    for name in ("course.toml", "nbgrader_config.py"):
        if (course.root / name).is_file():
            shutil.copy2(course.root / name, folder / name)
    for source in (course.units_dir, course.corrective_dir):
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


class _bars:
    """One line that says what is going on, and a bar for what is being graded."""

    def __enter__(self) -> tuple[Any, Any]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(), TextColumn("{task.description:<44}"), BarColumn(bar_width=30), MofNCompleteColumn(),
            TimeElapsedColumn(),
        )  # fmt: skip
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._progress.start()
        self._task = self._progress.add_task("", total=None)
        self._round = 0
        return self._watch, self._tell

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _tell(self, words: str) -> None:
        self._progress.update(self._task, description=words, completed=0, total=None)

    def _watch(self, step: Any) -> None:
        if step.stage == "round":
            self._round += 1
        elif step.stage == "build" and step.of:
            self._progress.update(self._task, description="Building the releases", completed=step.done, total=step.of)
        elif step.stage == "grade" and step.of:
            words = f"Round {self._round}: grading {step.what.split()[0]}"
            self._progress.update(self._task, description=words, completed=step.done, total=step.of)


def _show(console: Any, course: Course, played: Any, built: int, seconds: float) -> None:
    from kit.files import write_text
    from kit.overview import report, report_html
    from kit.reports import load, record_page, status_table
    from kit.reports.demo import first_and_final

    view = load(course.root)
    page = course.gradebook_dir / "report.html"
    write_text(page, report_html(report(view)))
    console.rule("The cohort, unit by unit")
    console.print(status_table(view))
    story = _one_story(played)
    console.rule(f"One learner's story: {story}")
    console.print(record_page(view, story))
    console.rule("First attempt and final level, all learners")
    console.print(first_and_final(view))
    console.print(
        f"\n{built} units built, {played.submissions} notebooks executed and graded in {played.rounds - 1} rounds, "
        f"{seconds:.0f} seconds.\n",
        highlight=False,
    )
    feedback = next(iter(sorted((course.gradebook_dir / "feedback" / story).glob("*/*.html"))), None)
    for what, path in (
        ("The report, in a browser:", page),
        (f"Feedback that {story} read:", feedback),
        ("What they handed in:", course.root / "desks" / story),
        ("nbgrader's own view of it:", f"cd {course.root} && {_jupyter()} lab   (menu Nbgrader → Formgrader)"),
        ("In a notebook:", f'import kit; kit.load("{course.root.name}").frames.attempts'),
    ):
        if path is not None:
            console.print(f"{what:<28} {path}", highlight=False, soft_wrap=True)


def _jupyter() -> str:
    """How to call jupyter here: newcomers have no environment activated."""
    beside = Path(sys.executable).parent / "jupyter"
    return "jupyter" if shutil.which("jupyter") else str(beside)


def _one_story(played: Any) -> str:
    """Whoever took the longest road among those who arrived; else anybody."""

    def road(name: str) -> tuple[bool, int]:
        units = played.records[name].units.values()
        return all(unit.mastered_at for unit in units), sum(len(unit.correctives) for unit in units)

    return max(sorted(played.records), key=road)
