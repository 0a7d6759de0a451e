"""Many learners' histories as columns of numbers: what frames are made of, small enough for a large cohort.

A value that repeats (a unit, an item with its score, a verdict) is kept once, and the column holds its place.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Codes = np.ndarray[Any, np.dtype[np.int32]]

MISSING = np.iinfo(np.int64).min
"""In columns of whole numbers and times; for times it is also what NumPy takes for "not a time"."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Places(dict[Any, int]):
    """A place for each value, given when it is first asked for; None has −1."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        super().__init__((value, place) for place, value in enumerate(values))

    def __missing__(self, value: Any) -> int:
        if value is None:
            return -1
        place = self[value] = len(self)
        return place


class Column:
    """One column that grows. *kind*: `category` and `text` (any values), `int`, `float`, `bool`, `time`, `duration`."""

    __slots__ = ("kind", "places", "values")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.places = Places()
        self.values: Any = [] if kind == "text" else array({"category": "i", "float": "d", "bool": "b"}.get(kind, "q"))

    def extend(self, values: Iterable[Any]) -> None:
        """Add *values*; None is what is missing."""
        if self.kind == "category":
            self.values.extend(map(self.places.__getitem__, values))
        elif self.kind == "float":
            self.values.extend([np.nan if value is None else value for value in values])
        elif self.kind == "time":
            self.values.extend([MISSING if v is None else (v - _EPOCH) // _MICROSECOND for v in values])
        elif self.kind == "duration":
            self.values.extend([MISSING if v is None else v // _MICROSECOND for v in values])
        elif self.kind == "int":
            self.values.extend([MISSING if value is None else value for value in values])
        else:
            self.values.extend(values)

    def done(self) -> Done:
        """The column as it stands, as an array."""
        dtypes = {"category": np.int32, "float": np.float64, "bool": np.bool_, "text": object}
        values: np.ndarray[Any, Any] = np.array(self.values, dtype=dtypes.get(self.kind, np.int64))
        return Done(self.kind, values, list(self.places))


@dataclass(frozen=True, slots=True)
class Done:
    """A column that no longer grows."""

    kind: str
    values: np.ndarray[Any, Any]
    categories: list[Any]
    """What the places in `values` stand for; empty for other kinds."""

    def repeat(self, counts: Ints) -> Done:
        """Each value as often as *counts* says."""
        return Done(self.kind, np.repeat(self.values, counts), self.categories)

    def take(self, places: Codes) -> Done:
        """The values at *places*."""
        return Done(self.kind, self.values[places], self.categories)


def joined(parts: Sequence[Done]) -> Done:
    """The columns *parts* one after the other."""
    if len(parts) == 1:
        return parts[0]
    kind = parts[0].kind
    if kind != "category":
        return Done(kind, np.concatenate([part.values for part in parts]), [])
    places = Places()
    moved = []
    for part in parts:
        # The last entry is where −1, the missing, leads.
        there = np.array([*(places[value] for value in part.categories), -1], dtype=np.int32)
        moved.append(there[part.values])
    return Done(kind, np.concatenate(moved), list(places))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, in the order of `kinds`."""

    kinds: Mapping[str, str]
    columns: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", {name: Column(kind) for name, kind in self.kinds.items()})

    def extend(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add *rows*, each with one value per column."""
        for column, values in zip(self.columns.values(), zip(*rows, strict=True), strict=False):
            column.extend(values)

    def done(self) -> dict[str, Done]:
        """The columns as they stand."""
        return {name: column.done() for name, column in self.columns.items()}


class Leaves:
    """Per row of another table a run of values, of which many are equal: item scores, verdicts, objectives."""

    __slots__ = ("codes", "counts", "places")

    def __init__(self) -> None:
        self.places = Places()
        self.codes = array("i")
        self.counts = array("i")

    def add(self, values: Sequence[Any]) -> None:
        """The run of the next row."""
        self.codes.extend(map(self.places.__getitem__, values))
        self.counts.append(len(values))

    def done(self) -> Runs:
        """The runs as they stand."""
        return Runs(np.array(self.codes, dtype=np.int32), np.array(self.counts, dtype=np.int64), list(self.places))


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of values that no longer grow."""

    codes: Codes
    counts: Ints
    """Per row of the other table, how many of `codes` are its."""
    values: list[Any]
    """What the codes stand for; a value may stand there more than once."""


def joined_runs(parts: Sequence[Runs]) -> Runs:
    """The runs of *parts* one after the other."""
    if len(parts) == 1:
        return parts[0]
    values: list[Any] = []
    codes = []
    for part in parts:
        codes.append(part.codes + np.int32(len(values)))
        values += part.values
    return Runs(np.concatenate(codes), np.concatenate([part.counts for part in parts]), values)
