"""`report_html`: the report as one self-contained page. No network, no script; names are text, never markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from kit.overview import evenness, needs, pictures, sections
from kit.overview.map import map_html
from kit.overview.report import Report
from kit.reports import charts
from kit.reports.signs import BY_HAND, SIGNS
from kit.reports.words import duration, moment, plain, times

FIRST_FEW = 12
"""So many who need the instructor stand open; the others unfold."""

_TEMPLATES = Path(__file__).parent / "templates"


def report_html(report: Report) -> str:
    """The page of *report* as HTML text; the same history and the same moment give the same page."""
    totals = sections.totals(report)
    rows = sections.plain_rows
    return _template().render(
        course=report.title,
        anonymous=report.anonymous,
        as_of=moment(report.as_of),
        begun=report.as_of is not None,
        learners=len(report.people),
        signs=SIGNS,
        by_hand=BY_HAND,
        symbols=charts.symbols(),
        headlines=sections.headlines(report),
        attention=rows(report.attention),
        idle=rows(report.idle),
        spinning=rows(report.wheel_spinning),
        totals=totals,
        map=map_html(report.map, [(unit, title) for unit, title, _, _ in totals]),
        growth=sections.growth(report),
        achievement=pictures.achievement(report),
        gaps=sections.gaps(report),
        reteach=rows(report.reteach),
        pace=sections.pace(report),
        times=pictures.times(report),
        cycles=pictures.cycles(report),
        ratio=pictures.ratio(report),
        lockstep=pictures.lockstep(report),
        correctives=pictures.correctives(report),
        items=pictures.items(report),
        needs=needs,
        evenness=evenness,
    )


@cache
def _template() -> Template:
    # StrictUndefined: a name the page misspells is an error in the tests, not a gap on somebody's screen.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=plain, times=times, commands=_commands, took=_took, moment=_moment)
    environment.globals.update(
        bar=charts.bar, shape=charts.shape, quartiles_from=sections.QUARTILES_FROM, first_few=FIRST_FEW
    )
    return environment.get_template("report.html")


def _took(span: Any) -> str:
    return duration(None if span != span else span.to_pytimedelta() if hasattr(span, "to_pytimedelta") else span)


def _moment(at: Any) -> str:
    return moment(None if at != at or at is None else at.to_pydatetime())


def _commands(text: str) -> Markup:
    """*text* with what stands between backticks set as code, broken between its words only."""
    return Markup("".join(_code(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`"))))


def _code(command: str) -> str:
    return f"<code>{' '.join(f'<span>{escape(word)}</span>' for word in command.split(' '))}</code>"
