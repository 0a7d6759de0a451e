"""`kit export`: the course as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.common import progress_bar, with_course

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.course import Course
    from kit.reports import CourseView

_file = click.Path(path_type=Path, dir_okay=False)


@click.command("export")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Default: gradebook/export.")
@click.option("--frames", "kinds", multiple=True, type=click.Choice(["csv", "parquet"]),
              help="Every frame in this form (may be repeated). CSV, if nothing else is asked for.")  # fmt: skip
@click.option("--xapi", is_flag=True, help="The events as xAPI statements, with --home.")
@click.option("--home", metavar="URL", help="Where accounts are at home, as xAPI says it: your hub's address.")
@click.option("--canvas", type=_file, metavar="FILE", help="Grades as Canvas imports them.")
@click.option("--canvas-from", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="An export of the gradebook in Canvas, whose rows and ids are taken over.")  # fmt: skip
@click.option("--moodle", type=_file, metavar="FILE", help="Grades and feedback as Moodle imports them.")
@click.option("--moodle-by", type=click.Choice(["username", "email", "idnumber"]), default="username",
              show_default=True, help="What a learner's account is in Moodle.")  # fmt: skip
@click.option("--unmastered", type=click.Choice(["share", "blank"]), default="share", show_default=True,
              help="The grade of a unit begun and not mastered: the share of objectives shown, or none.")  # fmt: skip
@click.option("--anonymous", is_flag=True, help="Stable pseudonyms instead of names.")
@click.option("--section", metavar="SECTION", help="Only this section's learners.")
@with_course
def export_(course: Course, **wanted: Any) -> None:
    """Write the course's data as files: frames, xAPI statements, grades for Canvas and Moodle.

    A unit's grade is 100 where it is mastered and blank where nothing is decided; --unmastered says what is between.
    """
    from kit.reports import load

    _require_sense(wanted)
    view = load(course.root)
    if wanted["section"]:
        view = view.only(wanted["section"])
    if wanted["canvas"]:
        _canvas(view, wanted)
    if wanted["moodle"]:
        from kit.exports import write_moodle

        count = write_moodle(view, wanted["moodle"], identity=wanted["moodle_by"], unmastered=wanted["unmastered"])
        click.echo(f"The grades of {_learners(count)} for Moodle are in {wanted['moodle']}")
    kinds = wanted["kinds"] or (() if wanted["canvas"] or wanted["moodle"] or wanted["xapi"] else ("csv",))
    if kinds or wanted["xapi"]:
        _folder(view, wanted["into"] or course.gradebook_dir / "export", kinds, wanted)


def _require_sense(wanted: dict[str, Any]) -> None:
    if wanted["xapi"] and not wanted["home"]:
        raise click.UsageError("--xapi needs --home URL: an actor is an account of a site, for example of your hub.")
    if wanted["canvas_from"] and not wanted["canvas"]:
        raise click.UsageError("--canvas-from goes with --canvas FILE, the file to write.")
    if wanted["anonymous"] and (wanted["canvas"] or wanted["moodle"]):
        raise click.UsageError("Grades for Canvas and Moodle are of people: leave --anonymous out.")


def _canvas(view: CourseView, wanted: dict[str, Any]) -> None:
    from kit.exports import write_canvas

    done = write_canvas(view, wanted["canvas"], like=wanted["canvas_from"], unmastered=wanted["unmastered"])
    click.echo(f"The grades of {_learners(done.learners)} for Canvas are in {wanted['canvas']}")
    if done.unmatched:
        click.echo(f"Not in the Canvas file, and left out: {', '.join(done.unmatched)}", err=True)
    if done.new and wanted["canvas_from"]:
        click.echo(f"Canvas will ask about assignments that it does not have: {', '.join(done.new)}", err=True)


def _folder(view: CourseView, folder: Path, kinds: tuple[Any, ...], wanted: dict[str, Any]) -> None:
    from kit.exports import Place, write_frames, write_statements
    from kit.stages.opened import Step

    place = Place(folder)
    names = _pseudonyms(view) if wanted["anonymous"] else None
    with progress_bar() as bar:

        def watch(stage: str) -> Callable[[str, int, int], None]:
            return lambda what, done, of: bar(Step(stage, what, done, of))

        for kind in dict.fromkeys(kinds):
            rows = write_frames(view, place, kind, names=names, watch=watch(kind))
            click.echo(
                f"{len(rows)} frames as {kind} are in {folder}; data-dictionary.md says what their columns mean."
            )
        if wanted["xapi"]:
            count = write_statements(view, place, wanted["home"], names=names, watch=watch("xAPI"))
            click.echo(f"{count} xAPI statements are in {folder}: xapi.jsonl, and as one array xapi.json")


def _pseudonyms(view: CourseView) -> dict[str, str]:
    from kit.overview.names import pseudonyms

    return pseudonyms(view.course, view.frames.learners["learner"].astype(object))


def _learners(count: int) -> str:
    from kit.decisions.words import counted

    return counted(count, "learner")
