"""What a credential says: an Open Badges 3.0 achievement, made of a portfolio and the course's figures.

Pure: the portfolio, the figures, the time and every random part are arguments. Only members that the standard has are
used; what it has no word for (form, items, certainty, decision accuracy) is a result of an extended type (`ext:…`).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kit.credential.keys import Issuer
from kit.credential.proof import stamp
from kit.decisions.words import counted, listing
from kit.errors import KitError
from kit.portfolio.model import ObjectivePart, Portfolio, UnitPart
from kit.portfolio.road import ACTIONS, in_short
from kit.reports.words import plain

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far the decisions of one unit can be trusted, from the whole cohort; see `kit.analysis.decisions`."""

    n: int
    """Learners it rests on."""
    accuracy: float | None
    """Share (0–1) on whom one form decides rightly; None where it cannot be told."""
    told: str
    """The same as a sentence, or why it cannot be told."""


Accuracies = Mapping[tuple[str, str], Accuracy]
"""(unit, objective) → figures; of the whole unit with "" for the objective. What is missing is not told."""


@dataclass(frozen=True, slots=True)
class Award:
    """What is the issuer's to choose, and what has to come from outside."""

    at: datetime
    until: datetime | None
    id: uuid.UUID
    salt: str
    account: bool = False
    """Publish the account's name; else only its salted hash."""


class NotMastered(KitError):
    """A credential was asked for before every unit is mastered."""


def claims(portfolio: Portfolio, accuracies: Accuracies, issuer: Issuer, award: Award) -> dict[str, Any]:
    """The credential without its proof. NotMastered says what is missing."""
    require_mastered(portfolio)
    kinds = list(_results(portfolio, accuracies, issuer))
    document: dict[str, Any] = {
        "@context": list(CONTEXTS),
        "id": award.id.urn,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{portfolio.title}: mastery of every unit",
        "description": _description(portfolio),
        "issuer": _profile(issuer),
        "validFrom": stamp(award.at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": list(_identity(portfolio, award)),
            **_period(portfolio),
            "achievement": _achievement(portfolio, accuracies, issuer, [kind for kind, _ in kinds]),
            "result": [result for _, result in kinds if result is not None],
            "narrative": _by_hand(portfolio),
        },
        "evidence": [_evidence(unit) for unit in portfolio.units],
    }
    if award.until is not None:
        document["validUntil"] = stamp(award.until)
    return document


def require_mastered(portfolio: Portfolio) -> None:
    """NotMastered with the units and objectives that are missing, unless every unit is mastered."""
    if portfolio.complete:
        return
    if not portfolio.units:
        raise NotMastered(f"{portfolio.title} has no built unit, so there is nothing to certify. Run `kit build`.")
    missing = [_missing(unit) for unit in portfolio.units if unit.mastered_at is None]
    raise NotMastered(
        f"There is no credential for {portfolio.person} yet: {listing(missing)}. It is made when every unit is "
        f"mastered; `kit portfolio {portfolio.learner}` shows what is shown so far."
    )


def identity_hash(identity: str, salt: str) -> str:
    """As Open Badges 3.0 has it: SHA-256 of the identity followed by the salt."""
    return f"sha256${hashlib.sha256((identity + salt).encode()).hexdigest()}"


def _missing(unit: UnitPart) -> str:
    shown = sum(objective.state == "shown" for objective in unit.objectives)
    return f"{unit.id} ({shown} of {counted(len(unit.objectives), 'objective')} shown)"


def _profile(issuer: Issuer) -> dict[str, Any]:
    return {"id": issuer.did, "type": ["Profile"], "name": issuer.name, **({"url": issuer.url} if issuer.url else {})}


def _identity(portfolio: Portfolio, award: Award) -> Iterator[dict[str, Any]]:
    """The name openly, the account as a salted hash: whoever knows the account can check it, nobody can read it."""
    if not portfolio.name and not award.account:
        raise KitError(
            f"The course knows no name for {portfolio.learner}, so the credential would name nobody. Give the name "
            "(`kit enrol --csv FILE` with the columns learner and name), or publish the account with --account."
        )
    if portfolio.name:
        yield _identifier("name", portfolio.name, "")
    yield _identifier("userName", portfolio.learner, "" if award.account else award.salt)


def _identifier(kind: str, identity: str, salt: str) -> dict[str, Any]:
    hashed = {"hashed": True, "identityHash": identity_hash(identity, salt), "salt": salt} if salt else {}
    return {"type": "IdentityObject", "identityType": kind, "hashed": False, "identityHash": identity, **hashed}


def _period(portfolio: Portfolio) -> dict[str, str]:
    begun = [unit.begun_at for unit in portfolio.units if unit.begun_at]
    ended = [unit.mastered_at for unit in portfolio.units if unit.mastered_at]
    start = {"activityStartDate": stamp(min(begun))} if begun else {}
    return {**start, "activityEndDate": stamp(max(ended))}


def _description(portfolio: Portfolio) -> str:
    objectives = sum(len(unit.objectives) for unit in portfolio.units)
    said = f"Every one of {counted(len(portfolio.units), 'unit')} with {counted(objectives, 'objective')} mastered."
    return f"{said} {_by_hand(portfolio)}"


def _by_hand(portfolio: Portfolio) -> str:
    """Overrides, stated: how many, where, and which; the reasons only where they were asked for."""
    count = sum(len(unit.overrides) for unit in portfolio.overridden)
    if not count:
        return "Every unit was decided by evidence; no instructor decided otherwise."
    said = "; ".join(
        f"{unit.id} {ACTIONS[override.action]} on {override.at:%Y-%m-%d}"
        + (f" ({plain(override.why)})" if override.why else "")
        for unit in portfolio.overridden
        for override in unit.overrides
    )
    return f"Decided by an instructor and not by evidence alone, {counted(count, 'time')}: {said}."


def _achievement(
    portfolio: Portfolio, accuracies: Accuracies, issuer: Issuer, kinds: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": _name(issuer, portfolio),
        "type": ["Achievement"],
        "achievementType": "Course",
        "name": portfolio.title,
        "description": f"Mastery of every unit of the course “{plain(portfolio.title)}”.",
        "creator": _profile(issuer),
        "criteria": {"narrative": _criteria(portfolio, accuracies)},
        "resultDescription": kinds,
    }


def _criteria(portfolio: Portfolio, accuracies: Accuracies) -> str:
    """What was asked, in Markdown: criterion, form, items and decision accuracy of each unit."""
    lines = [
        "Each unit is mastered when each of its objectives reaches its own criterion on a form of the checks not seen "
        "before. A gap is followed by instruction on that objective by another approach, and then by another form."
    ]
    for unit in portfolio.units:
        lines.append(f"\n**{_escaped(unit.title)}** (rule {_escaped(unit.rule)}; {_how(unit)}):\n")
        whole = _whole(unit, accuracies)
        lines += [f"- {_asked(unit, one)}{_trusted(unit, one, accuracies, whole)}" for one in unit.objectives]
        if whole is not None and whole.accuracy is not None:
            lines.append(f"\nDecision accuracy: {_escaped(whole.told)} (n = {whole.n})")
    return "\n".join(lines)


def _asked(unit: UnitPart, one: ObjectivePart) -> str:
    shown = f", shown on form {one.form} with {counted(one.items or 0, 'item')}" if one.form else ""
    return f"{_escaped(one.title)}: criterion {100 * one.criterion:g} %{shown}."


def _trusted(unit: UnitPart, one: ObjectivePart, accuracies: Accuracies, whole: Accuracy | None) -> str:
    """The decision accuracy of one objective, where that of the whole unit cannot be told."""
    known = accuracies.get((unit.id, one.id))
    if known is None or (whole is not None and whole.accuracy is not None):
        return ""
    return f" Decision accuracy: {_escaped(known.told)} (n = {known.n})"


def _whole(unit: UnitPart, accuracies: Accuracies) -> Accuracy | None:
    only = unit.objectives[0].id if len(unit.objectives) == 1 else ""
    return accuracies.get((unit.id, only))


def _how(unit: UnitPart) -> str:
    if unit.mastered_by == "override":
        return "marked as mastered by an instructor"
    return f"completed on form {unit.deciding.form}" if unit.deciding else "completed by evidence"


def _evidence(unit: UnitPart) -> dict[str, Any]:
    forms, correctives = len(unit.attempts), sum(one.handed_in_at is not None for one in unit.correctives)
    return {
        "type": ["Evidence"],
        "name": unit.title,
        "description": f"{counted(forms, 'form')} handed in, {counted(unit.cycles, 'cycle')}, "
        f"{counted(correctives, 'corrective')} worked through.",
        "narrative": _escaped(in_short(unit)[:1].upper() + in_short(unit)[1:]),
    }


# --- results ----------------------------------------------------------------------------------------------------------

Kinds = Iterator[tuple[dict[str, Any], dict[str, Any] | None]]


def _results(portfolio: Portfolio, accuracies: Accuracies, issuer: Issuer) -> Kinds:
    """Each result with what it is a result of; None where the learner has none of that kind."""
    for unit in portfolio.units:
        make = _Maker(issuer, portfolio, unit)
        yield make("Status", "unit mastered", status="Completed")
        if unit.deciding is not None:
            yield make("ext:form", "form on which the unit was completed", unit.deciding.form)
        yield make("ext:formsTaken", "forms handed in", str(len(unit.attempts)))
        yield make("ext:cycles", "attempts that left a gap", str(unit.cycles))
        known = _whole(unit, accuracies)
        if known is not None and known.accuracy is not None:
            yield make("ext:decisionAccuracy", "share decided rightly by one form", f"{known.accuracy:.3f}", 1)
        if unit.overrides:
            yield make("ext:overrides", "decisions by an instructor", str(len(unit.overrides)))
        for objective in unit.objectives:
            yield from _of_objective(make, objective, accuracies.get((unit.id, objective.id)))


def _of_objective(make: _Maker, one: ObjectivePart, known: Accuracy | None) -> Kinds:
    asked = f"{100 * one.criterion:g}"
    reached = None if one.share is None else f"{int(100 * one.share + 1e-6)}"
    yield make("Percent", f"share of the points: {one.title}", reached, 100, one.id, asked)
    if one.form is not None:
        yield make("ext:form", f"form that showed it: {one.title}", one.form, objective=one.id)
        yield make("ext:items", f"items on that form: {one.title}", str(one.items), objective=one.id)
    if one.certainty is not None:
        what = f"probability that the level reaches the criterion: {one.title}"
        yield make("ext:certainty", what, f"{one.certainty:.3f}", 1, one.id)
    if known is not None and known.accuracy is not None:
        what = f"share decided rightly by one form: {one.title}"
        yield make("ext:decisionAccuracy", what, f"{known.accuracy:.3f}", 1, one.id)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the description of a result, and the result, of one unit."""

    issuer: Issuer
    portfolio: Portfolio
    unit: UnitPart

    def __call__(
        self, kind: str, what: str, value: str | None = None, most: int | None = None, objective: str = "",
        required: str | None = None, status: str | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:  # fmt: skip
        identity = _name(self.issuer, self.portfolio, self.unit.id, objective, kind)
        description: dict[str, Any] = {
            "id": identity,
            "type": ["ResultDescription"],
            "name": f"{self.unit.title}: {what}",
            "resultType": kind,
        }
        if most is not None:
            description |= {"valueMin": "0", "valueMax": str(most)}
        if required is not None:
            description["requiredValue"] = required
        if value is None and status is None:
            return description, None
        result = {"type": ["Result"], "resultDescription": identity}
        if value is not None:
            result["value"] = value
        if status is not None:
            result["status"] = status
        return description, result


def _name(issuer: Issuer, portfolio: Portfolio, *parts: str) -> str:
    """An id that is the same for everybody who mastered these revisions of this course, and for nothing else."""
    built = ",".join(f"{unit.id}.r{unit.revision}" for unit in portfolio.units)
    said = "\n".join([issuer.did, portfolio.course, built, *parts])
    return uuid.uuid5(uuid.NAMESPACE_URL, said).urn


def _escaped(text: str) -> str:
    """*text* as Markdown that says just this."""
    return _MARKDOWN.sub(r"\\\1", plain(text))
