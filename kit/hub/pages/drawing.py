"""The service's templates, and their style sheet and script, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from kit.pages.drawing import environment

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every page here: nothing inline, nothing from elsewhere, in nobody's frame."""


def draw(template: str, values: Mapping[str, Any]) -> str:
    """The page *template* with *values*; names, titles and reasons in them are text, never markup."""
    return _environment().get_template(template).render(values)


@cache
def static_address(file: str) -> str:
    """The address of *file* below `static/`, with a piece of its digest: it may be kept for ever."""
    return f"static/{file}?v={hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:16]}"


@cache
def _environment() -> Environment:
    made = environment(_HERE / "templates")
    made.globals["static"] = static_address
    return made
