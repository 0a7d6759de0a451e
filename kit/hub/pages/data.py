"""What the instructor's pages show, as JSON: the cohort, one learner, and an override."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from tornado.web import RequestHandler

from kit.decisions import UnitStanding
from kit.errors import KitError
from kit.hub.answering import ApiHandler
from kit.hub.failures import Failure
from kit.hub.identity import INSTRUCTORS
from kit.hub.pages.handlers import decide
from kit.hub.pages.page import Seeing
from kit.pages.cohort import Row, visible
from kit.pages.overriding import outlook, read_wish
from kit.records import Event

_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What a form of a page never brings: tornado takes it out of those, and no database takes a zero."""


class Cohort(Seeing, ApiHandler):
    """Learner × unit."""

    audience = INSTRUCTORS

    async def get(self) -> None:
        """Everyone the instructor sees, by name."""
        present = await self.present()
        rows = visible(present, self.person.sections)
        self.answer({"course": present.course.id, "event": present.number, "learners": [_learner(row) for row in rows]})


class Learner(Seeing, ApiHandler):
    """One learner: where they stand, and the ledger about them."""

    audience = INSTRUCTORS

    async def get(self, learner: str) -> None:
        """404 for somebody the instructor does not see."""
        present, name, events = await self.learner(learner)
        self.answer(
            {
                "learner": name,
                "name": present.records[name].name,
                "section": present.records[name].section,
                "standing": present.standings[name].to_json(),
                "events": [_event(event) for event in events],
            }
        )


class Decision(Seeing, ApiHandler):
    """An override."""

    audience = INSTRUCTORS
    rate = "write"

    async def post(self, learner: str, unit: str) -> None:
        """``{"action", "why"}``; 422 where that cannot be understood, 409 where it would change nothing."""
        present, name, events = await self.learner(learner)
        asked = self._asked()
        try:
            wish = read_wish(present, unit, asked.get("action", ""), asked.get("why", ""))
        except KitError as error:
            raise Failure(422, "refused", str(error)) from error
        ahead = outlook(present, name, wish, events)
        await decide(self, present, name, wish)
        self.answer(
            {"learner": name, "unit": unit, "action": wish.action, "opens": ahead.opens, "closes": ahead.closes}, 201
        )

    def _asked(self) -> dict[str, str]:
        try:
            asked = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict) or not all(isinstance(value, str) for value in asked.values()):
            raise Failure(422, "refused", 'Send a JSON object such as {"action": "another-form", "why": "…"}.')
        if any(_UNKEEPABLE.search(value) for value in asked.values()):
            raise Failure(
                422, "refused", "There are signs in it that are no text, and no record can keep. Leave them out."
            )
        return asked


def _learner(row: Row) -> dict[str, Any]:
    now = row.standing
    return {
        "learner": now.learner,
        "name": now.name,
        "section": row.section,
        "last_sign": row.last_sign.isoformat() if row.last_sign else None,
        "attention": [{"unit": unit, "reason": reason} for unit, reason in now.attention],
        "units": [_unit(unit) for unit in now.units],
    }


def _unit(now: UnitStanding) -> dict[str, Any]:
    return {
        "unit": now.unit,
        "state": now.state,
        "objectives": len(now.objectives),
        "shown": sum(objective.state == "shown" for objective in now.objectives),
        "attempts": now.attempts,
        "cycles": now.cycles,
        "by_override": now.by_override,
        "mastered_at": now.mastered_at.isoformat() if now.mastered_at else None,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "key": event.key, "kind": event.kind, "at": event.at.isoformat(), "who": event.who, "unit": event.unit,
        "assignment": event.assignment, "data": dict(event.data), "why": event.why,
    }  # fmt: skip


ROUTES: Sequence[tuple[str, type[RequestHandler]]] = (
    ("api/cohort", Cohort),
    ("api/learners/<learner>", Learner),
    ("api/learners/<learner>/units/<unit>/override", Decision),
)
"""Template below the service's prefix → handler."""
