"""What people decide: who belongs to the course, and an instructor's overrides."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kit.build import load_catalogue
from kit.course import LEARNER_RULE, Course, Unit, is_learner_name
from kit.decisions import standing
from kit.decisions.words import listing
from kit.errors import KitError, UnknownName
from kit.exchange import open_exchange
from kit.records import Event, LearnerRecord, Revision, fold, fold_all
from kit.stages.opened import open_ledger


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an enrolment changed."""

    added: int
    """How many were not in the course before."""
    renamed: int
    """How many were, and have another full name now."""
    moved: int = 0
    """How many were, and are in another section now."""


def enrol(course: Course, people: Mapping[str, str], *, by: str, sections: Mapping[str, str] | None = None) -> Enrolled:
    """Enrol *people* (account → full name, may be empty); a name that differs from the known one replaces it.

    sections: account → section ("" for none) of those whose section is to be this one from now on; who is not named
    there stays where they are.

    KitError names each bad account. Before the first build each is told, in the exchange, that nothing is open yet.
    """
    bad = [name for name in people if not is_learner_name(name)]
    if bad:
        raise KitError(f"These cannot be accounts: {', '.join(map(repr, bad))}. An account is {LEARNER_RULE}.")
    now = datetime.now(UTC)
    sections = sections or {}
    with open_ledger(course) as ledger:
        added = ledger.append(
            Event(f"enrolled:{learner}", "enrolled", learner, now, by, data=_said(name, sections.get(learner)))
            for learner, name in people.items()
        )
        records = fold_all(ledger.events())
        # A name may change back to what it was, so the key cannot be made of it.
        renamed = ledger.append(
            Event(f"enrolled:{learner}:{uuid.uuid4()}", "enrolled", learner, now, by, data={"name": name})
            for learner, name in people.items()
            if name and name != records[learner].name
        )
        moved = ledger.append(
            Event(f"enrolled:{learner}:{uuid.uuid4()}", "enrolled", learner, now, by, data={"section": section})
            for learner, section in sections.items()
            if learner in people and section != records[learner].section
        )
    _say_not_open_yet(course, [records[learner] for learner in people])
    return Enrolled(len(added), len(renamed), len(moved))


def sections_by(course: Course, who: str) -> dict[str, str]:
    """Learner → section, of those whose section was last said by *who*; without those who are in none."""
    said: dict[str, tuple[str, str]] = {}
    with open_ledger(course) as ledger:
        for event in ledger.events():
            if event.kind == "enrolled" and "section" in event.data:
                said[event.learner] = (event.who, event.data["section"])
    return {learner: section for learner, (by, section) in said.items() if by == who and section}


def _said(name: str, section: str | None) -> dict[str, str]:
    """The data of somebody's first event: what is known about them."""
    return {key: value for key, value in (("name", name), ("section", section)) if value}


def _say_not_open_yet(course: Course, records: Iterable[LearnerRecord]) -> None:
    """Learners see the exchange alone: without a word there, being early would look like being unknown."""
    catalogue = load_catalogue(course)
    if catalogue.revisions:
        return
    exchange = open_exchange(course)
    for record in records:
        exchange.publish_progress(record.learner, standing(record, catalogue).to_json())


def require_enrolled(course: Course, learners: Iterable[str]) -> None:
    """UnknownName for the first of *learners* who is not enrolled, with who is."""
    names = list(learners)
    if not names:
        return
    with open_ledger(course) as ledger:
        known = {name for name, record in fold_all(ledger.events()).items() if record.enrolled_at is not None}
    for name in names:
        if name not in known:
            some = ", ".join(sorted(known)[:8]) + (" …" if len(known) > 8 else "")
            raise UnknownName(
                f"There is no learner {name!r}. Enrolled are: {some or 'nobody yet'}. `kit enrol` adds one."
            )


def override(course: Course, learner: str, unit: str, action: str, *, why: str, by: str) -> None:
    """Write an instructor's decision into the ledger. KitError if it could have no effect, with what to do instead."""
    course.unit(unit)
    require_enrolled(course, [learner])
    if not why.strip():
        raise KitError('An override needs a reason: --why "…". It stays in the learner\'s record.')
    catalogue = load_catalogue(course)
    revision = catalogue.current(unit)
    with open_ledger(course) as ledger:
        record = fold(learner, ledger.events(learner))
        require_effect(record, course.unit(unit), revision, action)
        data = {"action": action, "revision": revision.number}
        key = f"overridden:{learner}:{unit}:{uuid.uuid4()}"
        ledger.append([Event(key, "overridden", learner, datetime.now(UTC), by, unit, None, data, why.strip())])


def require_effect(record: LearnerRecord, unit: Unit, revision: Revision, action: str) -> None:
    """KitError where *action* would change nothing, with what would."""
    mine, learner = record.unit(unit.id), record.learner
    if mine.mastered_at is not None and action != "reset":
        raise KitError(f"{learner} has mastered {unit.id} already. To begin it anew, use --reset.")
    if action == "mastered":
        return
    missing = [name for name in unit.requires if name not in record.mastered_units]
    if missing:
        raise KitError(
            f"{unit.id} is not open for {learner}: it requires {listing(missing)}. "
            f"To open it, count that as mastered: `kit override {learner} {missing[0]} --mastered`."
        )
    seen = {g.form for g in mine.grants.values() if g.form and g.fetched_at} | mine.spent_forms
    if all(form.form in seen for form in revision.forms):
        raise KitError(
            f"{learner} has seen every form of {unit.id}. Write another one (a new entry in the variants cell), "
            "run `kit build`, and try again."
        )
