"""Whether a credential has the members that Open Badges 3.0 asks for, with their types. Not the whole of its schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from kit.credential.claims import CONTEXTS

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_HASH = re.compile(r"sha256\$[0-9a-f]{64}")
RESULT_TYPES = (
    "GradePointAverage", "LetterGrade", "Percent", "PerformanceLevel", "PredictedScore", "RawScore", "Result",
    "RubricCriterion", "RubricCriterionLevel", "RubricScore", "ScaledScore", "Status",
)  # fmt: skip
STATUSES = ("Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew")


def faults(document: Mapping[str, Any]) -> list[str]:
    """What is missing or of the wrong type, each as `place: what`; empty for an Open Badges 3.0 credential."""
    return list(_credential(document))


def time_of(value: Any) -> datetime | None:
    """A time as credentials write it; None for anything else."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _uri(value: Any) -> bool:
    return isinstance(value, str) and bool(_URI.fullmatch(value))


def _moment(value: Any) -> bool:
    return time_of(value) is not None


def _typed(name: str) -> Check:
    return lambda value: isinstance(value, list) and name in value and all(map(_text, value))


def _members(
    where: str, values: Any, needed: Mapping[str, Check], allowed: Mapping[str, Check] | None = None
) -> Iterator[str]:
    if not isinstance(values, dict):
        yield f"{where}: is no object"
        return
    for name, holds in needed.items():
        if name not in values:
            yield f"{where}.{name}: is missing"
        elif not holds(values[name]):
            yield f"{where}.{name}: has a value it cannot have"
    for name, holds in (allowed or {}).items():
        if name in values and not holds(values[name]):
            yield f"{where}.{name}: has a value it cannot have"


def _listed(where: str, values: Any) -> Iterator[tuple[str, Any]]:
    for place, value in enumerate(values if isinstance(values, list) else []):
        yield f"{where}[{place}]", value


def _credential(document: Mapping[str, Any]) -> Iterator[str]:
    context = document.get("@context")
    if not isinstance(context, list) or tuple(context[:2]) != CONTEXTS:
        yield f"@context: does not begin with {' and '.join(CONTEXTS)}"
    kinds = document.get("type")
    if isinstance(kinds, list) and not {"OpenBadgeCredential", "AchievementCredential"} & set(map(str, kinds)):
        yield "type: is no OpenBadgeCredential"
    yield from _members(
        "credential", document,
        {"id": _uri, "type": _typed("VerifiableCredential"), "name": _text, "validFrom": _moment,
         "issuer": lambda v: _uri(v) or isinstance(v, dict), "credentialSubject": lambda v: isinstance(v, dict)},
        {"validUntil": _moment, "description": _text, "evidence": lambda v: isinstance(v, list)},
    )  # fmt: skip
    if isinstance(document.get("issuer"), dict):
        yield from _members(
            "issuer", document["issuer"], {"id": _uri, "type": _typed("Profile")}, {"name": _text, "url": _uri}
        )
    for where, value in _listed("evidence", document.get("evidence")):
        yield from _members(where, value, {"type": _typed("Evidence")}, {"name": _text, "narrative": _text})
    yield from _subject(document.get("credentialSubject"))


def _subject(subject: Any) -> Iterator[str]:
    yield from _members(
        "credentialSubject", subject,
        {"type": _typed("AchievementSubject"), "achievement": lambda v: isinstance(v, dict)},
        {"id": _uri, "activityStartDate": _moment, "activityEndDate": _moment, "narrative": _text,
         "result": lambda v: isinstance(v, list), "identifier": lambda v: isinstance(v, list)},
    )  # fmt: skip
    if not isinstance(subject, dict):
        return
    if "id" not in subject and not subject.get("identifier"):
        yield "credentialSubject: has neither an id nor an identifier"
    for where, value in _listed("credentialSubject.identifier", subject.get("identifier")):
        yield from _identity(where, value)
    yield from _achievement(subject.get("achievement"))
    yield from _results(subject)


def _identity(where: str, value: Any) -> Iterator[str]:
    yield from _members(
        where, value,
        {"type": lambda v: v == "IdentityObject", "hashed": lambda v: isinstance(v, bool), "identityHash": _text,
         "identityType": _text},
        {"salt": _text},
    )  # fmt: skip
    if isinstance(value, dict) and value.get("hashed") is True and not _HASH.fullmatch(str(value.get("identityHash"))):
        yield f"{where}.identityHash: is no hash"


def _achievement(value: Any) -> Iterator[str]:
    yield from _members(
        "achievement", value,
        {"id": _uri, "type": _typed("Achievement"), "name": _text, "description": _text,
         "criteria": lambda v: isinstance(v, dict) and (_uri(v.get("id")) or _text(v.get("narrative")))},
        {"achievementType": _text, "creator": lambda v: _uri(v) or isinstance(v, dict),
         "resultDescription": lambda v: isinstance(v, list)},
    )  # fmt: skip
    for where, one in _listed("resultDescription", value.get("resultDescription") if isinstance(value, dict) else None):
        yield from _members(
            where, one,
            {"id": _uri, "type": _typed("ResultDescription"), "name": _text,
             "resultType": lambda v: v in RESULT_TYPES or str(v).startswith("ext:")},
            {"requiredValue": _text, "valueMin": _text, "valueMax": _text},
        )  # fmt: skip


def _results(subject: Mapping[str, Any]) -> Iterator[str]:
    achievement = subject.get("achievement")
    described = achievement.get("resultDescription") if isinstance(achievement, dict) else None
    kinds = {one.get("id"): one.get("resultType") for one in described or () if isinstance(one, dict)}
    for where, one in _listed("result", subject.get("result")):
        yield from _members(
            where, one, {"type": _typed("Result")},
            {"resultDescription": lambda v: v in kinds, "value": _text, "status": lambda v: v in STATUSES},
        )  # fmt: skip
        if isinstance(one, dict) and kinds.get(one.get("resultDescription")) == "Status" and "status" not in one:
            yield f"{where}.status: is missing"
