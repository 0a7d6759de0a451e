"""Events as statements of the Experience API (xAPI 1.0.3): somebody did something, with what result, in what context.

The id of a statement is a UUIDv5 of the event's key: the same ledger gives the same bytes, and a learning record store
that is sent a statement a second time knows it. Left out are reasons, the grader's words, and names: an actor is an
account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kit.course import Course
from kit.exports.activities import Activities, home_of
from kit.exports.hiding import hidden_who
from kit.exports.vocabulary import DECIDED, EXTENSION, MASTERED, OVERRIDDEN, PROGRESSED, REGISTERED, VERBS, Verb
from kit.records import SYSTEM, Catalogue, Decision, Event

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one event comes to, before it is put into xAPI's words."""

    verb: Verb
    about: dict[str, Any]
    result: dict[str, Any]
    part: str = ""
    """Tells statements of the same event apart."""


class Statements:
    """Makes statements of the events of one course, in the ledger's order. *home*: where accounts are at home.

    names: a pseudonym for each learner, where they are to be hidden; statement ids then follow from the event's number,
    since its key names the learner.
    """

    def __init__(self, course: Course, catalogue: Catalogue, home: str, names: Mapping[str, str] | None = None) -> None:
        self._home = home_of(home)
        self._course = course
        self._catalogue = catalogue
        self._names = names
        self._activities = Activities(course, catalogue, self._home)
        self._space = uuid5(NAMESPACE_URL, f"{self._home}/courses/{course.id}")
        self._registered: set[str] = set()
        self._named: set[str] = set()
        self._mastered: set[tuple[str, str]] = set()

    def of(self, number: int, event: Event) -> Iterator[Statement]:
        """The statements of *event*, which has *number* in the ledger: one; none or two for some (`vocabulary`)."""
        for said in self._said(event):
            yield self._statement(number, event, said)

    def _said(self, event: Event) -> Iterator[_Said]:
        if event.kind == "decided":
            yield from self._decided(event)
        elif event.kind == "overridden":
            yield self._overridden(event)
        elif event.kind == "enrolled":
            if event.learner not in self._registered:
                self._registered.add(event.learner)
                yield _Said(REGISTERED, self._activities.course(), {})
        elif (verb := VERBS[event.kind]) is not None:
            yield _Said(verb, self._about(event), _RESULTS.get(event.kind, lambda data: {})(event.data))

    def _decided(self, event: Event) -> Iterator[_Said]:
        decision = Decision.from_data(event.data["decision"])
        verb = DECIDED[decision.outcome]
        if decision.outcome == "attention" and not decision.left_gap:
            verb = PROGRESSED
        success = {} if verb is PROGRESSED else {"success": decision.outcome == "mastered"}
        verdicts = [
            {"objective": v.objective, "state": v.state, "share": v.share, "criterion": v.criterion,
             "certainty": v.certainty}
            for v in decision.verdicts
        ]  # fmt: skip
        more = {"outcome": decision.outcome, "rule": decision.rule, "cycle": decision.cycle, "objectives": verdicts}
        score = score_of([(v.score, v.max) for v in decision.verdicts])
        yield _Said(verb, self._about(event), {**score, **success, "extensions": _extensions(more)})
        where = (event.learner, event.unit or "")
        if decision.outcome == "mastered" and where not in self._mastered:
            self._mastered.add(where)
            yield _Said(MASTERED, self._activities.unit(where[1]), {"success": True, "completion": True}, "unit")

    def _overridden(self, event: Event) -> _Said:
        action, where = event.data["action"], (event.learner, event.unit or "")
        if action == "mastered":
            self._mastered.add(where)
        elif action == "reset":
            self._mastered.discard(where)
        result = {"success": True, "completion": True} if action == "mastered" else {}
        return _Said(OVERRIDDEN[action], self._activities.unit(where[1]), result)

    def _about(self, event: Event) -> dict[str, Any]:
        if event.kind == "set-aside" and self._names is not None:
            return self._activities.course()  # it may have come under any name
        if event.assignment is not None and event.kind != "engaged":  # it is the unit that begins
            return self._activities.assignment(event.assignment)
        return self._activities.unit(event.unit) if event.unit else self._activities.course()

    def _statement(self, number: int, event: Event, said: _Said) -> Statement:
        key = event.key if self._names is None else str(number)
        actor = event.learner if said.verb.actor == "learner" else event.who
        statement: Statement = {
            "id": str(uuid5(self._space, "\n".join((key, said.part)))),
            "actor": self._agent(actor),
            "verb": {"id": said.verb.id, "display": {"en": said.verb.word}},
            "object": said.about,
        }
        if said.result:
            statement["result"] = said.result
        statement["context"] = self._context(event, said)
        statement["timestamp"] = event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return statement

    def _agent(self, who: str) -> dict[str, Any]:
        name = who if self._names is None else hidden_who(who, self._names)
        # The controller is no account of the site, and a learner may be called as it is.
        home = f"{self._home}/#controller" if name == SYSTEM and who == SYSTEM else self._home
        return {"objectType": "Agent", "account": {"homePage": home, "name": name}}

    def _context(self, event: Event, said: _Said) -> dict[str, Any]:
        learner = self._agent(event.learner)
        context: dict[str, Any] = {
            "registration": str(uuid5(self._space, "registration\n" + learner["account"]["name"])),
            "contextActivities": self._around(event, said),
            "platform": "mastery-kit",
        }
        if said.verb.actor == "who":
            # The learner it was done to: a store finds the statement when it is asked for theirs.
            context["team"] = {"objectType": "Group", "member": [learner]}
        elif event.kind == "overridden":
            context["instructor"] = self._agent(event.who)
        more = self._more(event)
        if more:
            context["extensions"] = _extensions(more)
        return context

    def _around(self, event: Event, said: _Said) -> dict[str, Any]:
        found = {
            "parent": [self._activities.unit(event.unit)] if event.unit is not None else [],
            "grouping": [self._activities.course()],
            "other": [self._activities.objective(event.unit or "", name) for name in self._objectives(event)],
        }
        others = {name: [a for a in found[name] if a["id"] != said.about["id"]] for name in found}
        return {name: [self._short(activity) for activity in some] for name, some in others.items() if some}

    def _short(self, activity: dict[str, Any]) -> dict[str, Any]:
        """*activity* as its id alone, except the first time it is mentioned: a store keeps what it was told."""
        if activity["id"] in self._named:
            return {"objectType": "Activity", "id": activity["id"]}
        self._named.add(activity["id"])
        return activity

    def _objectives(self, event: Event) -> list[str]:
        """The objectives that the assignment is about, in its own order."""
        if event.assignment is None or not self._catalogue.knows(event.assignment):
            return []
        what = self._catalogue.assignment(event.assignment)
        named = (what.objective,) if what.objective else tuple(item.objective for item in what.items)
        return list(dict.fromkeys(named))

    def _more(self, event: Event) -> dict[str, Any]:
        known = event.assignment is not None and self._catalogue.knows(event.assignment)
        what = self._catalogue.assignment(event.assignment or "") if known else None
        kind = (
            {"kind": what.kind, "revision": what.revision, "form": what.form, "approach": what.approach} if what else {}
        )
        frozen = {"criteria": event.data["criteria"], "rule": event.data["rule"]} if event.kind == "engaged" else {}
        said = {name: event.data.get(name) for name in ("submission", "action")}
        return {name: value for name, value in {**kind, **frozen, **said}.items() if value is not None}


def score_of(points: list[tuple[float | None, float]]) -> dict[str, Any]:
    """The `score` of *points* (reached, there are); nothing where one is not assessed or there are none.

    Reached points outside of 0 … those there are (a person may give more) have no place on xAPI's scale: raw alone.
    """
    if not points or any(reached is None for reached, _ in points):
        return {}
    raw, most = sum(reached or 0.0 for reached, _ in points), sum(there for _, there in points)
    if most <= 0:
        return {}
    if not 0 <= raw <= most:
        return {"score": {"raw": raw}}
    return {"score": {"scaled": round(raw / most, 6), "raw": raw, "min": 0.0, "max": most}}


def _graded(data: Mapping[str, Any]) -> dict[str, Any]:
    points = [(item["score"], item["max"]) for item in data["items"]]
    waiting = sum(reached is None for reached, _ in points)
    more = {"items": len(points), "not-assessed": waiting, "version": data.get("version", 1)}
    if data.get("regraded"):
        more["regraded"] = True
    return {**score_of(points), "extensions": _extensions(more)}


_RESULTS = {"graded": _graded, "submitted": lambda data: {"completion": True}}


def _extensions(values: Mapping[str, Any]) -> dict[str, Any]:
    return {EXTENSION + name: value for name, value in values.items()}
