"""`report_html`: one self-contained page about the cohort. No network, no script; names are text, never markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from kit.reports import charts, sections
from kit.reports.cohort import attention
from kit.reports.signs import BY_HAND, SIGNS
from kit.reports.view import CourseView
from kit.reports.words import moment, plain, times

FIRST_FEW = 12
"""So many who need the instructor stand open; the others unfold."""

_TEMPLATES = Path(__file__).parent / "templates"


def report_html(view: CourseView) -> str:
    """The page about *view*'s cohort as HTML text; the same history gives the same page."""
    last = max((event.at for event in view.history), default=None)
    return _template().render(
        course=view.course.title,
        last=moment(last),
        events=len(view.history),
        signs=SIGNS,
        by_hand=BY_HAND,
        symbols=charts.symbols(),
        headlines=sections.headlines(view),
        attention=attention(view).to_dict("records"),
        totals=sections.totals(view),
        standings=list(view.standings.values()),
        growth=sections.growth(view),
        gaps=sections.gaps(view),
        correctives=sections.correctives(view),
        pace=sections.pace(view),
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
    environment.filters.update(plain=plain, times=times, commands=_commands)
    environment.globals.update(
        bar=charts.bar, shape=charts.shape, quartiles_from=sections.QUARTILES_FROM, first_few=FIRST_FEW
    )
    return environment.get_template("report.html")


def _commands(text: str) -> Markup:
    """*text* with what stands between backticks set as code, broken between its words only."""
    return Markup("".join(_code(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`"))))


def _code(command: str) -> str:
    return f"<code>{' '.join(f'<span>{escape(word)}</span>' for word in command.split(' '))}</code>"
