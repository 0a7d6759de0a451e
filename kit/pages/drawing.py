"""Pieces of HTML: the templates in `templates/`, and the words, shapes and times that are set in them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kit.pages.cohort import HELP
from kit.pages.learning import OBJECTIVE_WORDS, STATES, VERDICT_WORDS, WORK_WORDS
from kit.pages.overriding import ACTIONS
from kit.reports import charts
from kit.reports.signs import BY_HAND, OBJECTIVES, SIGNS, VERDICTS
from kit.reports.sureness import how_sure
from kit.reports.words import duration, moment, number, percent, plain, times

TEMPLATES = Path(__file__).parent / "templates"


def environment(templates: Path) -> Environment:
    """Templates from the folder *templates*, beside those here; what is put into them is text, never markup."""
    # StrictUndefined: a name the page misspells is an error in the tests, not a gap on somebody's screen.
    made = Environment(
        loader=FileSystemLoader([templates, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        plain=plain,
        times=times,
        percent=percent,
        number=number,
        duration=duration,
        time=_time,
        moment=moment,
        criterion=_criterion,
        commands=_commands,
    )
    made.globals.update(
        shape=charts.shape,
        symbols=charts.symbols,
        ACTIONS=ACTIONS,
        HELP=HELP,
        SIGNS=SIGNS,
        STATES=STATES,
        OBJECTIVES=OBJECTIVES,
        OBJECTIVE_WORDS=OBJECTIVE_WORDS,
        VERDICTS=VERDICTS,
        VERDICT_WORDS=VERDICT_WORDS,
        WORK_WORDS=WORK_WORDS,
        BY_HAND=BY_HAND,
        how_sure=how_sure,
    )
    return made


def _time(at: datetime | None) -> Markup:
    """A time in UTC; a page's script turns it into that of the reader."""
    if at is None:
        return Markup("–")
    exact = at.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{} UTC</time>').format(exact, moment(at))


def _commands(text: str) -> Markup:
    """*text* with what stands between backticks set as code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))


def _criterion(share: float) -> str:
    return "all of it is needed" if share >= 1 else f"{percent(share)} is needed"
