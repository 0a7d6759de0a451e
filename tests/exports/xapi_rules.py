"""What the specification of xAPI 1.0.3 (part two, data) demands of a statement, as far as ours have such parts.

Each rule answers with what is wrong; nothing is wrong with a statement of which no rule says anything. A property that
the rules do not know is wrong as well.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def faults(statement: Any) -> list[str]:
    return list(_statement(statement))


def _statement(one: Any) -> Iterator[str]:
    yield from _keys("statement", one, {"id", "actor", "verb", "object", "timestamp"}, {"result", "context"})
    yield from _uuid("id", one.get("id"))
    yield from _agent("actor", one.get("actor"))
    yield from _verb(one.get("verb"))
    yield from _activity("object", one.get("object"))
    if "result" in one:
        yield from _result(one["result"])
    if "context" in one:
        yield from _context(one["context"])
    if not _TIME.fullmatch(one.get("timestamp", "")):
        yield "timestamp: no ISO 8601 time in UTC"
    else:
        datetime.fromisoformat(one["timestamp"])


def _keys(where: str, value: Any, must: set[str], may: set[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: no object"
        return
    for name in must - value.keys():
        yield f"{where}: lacks {name}"
    for name in value.keys() - must - may:
        yield f"{where}: {name} is no property of it"
    for name, member in value.items():
        if member is None:
            yield f"{where}.{name}: null is allowed in extensions alone"


def _iri(where: str, value: Any) -> Iterator[str]:
    # RFC 3987: a scheme, and none of the signs that an IRI cannot hold.
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+", value):
        yield f"{where}: {value!r} is no IRI"
    elif re.search(r"%(?![0-9A-Fa-f]{2})", value):
        yield f"{where}: {value!r} has a percent sign that encodes nothing"


def _uuid(where: str, value: Any) -> Iterator[str]:
    try:
        if str(uuid.UUID(value)) != value or uuid.UUID(value).variant != uuid.RFC_4122:
            yield f"{where}: not in the standard form of RFC 4122"
    except (ValueError, TypeError, AttributeError):
        yield f"{where}: no UUID"


def _agent(where: str, value: Any) -> Iterator[str]:
    yield from _keys(where, value, {"objectType", "account"}, {"name"})
    if value.get("objectType") != "Agent":
        yield f"{where}: no Agent"
    account = value.get("account", {})
    yield from _keys(f"{where}.account", account, {"homePage", "name"}, set())
    yield from _iri(f"{where}.account.homePage", account.get("homePage"))
    if not urlsplit(account.get("homePage", "")).netloc:
        yield f"{where}.account.homePage: not a place"
    if not isinstance(account.get("name"), str) or not account["name"]:
        yield f"{where}.account.name: no text"


def _language_map(where: str, value: Any) -> Iterator[str]:
    for language, text in value.items():
        if not _LANGUAGE.fullmatch(language):
            yield f"{where}: {language!r} is no language (RFC 5646)"
        if not isinstance(text, str):
            yield f"{where}: no text"


def _verb(value: Any) -> Iterator[str]:
    yield from _keys("verb", value, {"id"}, {"display"})
    yield from _iri("verb.id", value.get("id"))
    yield from _language_map("verb.display", value.get("display", {}))


def _activity(where: str, value: Any) -> Iterator[str]:
    yield from _keys(where, value, {"id", "objectType"}, {"definition"})
    yield from _iri(f"{where}.id", value.get("id"))
    if value.get("objectType") != "Activity":
        yield f"{where}: no Activity"
    definition = value.get("definition", {})
    yield from _keys(f"{where}.definition", definition, set(), {"name", "description", "type"})
    yield from _language_map(f"{where}.definition.name", definition.get("name", {}))
    if "type" in definition:
        yield from _iri(f"{where}.definition.type", definition["type"])


def _result(value: Any) -> Iterator[str]:
    yield from _keys("result", value, set(), {"score", "success", "completion", "extensions"})
    for name in ("success", "completion"):
        if not isinstance(value.get(name, True), bool):
            yield f"result.{name}: neither true nor false"
    if "score" in value:
        yield from _score(value["score"])
    yield from _extensions("result.extensions", value.get("extensions", {}))


def _score(value: Any) -> Iterator[str]:
    yield from _keys("score", value, set(), {"scaled", "raw", "min", "max"})
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in value.values()):
        yield "score: no number"
        return
    if not -1 <= value.get("scaled", 0) <= 1:
        yield "score.scaled: not between -1 and 1"
    if "min" in value and "max" in value and value["min"] >= value["max"]:
        yield "score: min is not below max"
    if not value.get("min", float("-inf")) <= value.get("raw", 0) <= value.get("max", float("inf")):
        yield "score.raw: not between min and max"


def _context(value: Any) -> Iterator[str]:
    yield from _keys("context", value, set(), {
        "registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "extensions",
    })  # fmt: skip
    if "registration" in value:
        yield from _uuid("context.registration", value["registration"])
    if "instructor" in value:
        yield from _agent("context.instructor", value["instructor"])
    if "team" in value:
        yield from _group(value["team"])
    around = value.get("contextActivities", {})
    yield from _keys("context.contextActivities", around, set(), {"parent", "grouping", "category", "other"})
    for kind, activities in around.items():
        if not isinstance(activities, list) or not activities:
            yield f"context.contextActivities.{kind}: no activities"
        for activity in activities:
            yield from _activity(f"context.contextActivities.{kind}", activity)
    yield from _extensions("context.extensions", value.get("extensions", {}))


def _group(value: Any) -> Iterator[str]:
    yield from _keys("context.team", value, {"objectType", "member"}, {"name"})
    if value.get("objectType") != "Group" or not value.get("member"):
        yield "context.team: no Group, or an anonymous one without members"
    for member in value.get("member", ()):
        yield from _agent("context.team.member", member)


def _extensions(where: str, value: Any) -> Iterator[str]:
    for name in value:
        yield from _iri(f"{where}, name", name)
