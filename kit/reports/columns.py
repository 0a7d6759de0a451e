"""The columns of every frame with their dtypes: the same for an empty course as for a full one.

`kit.reports.view.CourseView` says what each column means and in which unit it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

import pandas as pd

from kit.decisions.standing import ObjectiveState, State
from kit.records.record import Outcome, VerdictState

TIME = "datetime64[us, UTC]"
DURATION = "timedelta64[us]"

_OUTCOME = pd.CategoricalDtype(list(get_args(Outcome)))
_VERDICT = pd.CategoricalDtype(list(get_args(VerdictState)))
_STATE = pd.CategoricalDtype(list(get_args(State)))
_PROGRESS = pd.CategoricalDtype(list(get_args(ObjectiveState)))

Columns = Mapping[str, "str | pd.CategoricalDtype"]

ATTEMPTS: Columns = {
    "learner": "string", "unit": "string", "revision": "Int64", "attempt": "Int64", "form": "string",
    "assignment": "string", "submission": "string", "submitted_at": TIME, "graded": "bool", "score": "Float64",
    "max": "Float64", "share": "Float64", "outcome": _OUTCOME, "cycle": "Int64", "rule": "string",
    "sentence": "string", "before_reset": "bool",
}  # fmt: skip

ITEMS: Columns = {
    "learner": "string", "unit": "string", "revision": "Int64", "attempt": "Int64", "form": "string",
    "submission": "string", "submitted_at": TIME, "item": "string", "objective": "string", "score": "Float64",
    "max": "Float64", "note": "string",
}  # fmt: skip

OBJECTIVES: Columns = {
    "learner": "string", "unit": "string", "revision": "Int64", "attempt": "Int64", "form": "string",
    "submission": "string", "submitted_at": TIME, "objective": "string", "score": "Float64", "max": "Float64",
    "share": "Float64", "criterion": "Float64", "state": _VERDICT, "certainty": "Float64", "before_reset": "bool",
}  # fmt: skip

UNITS: Columns = {
    "learner": "string", "name": "string", "unit": "string", "title": "string", "state": _STATE, "attempts": "Int64",
    "cycles": "Int64", "correctives": "Int64", "objectives": "Int64", "objectives_shown": "Int64",
    "engaged_at": TIME, "mastered_at": TIME, "time_to_mastery": DURATION, "by_override": "bool", "sentence": "string",
    "attention": "string", "attention_next": "string",
}  # fmt: skip

PROGRESS: Columns = {
    "learner": "string", "unit": "string", "objective": "string", "title": "string", "state": _PROGRESS,
    "criterion": "Float64",
}  # fmt: skip

CORRECTIVES: Columns = {
    "learner": "string", "unit": "string", "objective": "string", "approach": "string", "assignment": "string",
    "granted_at": TIME, "submitted_at": TIME, "score": "Float64", "max": "Float64", "share": "Float64",
    "next_attempt": "Int64", "followed_by": _VERDICT,
}  # fmt: skip

EVENTS: Columns = {
    "key": "string", "kind": "string", "learner": "string", "at": TIME, "who": "string", "unit": "string",
    "assignment": "string", "data": "object", "why": "string",
}  # fmt: skip


def frame(columns: Columns, rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """A frame of *rows*, each with one value per column in the order of *columns*; None becomes NA or NaT."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    pairs = zip(columns.items(), values, strict=True)
    return pd.DataFrame({name: pd.Series(list(column), dtype=dtype) for (name, dtype), column in pairs})
