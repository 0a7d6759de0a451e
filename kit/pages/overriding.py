"""An instructor's override: what it would do, before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from kit.decisions import Standing, standing, wanted
from kit.errors import KitError
from kit.pages.present import Present
from kit.records import Event, fold
from kit.records.record import Action
from kit.stages.people import require_effect

ACTIONS: Mapping[Action, tuple[str, str]] = {
    "another-form": (
        "Open another form",
        "They get a form of the checks that they have not seen, without a corrective before it.",
    ),
    "mastered": (
        "Count the unit as mastered",
        "They have shown it to you in another way. What needs this unit opens.",
    ),
    "reset": (
        "Begin the unit anew",
        "What they did so far is kept but counts no longer; they begin with a form they have not seen.",
    ),
}
"""What can be decided: its name, and what it means."""

LONGEST_REASON = 2_000
"""Letters."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an instructor asks for."""

    unit: str
    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a wish would do if it were carried out now."""

    before: Standing
    after: Standing
    opens: tuple[str, ...]
    """Assignments the learner gets."""
    closes: tuple[str, ...]
    """Assignments that are taken back, because they have not been begun."""


def read_wish(present: Present, unit: str, action: str, why: str) -> Wish:
    """The wish that a form or a request names; KitError says what is missing or wrong in it."""
    known: Sequence[Action] = get_args(Action)
    chosen = next((one for one in known if one == action), None)
    if unit not in present.catalogue.revisions or all(unit != one.id for one in present.course.units):
        raise KitError(f"There is no unit {unit!r} in this course. Choose one of the units on the page.")
    if chosen is None:
        raise KitError(f"{action!r} is nothing that can be decided. Choose one of: {', '.join(known)}.")
    if not why.strip():
        raise KitError("Please write why. It stays in the learner's record, for whoever looks at it later.")
    if len(why) > LONGEST_REASON:
        raise KitError(f"The reason has {len(why)} letters; at most {LONGEST_REASON} are kept. Please shorten it.")
    return Wish(unit, chosen, why.strip())


def outlook(present: Present, learner: str, wish: Wish, events: Sequence[Event]) -> Outlook:
    """What *wish* would do for *learner*, whose *events* are all there are; KitError if it would change nothing."""
    record = fold(learner, events)
    revision = present.catalogue.current(wish.unit)
    require_effect(record, present.course.unit(wish.unit), revision, wish.action)
    data = {"action": wish.action, "revision": revision.number}
    decided = Event("what-if", "overridden", learner, datetime.now(UTC), "what-if", wish.unit, None, data, wish.why)
    then = fold(learner, [*events, decided])
    have, will_have = (set(wanted(one, present.catalogue)) for one in (record, then))
    return Outlook(
        before=standing(record, present.catalogue),
        after=standing(then, present.catalogue),
        opens=tuple(sorted(will_have - have)),
        closes=tuple(sorted(have - will_have)),
    )
