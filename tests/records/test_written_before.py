"""What was written before decisions said how sure they are is still read, and means what it meant."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from kit.course import AS_BEFORE
from kit.decisions import decide
from kit.records import Decision, Event, Revision, fold
from tests.histories import make_revision

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DECISION = json.loads("""
    {"outcome": "gaps", "rule": "every-objective", "cycle": 1, "correctives": ["u1.y.analogy"], "next_form": "u1.b",
     "sentence": "1 of 2 objectives of Unit u1 is yours.", "reason": "",
     "verdicts": [{"objective": "x", "state": "mastered", "score": 4.0, "max": 5.0, "criterion": 0.8},
                  {"objective": "y", "state": "gap", "score": 3.0, "max": 5.0, "criterion": 0.8}]}
""")


def events() -> list[Event]:
    def event(number: int, kind: Any, data: dict[str, Any]) -> Event:
        return Event(f"{kind}:{number}", kind, "ada", AT, "test", "u1", "u1.a", data)

    items = [
        {"item": f"{o}-{n}", "objective": o, "score": float(n <= right), "max": 1.0, "note": ""}
        for o, right in (("x", 4), ("y", 3))
        for n in range(1, 6)
    ]
    engaged = {"revision": 1, "criteria": {"x": 0.8, "y": 0.8}, "rule": "every-objective", "max_cycles": 3}
    granted = {"kind": "form", "revision": 1, "form": "a", "objective": None, "approach": None}
    return [
        event(1, "granted", granted),
        event(2, "engaged", engaged),
        event(3, "submitted", {"submission": "s1", "kind": "form"}),
        event(4, "graded", {"submission": "s1", "items": items, "version": 1}),
        event(5, "decided", {"submission": "s1", "version": 1, "decision": DECISION}),
    ]


def test_an_old_decision_is_read_without_a_certainty() -> None:
    decision = Decision.from_data(DECISION)
    assert [v.certainty for v in decision.verdicts] == [None, None]
    assert decision.left_gap


def test_an_old_engagement_keeps_what_was_agreed() -> None:
    unit = fold("ada", events()).unit("u1")
    assert unit.settings == AS_BEFORE
    assert unit.mastered.keys() == {"x"}


def test_an_objective_shown_by_an_old_decision_stays_shown_and_nobody_claims_how_sure_it_was() -> None:
    later = fold("ada", [*events(), *_second_form()]).unit("u1")
    decision = decide(make_revision(), later, later.attempts[1])
    assert [(v.state, v.certainty is None) for v in decision.verdicts] == [
        ("mastered-before", True),
        ("mastered", False),
    ]


def _second_form() -> list[Event]:
    after = AT.replace(hour=12)
    made = []
    for event in events():
        if event.kind in ("granted", "submitted", "graded"):
            data = json.loads(json.dumps(event.data).replace('"s1"', '"s2"').replace('"form": "a"', '"form": "b"'))
            for item in data.get("items", ()):
                item["score"] = 1.0
            made.append(Event(f"{event.key}:b", event.kind, "ada", after, "test", "u1", "u1.b", data))
    return made


def test_a_revision_built_before_decides_as_it_did() -> None:
    values = json.loads(json.dumps(make_revision().to_json()))
    del values["settings"]
    assert Revision.from_json(values).settings == AS_BEFORE


def test_a_revision_survives_being_written_down_with_its_settings() -> None:
    revision = make_revision(rule="posterior")
    assert Revision.from_json(json.loads(json.dumps(revision.to_json()))) == revision
