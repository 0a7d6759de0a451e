"""`render_json`, and the learner's own copy in the folder exchange."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.course import LEARNER_RULE, Course, is_learner_name
from kit.errors import KitError, NotGranted, UnknownName
from kit.exchange.learner_folder import lay_out, put_file, storing
from kit.portfolio.model import Portfolio

FORMAT = 1
"""Of the JSON file; grows when a reader would have to know."""
_NAME = "portfolio.json"


def render_json(portfolio: Portfolio, credential: Mapping[str, Any] | None = None) -> str:
    """The portfolio as JSON text, with the signed *credential* in it where there is one."""
    values: dict[str, Any] = {"format": "mastery-kit portfolio", "version": FORMAT, "portfolio": portfolio.to_json()}
    if credential is not None:
        values["credential"] = dict(credential)
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def read_json(text: str | bytes) -> tuple[Portfolio, Mapping[str, Any] | None]:
    """The inverse of `render_json`; KitError where it is none."""
    try:
        values = json.loads(text)
        return Portfolio.from_json(values["portfolio"]), values.get("credential")
    except (ValueError, KeyError, TypeError) as error:
        raise KitError(f"This is not the JSON of a portfolio that this version reads ({error!r}).") from None


def publish(course: Course, portfolio: Portfolio, credential: Mapping[str, Any] | None = None) -> None:
    """Put *portfolio* where its learner alone can read it: `kit portfolio` gives it to them.

    KitError where the course has another exchange than the folder; StorageError if it cannot be written.
    """
    home = _home(course, portfolio.learner)
    with storing(f"The portfolio of {portfolio.learner} could not be written", home / ".none", "Try again."):
        account = lay_out(course.exchange_path, portfolio.learner)
        put_file(home / _NAME, render_json(portfolio, credential).encode(), account)


def published(course: Course, learner: str) -> tuple[Portfolio, Mapping[str, Any] | None]:
    """What was last published for *learner*; NotGranted says whom to ask where there is nothing."""
    try:
        text = (_home(course, learner) / _NAME).read_bytes()
    except OSError:
        raise NotGranted(
            f"There is no portfolio for {learner} in {course.title} yet. Ask your instructor to run "
            f"`kit portfolio {learner} --publish`; then `kit portfolio` gives it to you."
        ) from None
    return read_json(text)


def _home(course: Course, learner: str) -> Path:
    if course.exchange != "folder":
        raise KitError(
            f"This course's exchange is {course.exchange!r}; a learner's own copy is kept by the folder exchange only."
        )
    if not is_learner_name(learner):
        raise UnknownName(f"{learner!r} cannot be the name of a learner. A name has {LEARNER_RULE}.")
    return course.exchange_path / learner
