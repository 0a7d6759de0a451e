"""`render_html`: one self-contained page. No network, no script; what people wrote is text, never markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from kit.decisions.standing import State
from kit.portfolio import road
from kit.portfolio.model import Cell, ObjectivePart, Portfolio, UnitPart
from kit.reports import charts
from kit.reports.signs import BY_HAND, VERDICTS
from kit.reports.words import duration, number, percent, plain

_TEMPLATES = Path(__file__).parent / "templates"
_TONES = {
    "mastered": "#00805d", "retry": "#1c74ae", "corrective": "#955c00", "waiting": "#a04a80", "working": "#0059a3",
    "open": "#5f6873", "locked": "#6b737d", "attention": "#c04a00",
}  # fmt: skip
"""As in the style sheet for light screens."""
_STATES: Mapping[State, tuple[str, str]] = {
    "mastered": ("mastered", "mastered"),
    "locked": ("locked", "not open yet"),
    "open": ("open", "not begun yet"),
    **dict.fromkeys(("retry", "corrective", "waiting", "working", "attention"), ("working", "under way")),
}
"""State → shape and word. What is next is between learner and instructor; others need to know what is shown."""
_LINK = re.compile(r"https?://", re.IGNORECASE)


def render_html(
    portfolio: Portfolio, credential: Mapping[str, Any] | None = None, *, ways: Sequence[tuple[str, str]] = ()
) -> str:
    """The page as HTML text: the same portfolio gives the same page.

    With *credential* (see `kit.credential`) it says that one goes with it; the page itself proves nothing.
    *ways*: address and words of links above it on a screen, for a service that shows it among other pages.
    """
    return _template().render(
        portfolio=portfolio,
        steps={unit.id: road.steps(unit) for unit in portfolio.units},
        numbers=_numbers(portfolio),
        issuer=_issuer(credential),
        ways=ways,
        states=_STATES,
        verdicts=VERDICTS,
        by_hand=BY_HAND,
        actions=road.ACTIONS,
    )


def _numbers(portfolio: Portfolio) -> dict[str, int]:
    units = portfolio.units
    return {
        "objectives": sum(len(unit.objectives) for unit in units),
        "shown": sum(objective.state == "shown" for unit in units for objective in unit.objectives),
        "attempts": sum(len(unit.attempts) for unit in units),
        "correctives": sum(one.handed_in_at is not None for unit in units for one in unit.correctives),
        "cycles": sum(unit.cycles for unit in units),
        "straight": sum(_straight(unit) for unit in units),
        "by_hand": sum(unit.mastered_by == "override" for unit in units),
    }


def _straight(unit: UnitPart) -> bool:
    """Mastered by evidence, and neither a corrective nor an instructor had a part in it."""
    return unit.mastered_by == "evidence" and not (unit.cycles or unit.correctives or unit.overrides)


def _issuer(credential: Mapping[str, Any] | None) -> str:
    issuer = (credential or {}).get("issuer", "")
    return str(issuer.get("id", "")) if isinstance(issuer, Mapping) else str(issuer)


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
    environment.filters.update(
        plain=plain, percent=percent, number=number, duration=duration, day=day, moment=moment, sure=sure,
        capital=lambda text: text[:1].upper() + text[1:],
    )  # fmt: skip
    environment.globals.update(
        prose=prose, code=code, road=road.picture, strip=road.strip, in_short=road.in_short, shape=shape, bar=bar
    )
    return environment.get_template("portfolio.html")


def day(at: datetime | date | None) -> str:
    """A day as people write it: `2 March 2026`; – where there is none."""
    return f"{at.day} {at:%B %Y}" if at else "–"


def moment(at: datetime | None) -> str:
    """A day and the time in UTC."""
    return f"{day(at)}, {at.astimezone(UTC):%H:%M} UTC" if at else "–"


def sure(certainty: float | None) -> str:
    """A certainty as a reader sees it; no number of items makes it 100 %."""
    return percent(min(certainty, 0.99)) if certainty is not None else "–"


def shape(state: str) -> Markup:
    """The shape of *state*, drawn whole where it stands: on paper neither style sheets nor references reach into it."""
    tone = _TONES[state]
    drawn = charts.SHAPES[state]
    for kind, look in (("line dashed", f'fill="none" stroke="{tone}" stroke-width="1.6" stroke-dasharray="2.4 2.2"'),
                       ("line", f'fill="none" stroke="{tone}" stroke-width="1.6"'), ("fill", f'fill="{tone}"'),
                       ("cut", 'fill="none" stroke="#ffffff" stroke-width="1.8"')):  # fmt: skip
        drawn = drawn.replace(f'class="{kind}"', f'class="{kind}" {look}')
    return Markup(
        f'<svg class="shape {state}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{drawn}</svg>'
    )


def bar(objective: ObjectivePart) -> Markup:
    """What was reached of an objective as a bar, with a stroke at its criterion; empty where nothing was shown."""
    if objective.share is None:
        return Markup("")
    filled, mark = min(max(objective.share, 0.0), 1.0) * 100, min(objective.criterion, 1.0) * 100
    words = f"{percent(objective.share)} reached, {percent(objective.criterion)} asked for"
    return Markup(
        f'<svg class="bar" viewBox="0 0 104 14" width="104" height="14" role="img" aria-label="{escape(words)}">'
        '<rect class="rest-fill" x="2" y="4" width="100" height="6" rx="3" fill="#d9dde3"/>'
        f'<rect class="done-fill" x="2" y="4" width="{filled:.1f}" height="6" rx="3" fill="#00805d"/>'
        f'<path class="mark" d="M{mark + 2:.1f} 1v12" stroke="#1b1f24" stroke-width="1.6"/></svg>'
    )


# --- what was written in the notebook ---------------------------------------------------------------------------------


def prose(cell: Cell) -> Markup:
    """A text cell: Markdown, with every tag in it shown as text and no picture fetched from anywhere."""
    return Markup(_markdown().render(cell.text))


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    # What comes with rich; headings of a notebook must not be headings of this page.
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable(["reference"])
    reader.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    reader.add_render_rule("heading_open", lambda *_: '<p class="heading">')
    reader.add_render_rule("heading_close", lambda *_: "</p>\n")
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("image", lambda _, tokens, place, *__: escape(f"[picture: {tokens[place].content}]"))
    return reader


def _link_open(_renderer: Any, tokens: Any, place: int, *_: Any) -> str:
    address = escape(str(tokens[place].attrGet("href") or ""))
    return f'<a href="{address}" rel="noopener noreferrer nofollow">'


def code(cell: Cell, language: str) -> Markup:
    """A code cell with its words coloured where its language is known; always text."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return Markup(f"<code>{escape(cell.text)}</code>")
    return Markup(f"<code>{highlight(cell.text, lexer, HtmlFormatter(nowrap=True)).rstrip()}</code>")
