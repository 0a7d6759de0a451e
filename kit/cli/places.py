"""Where a learner at a terminal is: in a course folder, or on a hub with the services of one or several courses."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kit.cli.common import errors_in_words, find_course_folder, os_user, with_course_settings
from kit.errors import KitError, UnknownName

if TYPE_CHECKING:
    from kit.course import Course
    from kit.exchange import Counter
    from kit.exchange.hub import HubCounter

who = click.option(
    "--as", "learner", envvar="KIT_LEARNER", default=os_user, show_default="your account",
    help="Your account in the course. The folder's permissions are what protects it.",
)  # fmt: skip
_POLL = 20.0
_which = click.option("--course", "named", metavar="ID", help="On a hub with several courses: which one.")


@dataclass(frozen=True, slots=True)
class Place:
    """One course as the learner at this terminal reaches it."""

    course: str
    title: str
    learner: str
    counter: Counter
    hub: HubCounter | None = None
    """The counter again, where it is a hub's."""

    @property
    def on_hub(self) -> bool:
        """Whether there is no course folder here."""
        return self.hub is not None

    @property
    def base(self) -> Path:
        """Where the learner's assignments of this course lie; relative to the working directory."""
        # On a hub each course has a folder, where JupyterLab's panel looks as well.
        return Path(self.course) if self.on_hub and Path.cwd().name != self.course else Path()

    def changes(self, since: int, seconds: float) -> int:
        """Wait until something may have changed after *since*, at most *seconds*; what to ask with the next time."""
        if self.hub is None:
            time.sleep(min(0.1, seconds))
            return since
        return self.hub.changes(since, min(_POLL, seconds))


def with_places(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the places it is about as its first argument: the one that is named, else all there are."""

    @_which
    @who
    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, /, *args: Any, named: str | None, learner: str, **kwargs: Any) -> Any:
        if not _is_on_hub(ctx):
            in_folder = with_course_settings(lambda course: command([_in_folder(course, learner)], *args, **kwargs))
            return in_folder()
        given = learner if ctx.get_parameter_source("learner") is not ParameterSource.DEFAULT else None
        with errors_in_words():
            return command(_on_hub(named, given), *args, **kwargs)

    return wrapped


def the_one(places: Sequence[Place], folder: Path | None = None) -> Place:
    """The place that is meant where there can be only one: by *folder*, by where the terminal is, or as the only one.

    KitError that says how to name it.
    """
    if len(places) == 1:
        return places[0]
    here = Path.cwd()
    around = {*((folder or here).absolute().parts), here.name}
    meant = [place for place in places if place.course in around]
    if len(meant) == 1:
        return meant[0]
    names = ", ".join(place.course for place in places)
    raise KitError(f"You are in several courses here. Say which one is meant with --course: {names}.")


def _is_on_hub(ctx: click.Context) -> bool:
    """Whether there are services and no course folder: an instructor's terminal has both, and works on the folder."""
    if not os.environ.get("KIT_SERVICES", "").strip() or ctx.find_root().obj is not None:
        return False
    try:
        find_course_folder(None)
    except UnknownName:
        return True
    return False


def _in_folder(course: Course, learner: str) -> Place:
    from kit.exchange import open_exchange

    return Place(course.id, course.title, learner, open_exchange(course))


def _on_hub(named: str | None, learner: str | None) -> list[Place]:
    from kit.exchange.hub import services

    counters = services()
    places: list[Place] = []
    away: list[KitError] = []
    for counter in counters:
        try:
            places.append(_behind(counter, learner))
        except KitError as error:
            away.append(error)
    meant = [place for place in places if named in (None, place.course)]
    if away and not meant:
        raise away[0]
    for fault in away if named is None else ():
        click.echo(str(fault), err=True)
    if meant:
        return meant
    raise UnknownName(f"You have no course {named!r} here. There is: {', '.join(place.course for place in places)}.")


def _behind(counter: HubCounter, learner: str | None) -> Place:
    about = counter.course()
    if learner not in (None, about["learner"]):
        raise KitError(f"You are {about['learner']} on this hub and cannot be {learner}. Leave out --as.")
    return Place(about["course"], about["title"], about["learner"], counter, counter)
