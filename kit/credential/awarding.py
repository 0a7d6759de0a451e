"""`award`: the credential of one learner of one course, signed. Nothing is written, and nothing decided."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.course import Course
from kit.credential.claims import Accuracy, Award, claims, require_mastered
from kit.credential.keys import Key
from kit.credential.proof import sign
from kit.portfolio import Portfolio, portfolio

if TYPE_CHECKING:
    import pandas as pd


def award(
    course: Course,
    learner: str,
    key: Key,
    *,
    now: datetime | None = None,
    until: datetime | None = None,
    account: bool = False,
    reasons: bool = False,
) -> dict[str, Any]:
    """The signed credential of *learner*; NotMastered (a KitError) says what is missing, UnknownName who is unknown.

    until: when it ends, for ever if None. account: publish the account's name. reasons: publish why an instructor
    decided otherwise; they may be private.
    """
    found = portfolio(course, learner, reasons=reasons)
    require_mastered(found)
    at = now or datetime.now(UTC)
    chosen = Award(at, until, uuid.uuid4(), secrets.token_hex(16), account)
    return sign(claims(found, accuracies(course, found), key.issuer, chosen), key.private, key.issuer.did, at)


def accuracies(course: Course, of: Portfolio) -> dict[tuple[str, str], Accuracy]:
    """How far the decisions about *of* can be trusted, from everybody's first attempts at the same revisions.

    Keys are (unit, objective), and (unit, "") for the unit as a whole where it has several objectives.
    """
    from kit.analysis import decisions
    from kit.reports import load

    frame = decisions(load(course.root))
    built = {(unit.id, unit.revision) for unit in of.units}
    found = {}
    for _, row in frame.iterrows():
        if (row["unit"], row["revision"]) in built:
            objective = row["objective"] if isinstance(row["objective"], str) else ""
            found[row["unit"], objective] = _accuracy(row)
    return found


def _accuracy(row: pd.Series) -> Accuracy:
    from pandas import NA

    known = row[["accuracy"]].astype("Float64").iloc[0]
    return Accuracy(int(row["n"]), None if known is NA else float(known), str(row["told"]))
