"""The widgets' HTML. Names, titles and reasons in it are text, never markup: a widget shows HTML as it is given."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from kit.pages.drawing import environment
from kit.reports.charts import SHAPES

_HERE = Path(__file__).parent


def draw(template: str, **values: Any) -> str:
    """The piece *template* with *values*."""
    return _environment().get_template(template).render(now=datetime.now(UTC), **values)


def drawn_shape(state: str) -> Markup:
    """The shape of *state*, whole: cells of a notebook share no definitions that could be counted on."""
    return Markup('<svg class="shape {}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>').format(
        escape(state), Markup(SHAPES[state])
    )


@cache
def style_sheet() -> str:
    """The style sheet as an element, to be put into each widget once."""
    return f"<style>{(_HERE / 'style.css').read_text(encoding='utf-8')}</style>"


@cache
def _environment() -> Environment:
    made = environment(_HERE / "templates")
    made.globals["shape"] = drawn_shape
    return made
