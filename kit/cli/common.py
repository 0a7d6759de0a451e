"""What the commands share: finding the course, saying errors, drawing progress."""

from __future__ import annotations

import functools
import os
import pwd
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kit.errors import CourseError, Fault, KitError, UnknownName

# jsonschema, which nbformat brings, compiles this module's grammar for internationalised addresses at every start:
# over a second, more than all else together. No notebook schema asks for it, so this process does without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from rich.console import Console

    from kit.stages.opened import Step


def find_course_folder(named: str | None) -> Path:
    """The course folder: as named, else the nearest one upwards; UnknownName says how to name one."""
    if named is not None:
        return _named_folder(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _has_course(folder):
            return folder
    raise UnknownName(
        f"There is no course.toml in {here} or above it. Go into a course folder, name one with -C DIR, "
        "or make one with `kit new DIR`."
    )


def _named_folder(named: str) -> Path:
    # Not pathlib's expanduser and resolve, which raise for an unknown account and for links in a circle.
    path = Path(os.path.expanduser(named))
    folder = Path(os.path.realpath(path))
    if _has_course(folder):
        return folder
    leads = "" if path.is_absolute() else f", which from here is {folder}"
    fault = "holds no course.toml that you may read" if os.path.isdir(folder) else "is not a folder that you may enter"
    ctx = click.get_current_context(silent=True)
    if ctx is not None and ctx.find_root().get_parameter_source("course") is ParameterSource.ENVIRONMENT:
        raise UnknownName(
            f"The environment variable KIT_COURSE is {named!r}{leads}. That {fault}. Set it to the course's folder, "
            "as a full path so that it holds wherever you are."
        )
    raise UnknownName(f"-C names {named!r}{leads}. That {fault}. Name the course's folder.")


def _has_course(folder: Path) -> bool:
    # Not Path.is_file, which raises where we may not look.
    return os.path.isfile(folder / "course.toml")


def with_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the loaded course as its first argument."""

    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        from kit.course import load_course

        with errors_in_words():
            return command(load_course(find_course_folder(ctx.find_root().obj)), *args, **kwargs)

    return wrapped


def with_course_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the course as course.toml alone describes it: for learners, who may not see the sources.

    A unit that is broken or out of reach is its author's business; it stops no learner and is not shown to one.
    """

    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        from kit.course import read_course

        with errors_in_words():
            folder = find_course_folder(ctx.find_root().obj)
            try:
                course, faults = read_course(folder)
                if course is None:
                    raise CourseError(faults)
                return command(course, *args, **kwargs)
            except CourseError as error:
                about = " ".join(f"{fault.where}: {fault.what}" for fault in error.faults)
                raise KitError(
                    f"The course in {folder} cannot be opened just now. Your work is safe; please tell your instructor "
                    f"this: {about}"
                ) from None

    return wrapped


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Every error the kit knows ends the command with its sentence and exit code 1, without a traceback."""
    try:
        yield
    except CourseError as error:
        show_faults(list(error.faults))
        raise SystemExit(1) from None
    except KitError as error:
        raise click.ClickException(str(error)) from None


def show_faults(faults: list[Fault]) -> None:
    """Print *faults* grouped by place, errors first, and how many there are."""
    from rich.markup import escape

    console = make_console()
    for fault in sorted(faults, key=lambda f: (f.severity != "error", f.where, f.code)):
        sign = "[bold red]✗ error[/]" if fault.severity == "error" else "[yellow]▲ warning[/]"
        console.print(f"{sign} [bold]{fault.code}[/]  {escape(fault.where)}", highlight=False)
        console.print(f"    {escape(fault.what)}", highlight=False)
        for line in fault.details.splitlines():
            console.print(f"      {escape(line)}".rstrip(), highlight=False, soft_wrap=True)
        console.print(f"    [dim]→ {escape(fault.next)}[/]", highlight=False)
    errors = sum(fault.severity == "error" for fault in faults)
    warnings = len(faults) - errors
    console.print(f"\n{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}", highlight=False)


def make_console() -> Console:
    """A console on standard output; plain text where that is not a terminal."""
    from rich.console import Console

    # Not wrapped to 80 columns where a file or a pipe reads it.
    return Console(soft_wrap=False, width=None if os.isatty(1) else 120)


@contextmanager
def progress_bar(say: Callable[[Step], str | None] = lambda step: None) -> Iterator[Callable[[Step], None]]:
    """A bar for the stage of the cycle that is at work; feed it the steps. No bar where there is no terminal.

    What *say* makes of a step is printed as a line of its own, above the bar.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[rate]}"), TextColumn("left:"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, visible=False, rate="")
        stage = ""

        def watch(step: Step) -> None:
            nonlocal stage
            words = say(step)
            if words:
                click.echo(words)
            if step.of:
                if step.stage != stage:
                    stage = step.stage
                    progress.reset(task)
                done = step.done < step.of
                progress.update(task, description=stage, completed=step.done, total=step.of, visible=done)
                speed = progress.tasks[0].speed
                progress.update(task, rate=f"{60 * speed:.0f}/min" if speed else "")

        yield watch


def os_user() -> str:
    """Who is at the terminal, as the system knows it: the account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container that runs under a bare number
        return str(os.getuid())
