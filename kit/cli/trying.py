"""`kit hub` tries the course on a real JupyterHub of this machine; `kit hub-config` writes what another hub needs."""

from __future__ import annotations

import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import errors_in_words, find_course_folder, make_console, with_course_settings
from kit.errors import KitError, StorageError, UnknownName

if TYPE_CHECKING:
    from kit.course import Course
    from kit.hub.trial import Person, TrialHub

_MARK = ".kit-hub"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command("hub")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("hub-trial"),
              show_default=True, help="Where the copy of the course and everything of the hub is kept.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free.")
@click.option("--here", is_flag=True, help="On this course itself instead of a copy of it.")
@click.option("--fresh", is_flag=True, help="Forget what was done in an earlier trial in FOLDER.")
@click.pass_context
def hub_(ctx: click.Context, folder: Path, port: int, here: bool, fresh: bool) -> None:
    """Try a course on a real JupyterHub on this machine: an instructor and two learners log in and work.

    It works on a copy of this course (where there is none, of a small sample) and takes up an earlier trial in FOLDER.
    Only this machine can reach it. Ctrl-C ends it, with everybody's servers.
    """
    with errors_in_words():
        _require_packages()
        from kit.hub.trial import TrialHub

        folder = folder.resolve()
        root = _course_of(ctx.find_root().obj, folder, here=here, fresh=fresh)
        course = _build(root)
        people = _people(course)
        with _ends_in_order(), TrialHub(root, folder, people, port, say=_say) as hub:
            _show(hub, people, folder)
            _follow(hub)
        _say("Ended. Nothing of it is running any more; `kit hub` takes it up again.")


def _require_packages() -> None:
    from importlib import import_module

    for package in ("jupyterhub", "prometheus_client", "psutil"):
        try:
            import_module(package)
        except ModuleNotFoundError:
            raise KitError(f'This needs the package {package}. Install it: pip install "mastery-kit[hub]"') from None


def _course_of(named: str | None, folder: Path, *, here: bool, fresh: bool) -> Path:
    """The course's folder: of an earlier trial, a copy just made, or (*here*) the one that was named."""
    from kit.hub.trial import held

    copy = folder / "course"
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise StorageError(f"{folder} exists and is no earlier trial. Name another folder: `kit hub --folder DIR`.")
    if fresh and folder.exists():
        with held(folder):
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    with held(folder):  # before a minute is spent on building
        pass
    if here:
        return find_course_folder(named)
    if not copy.exists():
        _copy(named, copy)
    return copy


def _copy(named: str | None, copy: Path) -> None:
    from kit.author import new_course
    from kit.cli.demo import copy_sources
    from kit.course import load_course

    try:
        root = find_course_folder(named)
    except UnknownName:
        if named is not None:
            raise
        _say("There is no course here: a small sample is made.")
        new_course(copy, "A small course")
        return
    course = load_course(root)
    _say(f"Copying the course {course.title}")
    # Whole or not at all: a copy that was broken off must not be taken for one next time.
    unfinished = copy.with_name("course.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    copy_sources(course, unfinished)
    unfinished.rename(copy)


def _build(root: Path) -> Course:
    from kit.build import build
    from kit.cli.common import progress_bar
    from kit.cli.demo import watch_build
    from kit.course import load_course
    from kit.gradebook import Gradebook
    from kit.lock import at_work
    from kit.stages.opened import in_use, open_ledger

    course = load_course(root)
    _say("Building what has changed (the first time about a minute)")
    with at_work(course), open_ledger(course) as ledger, Gradebook(course) as gradebook, progress_bar() as watch:
        build(
            course, gradebook, in_use(ledger.events()),
            progress=lambda what, done, of: watch_build(watch, what, done, of),
        )  # fmt: skip
    return course


def _people(course: Course) -> tuple[Person, ...]:
    from kit.hub.trial import Person

    members = {"teacher": course.hub.instructors, "ada": course.hub.learners, "ben": course.hub.learners}
    return tuple(Person(name, secrets.token_urlsafe(6), (group,)) for name, group in members.items())


def _show(hub: TrialHub, people: tuple[Person, ...], folder: Path) -> None:
    from rich.table import Table

    table = Table(title="Who may log in", title_justify="left")
    for heading in ("name", "password", "is"):
        table.add_column(heading, no_wrap=True)
    for person in people:
        table.add_row(person.name, person.password, "an instructor" if person.name == "teacher" else "a learner")
    console = make_console()
    console.print()
    console.print(f"[bold]JupyterHub is at {hub.url}[/]", highlight=False, soft_wrap=True)
    console.print(table)
    console.print("Log in as several people at once in several private windows, or in several browsers.")
    console.print(f"What the hub says: {folder / 'hub' / 'hub.log'}", highlight=False, soft_wrap=True)
    console.print("Ctrl-C ends it.\n")


def _follow(hub: TrialHub) -> None:
    """Print what the course's controller does until the hub ends; KitError if it ends by itself."""
    for words in hub.follow("controller"):
        click.echo(words)
    raise KitError(f"JupyterHub ended by itself. It said last:\n{hub.last_lines()}")


def _say(words: str) -> None:
    click.echo(words, err=True)


@contextmanager
def _ends_in_order() -> Iterator[None]:
    """Let the first signal end the block as Ctrl-C does; those that follow change nothing while it is tidied up."""

    def end(*_: Any) -> None:
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {name: signal.signal(name, end) for name in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@click.command("hub-config")
@click.option("--name", help="Of the service: /services/NAME/. Default: the course's id.")
@click.option("--url", default="http://127.0.0.1:10101", show_default=True,
              help="Where the service listens; each course its own port.")  # fmt: skip
@click.option("--account", default="", help="Of the system, under which a hub that is root runs the service.")
@click.option("--external", is_flag=True, help="The hub does not start the service: it runs elsewhere.")
@click.option("--settings", type=click.Path(path_type=Path, file_okay=False),
              help="Write JupyterLab's and nbgrader's settings to this folder, which all servers read.")  # fmt: skip
@click.option("--base-url", default="/", show_default=True, help="c.JupyterHub.base_url of the hub.")
@click.option("--no-landing", is_flag=True, help="People keep coming to the hub's own page when they log in.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False),
              help="Put the lines into this file, in place of those of an earlier time.")  # fmt: skip
@with_course_settings
def hub_config_(
    course: Course, name: str | None, url: str, account: str, external: bool, settings: Path | None, base_url: str,
    no_landing: bool, into: Path | None,
) -> None:  # fmt: skip
    """Write the lines that a jupyterhub_config.py needs for this course, each explained. docs/hub.md tells the rest."""
    from kit.files import write_text
    from kit.hub.configuring import HubCourse, insert, lines
    from kit.hub.settings import write_settings

    name = name or course.id
    folder = settings.absolute() if settings else Path(sys.prefix, "share/mastery-kit", name)
    command = () if external else (sys.executable, "-m", "kit", "-C", str(course.root), "hub-service")
    entry = HubCourse(
        name=name, title=course.title, url=url, settings=str(folder), command=command, account=account,
        base_url=base_url, groups=course.hub, landing=not no_landing,
    )  # fmt: skip
    if settings:
        write_settings(folder, course.root)
        click.echo(f"The settings of people's servers are in {folder}.", err=True)
    elif not folder.is_dir():
        click.echo(f"The settings of people's servers are still to be written: add --settings {folder}", err=True)
    if into is None:
        click.echo(lines(entry), nl=False)
        return
    before = into.read_text(encoding="utf-8") if into.exists() else ""
    write_text(into, insert(before, entry))
    click.echo(f"The lines are in {into}. They hold from the next start of the hub on.", err=True)
