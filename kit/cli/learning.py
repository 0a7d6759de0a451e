"""Commands for learners at a terminal. They read the exchange only: what is not theirs is not there."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import make_console, with_course_settings
from kit.cli.places import Place, the_one, who, with_places
from kit.errors import KitError, NotGranted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kit.course import Course


def _progress(place: Place) -> Mapping[str, Any]:
    progress = place.counter.progress(place.learner)
    if progress is not None:
        return progress
    what = f"There is nothing for {place.learner} in {place.title} yet."
    if place.on_hub:
        raise NotGranted(f"{what} It comes within a minute; if it does not, tell your instructor.")
    raise NotGranted(f"{what} Ask your instructor to run `kit enrol {place.learner}`, or name your account with --as.")


@click.command("next")
@with_places
def next_(places: Sequence[Place]) -> None:
    """What is next for you, and where you stand."""
    console = make_console()
    for place in places:
        if len(places) > 1:
            console.rule(place.title, align="left")
        _say_next(place)


def _say_next(place: Place) -> None:
    from rich.markup import escape

    progress = _progress(place)
    todo = _todo(progress)
    waiting = _not_looked_at(place, todo)
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


def _not_looked_at(place: Place, todo: Collection[str]) -> dict[str, datetime]:
    """When each of *todo* was last handed in, as far as the last submission has had no answer of any kind yet."""
    waiting = {}
    counter, learner = place.counter, place.learner
    for offer in counter.offers(learner):
        if offer.assignment in todo and offer.submissions:
            last = offer.submissions[-1]
            if last.submission not in {page.submission for page in counter.feedback(learner, offer.assignment)}:
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


_into = click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), show_default="here; on a hub the course's folder here"
)


@click.command("fetch")
@click.argument("assignments", nargs=-1)
@_into
@with_places
def fetch_(places: Sequence[Place], assignments: tuple[str, ...], into: Path | None) -> None:
    """Get ASSIGNMENTS, or everything that is next for you, into a folder of their own here."""
    for place in [the_one(places)] if assignments else places:
        where = place.base if into is None else into
        names = assignments
        if not names:
            progress = _progress(place)
            todo = _todo(progress)
            names = tuple(name for name in todo if not (where / name).exists())
            if not names:
                click.echo("Everything that is next for you is here already." if todo else progress["next"])
        for name in names:
            folder = place.counter.fetch(place.learner, name, where)
            notebook = next(iter(sorted(folder.glob("*.ipynb"))), folder)
            how = "" if place.on_hub else " (or run `kit lab`)"
            click.echo(f"{name} is in {folder}. Open {notebook.name} in JupyterLab{how}.")


@click.command("submit")
@click.argument("folder", required=False)
@click.option("--wait", default=0.0, metavar="SECONDS", help="Wait so long for the result.")
@with_places
def submit_(places: Sequence[Place], folder: str | None, wait: float) -> None:
    """Hand in FOLDER, named like its assignment. Without one: the folder you are in, or the only one that is open."""
    place = the_one(places, Path(folder) if folder else None)
    path = Path(folder) if folder else _the_only(place)
    if not path.is_dir() and (place.base / path).is_dir():
        path = place.base / path
    if not path.is_dir():
        raise KitError(f"There is no folder {path}. Go to where you fetched it, or name the folder.")
    before = place.counter.progress(place.learner) if wait else None
    receipt = place.counter.submit(place.learner, path.resolve().name, path)
    click.echo(f"{receipt.assignment} is handed in ({receipt.at.astimezone():%H:%M:%S}). Receipt {receipt.submission}.")
    if wait and not _has_changed(place, before, wait):
        click.echo("It has not been looked at yet. `kit next` will tell you.")
    elif wait:
        click.echo(_progress(place)["next"])


def _the_only(place: Place) -> Path:
    here = Path.cwd()
    offers = place.counter.offers(place.learner)
    if here.name in {offer.assignment for offer in offers}:
        return here
    # What was handed in and is still to be done was turned down, or waits: only the former is offered again.
    todo = _todo(place.counter.progress(place.learner) or {"units": []})
    again = set(todo) - set(_not_looked_at(place, todo))
    open_here = [offer.assignment for offer in offers if not offer.submissions or offer.assignment in again]
    base = here / place.base
    found = [base / name for name in open_here if (base / name).is_dir()]
    if len(found) == 1:
        return found[0]
    which = ", ".join(path.name for path in found) or "none of your open assignments"
    raise KitError(f"Say which one to hand in: `kit submit NAME`. Here in {base} I see {which}.")


def _has_changed(place: Place, before: Mapping[str, Any] | None, seconds: float) -> bool:
    """Whether the learner's progress becomes another one than *before* within *seconds*."""
    end, version = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        if place.counter.progress(place.learner) != before:
            return True
        version = place.changes(version, left)
    return False


@click.command("feedback")
@click.argument("assignment", required=False)
@_into
@with_places
def feedback_(places: Sequence[Place], assignment: str | None, into: Path | None) -> None:
    """Write the feedback on ASSIGNMENT (default: on everything) beside your notebooks, as pages for a browser."""
    from kit.files import write_bytes

    some = False
    for place in [the_one(places)] if assignment else places:
        offers = [] if assignment else place.counter.offers(place.learner)
        names = [assignment] if assignment else [offer.assignment for offer in offers]
        for feedback in (page for name in names for page in place.counter.feedback(place.learner, name)):
            where = place.base if into is None else into
            path = where / feedback.assignment / "feedback" / f"{feedback.submission}.html"
            write_bytes(path, feedback.html)
            click.echo(str(path))
            some = True
    if not some:
        click.echo("There is no feedback yet. It comes when your work has been checked.")


@click.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), default=".", help="Your folder. Default: here."
)
@who
@with_course_settings
def lab_(course: Course, options: tuple[str, ...], home: Path, learner: str) -> None:
    """Open JupyterLab in your folder, with the assignment list showing what is open for you.

    OPTIONS after -- go to JupyterLab.
    """
    from kit.exchange.lab import start

    start(course, learner, home, list(options))
