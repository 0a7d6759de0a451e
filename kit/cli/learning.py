"""Commands for learners at a terminal. They read the exchange only: what is not theirs is not there."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import make_console, os_user, with_course_settings
from kit.errors import KitError, NotGranted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kit.course import Course
    from kit.exchange import Exchange, Receipt

_who = click.option(
    "--as", "learner", envvar="KIT_LEARNER", default=os_user, show_default="your account",
    help="Your account in the course. The folder's permissions are what protects it.",
)  # fmt: skip


def _exchange(course: Course) -> Exchange:
    from kit.exchange import open_exchange

    return open_exchange(course)


def _progress(course: Course, learner: str) -> Mapping[str, Any]:
    progress = _exchange(course).progress(learner)
    if progress is None:
        raise NotGranted(
            f"There is nothing for {learner} in {course.title} yet. Ask your instructor to run `kit enrol {learner}`, "
            "or name your account with --as."
        )
    return progress


@click.command("next")
@_who
@with_course_settings
def next_(course: Course, learner: str) -> None:
    """What is next for you, and where you stand."""
    from rich.markup import escape

    progress = _progress(course, learner)
    todo = _todo(progress)
    waiting = _not_looked_at(_exchange(course), learner, todo)
    console = make_console()
    console.print(f"[bold]{escape(_headline(progress, waiting))}[/]\n", highlight=False)
    for unit in progress["units"]:
        state = "waiting" if unit["todo"] and set(unit["todo"]) <= set(waiting) else unit["state"]
        console.print(f"{_SIGNS[state]}  {escape(unit['title'])}", highlight=False)
        if unit["by_override"]:
            console.print(f"        {escape(unit['sentence'])}", highlight=False)
            continue
        for objective in unit["objectives"]:
            if unit["state"] not in ("locked", "open"):
                sign = {"shown": "● shown  ", "not-yet": "◐ not yet", "open": "○ open   "}[objective["state"]]
                console.print(f"        {sign}  {escape(objective['title'])}", highlight=False)
        if unit["enrichment"] and unit["state"] == "mastered":
            console.print(f"        If you like: kit fetch {unit['enrichment']}", highlight=False)
    for notice in progress["notices"]:
        console.print(f"\nNote: {escape(notice)}", highlight=False)
    for name, at in waiting.items():
        console.print(f"\n{_handed_in(name, at)}", highlight=False)
    to_fetch = [name for name in todo if name not in waiting]
    if to_fetch:
        console.print(
            f"\nkit fetch {to_fetch[0]}      then, when you are ready:      kit submit {to_fetch[0]}", highlight=False
        )


def _todo(progress: Mapping[str, Any]) -> list[str]:
    return [name for unit in progress["units"] for name in unit["todo"]]


def _not_looked_at(exchange: Exchange, learner: str, todo: Collection[str]) -> dict[str, datetime]:
    """When each of *todo* was last handed in, as far as the last submission has had no answer of any kind yet."""
    waiting = {}
    for offer in exchange.offers(learner):
        if offer.assignment in todo and offer.submissions:
            last = offer.submissions[-1]
            if last.submission not in {page.submission for page in exchange.feedback(learner, offer.assignment)}:
                waiting[offer.assignment] = last.at
    return waiting


def _headline(progress: Mapping[str, Any], waiting: Mapping[str, datetime]) -> str:
    """The next step as it was published, unless the learner has taken it since."""
    said: str = progress["next"]
    for unit in progress["units"]:
        if unit["sentence"] == said and unit["todo"] and unit["todo"][0] in waiting:
            left = [name for name in _todo(progress) if name not in waiting]
            return (
                f"Meanwhile you can go on with {left[0]}."
                if left
                else "Your work waits to be looked at. There is nothing else to do until then."
            )
    return said


def _handed_in(name: str, at: datetime) -> str:
    here = at.astimezone()
    day = "" if here.date() == datetime.now().astimezone().date() else f"{here:%Y-%m-%d} "
    return f"{name}: handed in at {day}{here:%H:%M}, not looked at yet."


_SIGNS = {
    "locked": "·  locked  ",
    "open": "○  open    ",
    "working": "◔  working ",
    "waiting": "…  waiting ",
    "corrective": "◐  another way",
    "retry": "◑  new form",
    "mastered": "●  mastered",
    "attention": "!  with your instructor",
}


@click.command("fetch")
@click.argument("assignments", nargs=-1)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=".", help="Default: here.")
@_who
@with_course_settings
def fetch_(course: Course, assignments: tuple[str, ...], into: Path, learner: str) -> None:
    """Get ASSIGNMENTS, or everything that is next for you, into a folder of their own here."""
    names = assignments
    if not names:
        progress = _progress(course, learner)
        todo = _todo(progress)
        names = tuple(name for name in todo if not (into / name).exists())
        if not names:
            click.echo("Everything that is next for you is here already." if todo else progress["next"])
            return
    exchange = _exchange(course)
    for name in names:
        folder = exchange.fetch(learner, name, into)
        notebook = next(iter(sorted(folder.glob("*.ipynb"))), folder)
        click.echo(f"{name} is in {folder}. Open {notebook.name} in JupyterLab (or run `kit lab`).")


@click.command("submit")
@click.argument("folder", required=False)
@click.option("--wait", default=0.0, metavar="SECONDS", help="Wait so long for the result.")
@_who
@with_course_settings
def submit_(course: Course, folder: str | None, wait: float, learner: str) -> None:
    """Hand in FOLDER, named like its assignment. Without one: the folder you are in, or the only one that is open."""
    exchange = _exchange(course)
    path = Path(folder) if folder else _the_one(exchange, learner)
    if not path.is_dir():
        raise KitError(f"There is no folder {path}. Go to where you fetched it, or name the folder.")
    receipt = exchange.submit(learner, path.resolve().name, path)
    click.echo(f"{receipt.assignment} is handed in ({receipt.at.astimezone():%H:%M:%S}). Receipt {receipt.submission}.")
    if wait and not _wait_for(exchange, receipt, wait):
        click.echo("It has not been looked at yet. `kit next` will tell you.")
    elif wait:
        click.echo(_progress(course, learner)["next"])


def _the_one(exchange: Exchange, learner: str) -> Path:
    here = Path.cwd()
    offers = exchange.offers(learner)
    if here.name in {offer.assignment for offer in offers}:
        return here
    # What was handed in and is still to be done was turned down, or waits: only the former is offered again.
    todo = _todo(exchange.progress(learner) or {"units": []})
    again = set(todo) - set(_not_looked_at(exchange, learner, todo))
    open_here = [offer.assignment for offer in offers if not offer.submissions or offer.assignment in again]
    found = [here / name for name in open_here if (here / name).is_dir()]
    if len(found) == 1:
        return found[0]
    which = ", ".join(path.name for path in found) or "none of your open assignments"
    raise KitError(f"Say which one to hand in: `kit submit NAME`. Here in {here} I see {which}.")


def _wait_for(exchange: Exchange, receipt: Receipt, seconds: float) -> bool:
    before = exchange.progress(receipt.learner)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if exchange.progress(receipt.learner) != before:
            return True
        time.sleep(0.1)
    return False


@click.command("feedback")
@click.argument("assignment", required=False)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=".", help="Default: here.")
@_who
@with_course_settings
def feedback_(course: Course, assignment: str | None, into: Path, learner: str) -> None:
    """Write the feedback on ASSIGNMENT (default: on everything) beside your notebooks, as pages for a browser."""
    from kit.files import write_bytes

    exchange = _exchange(course)
    names = [assignment] if assignment else [offer.assignment for offer in exchange.offers(learner)]
    found = [feedback for name in names for feedback in exchange.feedback(learner, name)]
    for feedback in found:
        path = into / feedback.assignment / "feedback" / f"{feedback.submission}.html"
        write_bytes(path, feedback.html)
        click.echo(str(path))
    if not found:
        click.echo("There is no feedback yet. It comes when your work has been checked.")


@click.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), default=".", help="Your folder. Default: here."
)
@_who
@with_course_settings
def lab_(course: Course, options: tuple[str, ...], home: Path, learner: str) -> None:
    """Open JupyterLab in your folder, with the assignment list showing what is open for you.

    OPTIONS after -- go to JupyterLab.
    """
    from kit.exchange.lab import start

    start(course, learner, home, list(options))
