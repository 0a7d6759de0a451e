"""`kit report`: the cohort as a page, or as a notebook to go on from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.cli.common import with_course

if TYPE_CHECKING:
    from kit.course import Course


@click.command("report")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), default=None,
              help="Default: gradebook/report.html, or mastery-report.ipynb in the course folder.")  # fmt: skip
@click.option("--notebook", is_flag=True, help="A notebook with the same report instead, to run and to change.")
@click.option("--anonymous", is_flag=True, help="Stable pseudonyms instead of names.")
@click.option("--section", metavar="SECTION", help="Only this section's learners.")
@with_course
def report_(course: Course, output: Path | None, notebook: bool, anonymous: bool, section: str | None) -> None:
    """Write one HTML page about the cohort. In a notebook: kit.load(".").frames and kit.overview.report."""
    from kit.files import write_text

    if notebook:
        from kit.overview.notebook import report_notebook

        path = output or course.root / "mastery-report.ipynb"
        if path.exists():
            raise click.ClickException(
                f"{path} is there already, perhaps with your own cells. Name another with -o, or move it aside."
            )
        write_text(path, report_notebook(course, path.resolve().parent, anonymous=anonymous, section=section))
        click.echo(f"The notebook is in {path}. Run it from top to bottom; every cell is yours to change.")
        return
    from kit.overview import report, report_html
    from kit.reports import load

    path = output or course.gradebook_dir / "report.html"
    found = report(load(course.root), now=datetime.now(UTC), anonymous=anonymous, section=section)
    write_text(path, report_html(found))
    click.echo(f"The report is in {path}")
