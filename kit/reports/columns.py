"""The columns of every frame with their dtypes: the same for an empty course as for a full one.

`kit.reports.frames.Frames` says what each column means and in which unit it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd

from kit.decisions.standing import ObjectiveState, State
from kit.records.record import Outcome, VerdictState
from kit.reports.gathered import MISSING, Done

TIME = "datetime64[us, UTC]"
DURATION = "timedelta64[us]"

OUTCOMES = list(get_args(Outcome))
VERDICTS = list(get_args(VerdictState))
STATES = list(get_args(State))
PROGRESS = list(get_args(ObjectiveState))
"""Categories that are the same in every course, in this order."""

Columns = Mapping[str, "str | pd.CategoricalDtype"]


def series(column: Done, categories: Sequence[Any] | None = None) -> pd.Series:
    """*column* as pandas has it; NA, NaT or NaN where it is missing.

    *categories*: which there are, in their order, for a `category` column; otherwise those that occur, sorted.
    """
    values: Any = column.values
    if column.kind == "category":
        return pd.Series(_categorical(values, column.categories, categories))
    if column.kind == "float":
        return pd.Series(pd.arrays.FloatingArray(values, np.isnan(values)))
    if column.kind == "int":
        gone = values == MISSING
        return pd.Series(pd.arrays.IntegerArray(np.where(gone, 1, values), gone))
    if column.kind == "time":
        return pd.Series(values.view("datetime64[us]")).dt.tz_localize("UTC")
    if column.kind == "duration":
        return pd.Series(values.view("timedelta64[us]"))
    return pd.Series(values, dtype="string" if column.kind == "text" else "bool")


def _categorical(codes: Any, found: Sequence[Any], wanted: Sequence[Any] | None) -> pd.Categorical:
    order = sorted(found) if wanted is None else list(wanted)
    place = {value: number for number, value in enumerate(order)}
    there = np.array([*(place.get(value, -1) for value in found), -1], dtype=np.int32)
    dtype = pd.CategoricalDtype(pd.Index(order, dtype="str"))
    return pd.Categorical.from_codes(there[codes], dtype=dtype)


def frame(columns: Columns, rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """A frame of *rows*, each with one value per column in the order of *columns*; None becomes NA or NaT."""
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    pairs = zip(columns.items(), values, strict=True)
    return pd.DataFrame({name: pd.Series(list(column), dtype=dtype) for (name, dtype), column in pairs})


EVENTS: Columns = {
    "key": "string", "kind": "category", "learner": "category", "at": TIME, "who": "category", "unit": "category",
    "assignment": "category", "data": "string", "why": "string",
}  # fmt: skip
