"""What people decide: who belongs to the course, and an instructor's overrides."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from kit.build import load_catalogue
from kit.course import LEARNER_RULE, Course, is_learner_name
from kit.errors import KitError, UnknownName
from kit.records import Event, fold, fold_all
from kit.stages.opened import open_ledger


def enrol(course: Course, people: Mapping[str, str], *, by: str) -> int:
    """Enrol *people* (account → full name, may be empty); return how many were new. KitError names each bad account."""
    bad = [name for name in people if not is_learner_name(name)]
    if bad:
        raise KitError(f"These cannot be accounts: {', '.join(map(repr, bad))}. An account is {LEARNER_RULE}.")
    now = datetime.now(UTC)
    with open_ledger(course) as ledger:
        new = ledger.append(
            Event(f"enrolled:{learner}", "enrolled", learner, now, by, data={"name": name} if name else {})
            for learner, name in people.items()
        )
    return len(new)


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
        record = fold(learner, ledger.events(learner)).unit(unit)
        if action != "mastered":
            seen = {g.form for g in record.grants.values() if g.form and g.fetched_at} | record.spent_forms
            if all(form.form in seen for form in revision.forms):
                raise KitError(
                    f"{learner} has seen every form of {unit}. Write another one (a new entry in the variants cell), "
                    "run `kit build`, and try again."
                )
        data = {"action": action, "revision": revision.number}
        key = f"overridden:{learner}:{unit}:{uuid.uuid4()}"
        ledger.append([Event(key, "overridden", learner, datetime.now(UTC), by, unit, None, data, why.strip())])
