"""A standing as the exchange gives it to its learner, read back from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

from kit.decisions import Standing, UnitStanding, Work
from kit.decisions.standing import NextAction, ObjectiveStanding, ObjectiveState, State
from kit.decisions.work import WorkState
from kit.errors import StorageError
from kit.records import Kind


def read_standing(values: Mapping[str, Any]) -> Standing:
    """The standing that `Standing.to_json` made *values* of; StorageError where they are not of that form.

    Fields that are not known here are left out: a service may be newer than who asks it.
    """
    try:
        return Standing(
            **_known(Standing, values)
            | {
                "units": tuple(_unit(one) for one in values["units"]),
                "notices": tuple(str(one) for one in values["notices"]),
                "next_action": _one_of(NextAction, values["next_action"]),
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError(
            "What the course tells about you cannot be read here. Your work is safe; please tell your instructor that "
            f"this notebook's mastery-kit and the course's are of different versions ({error})."
        ) from error


def _unit(values: Mapping[str, Any]) -> UnitStanding:
    return UnitStanding(
        **_known(UnitStanding, values)
        | {
            "state": _one_of(State, values["state"]),
            "objectives": tuple(_objective(one) for one in values["objectives"]),
            "todo": tuple(values["todo"]),
            "requires": tuple(values["requires"]),
            "mastered_at": _moment(values["mastered_at"]),
            "begun_at": _moment(values["begun_at"]),
            "work": tuple(_work(one) for one in values["work"]),
        }
    )


def _objective(values: Mapping[str, Any]) -> ObjectiveStanding:
    return ObjectiveStanding(
        **_known(ObjectiveStanding, values) | {"state": _one_of(ObjectiveState, values["state"])},
    )


def _work(values: Mapping[str, Any]) -> Work:
    return Work(
        **_known(Work, values)
        | {
            "kind": _one_of(Kind, values["kind"]),
            "state": _one_of(WorkState, values["state"]),
            "at": _moment(values["at"]),
        }
    )


def _known(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: values[field.name] for field in fields(kind)}


def _one_of(words: Any, value: Any) -> Any:
    if value not in get_args(words):
        raise ValueError(f"{value!r} is not known")
    return value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
