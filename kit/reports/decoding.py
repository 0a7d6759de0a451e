"""Reading the values of many events: what stands in thousands of them word for word is read once.

The ledger keeps an event's values as JSON. In a large one nearly all of that text is item scores and verdicts, and of
these only few differ: five of five points on `slicing` look the same for everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic_core import from_json

from kit.records import Event, ItemScore, Verdict
from kit.records.fold import KEPT_WHOLE

_KEPT = 200_000
"""Texts a decoder keeps of one kind; beyond them it reads anew."""
_SHARED = frozenset({"granted", "engaged", "withdrawn", "fetched"})
"""Kinds of events whose values name no submission, so that learners share them."""

Leaf = TypeVar("Leaf")


class _Said:
    """What the fold reads of an event that no record keeps; an `Event` takes four times as long to make."""

    __slots__ = ("assignment", "at", "data", "kind", "learner", "unit")

    def __init__(
        self, kind: str, learner: str, at: datetime, unit: str | None, assignment: str | None, data: Mapping[str, Any]
    ) -> None:
        self.kind = kind
        self.learner = learner
        self.at = at
        self.unit = unit
        self.assignment = assignment
        self.data = data


class Decoder:
    """Turns rows of the ledger into events; equal item scores, verdicts and values of theirs are one object."""

    def __init__(self) -> None:
        self._shared: dict[str, Mapping[str, Any]] = {}
        self._scores: dict[str, ItemScore] = {}
        self._verdicts: dict[str, Verdict] = {}

    def event(self, row: Sequence[Any]) -> Event:
        """The event of *row*: key, kind, learner, at, who, unit, assignment, data, why.

        Of kinds that no record keeps as they are it has what the fold reads, and no `key`, `who` and `why`.
        `data["items"]` and `data["decision"]["verdicts"]` hold `ItemScore` and `Verdict`, which the fold takes as well.
        """
        key, kind, learner, at, who, unit, assignment, text, why = row
        if kind == "graded":
            data = self._with_leaves(text, '"items": [{', "}], ", self._scores, _score)
        elif kind == "decided":
            data = self._with_leaves(text, '"verdicts": [{', "}]}, ", self._verdicts, _verdict)
        elif kind in _SHARED:
            data = self._shared[text] if text in self._shared else self._first(text)
        else:
            data = from_json(text)
        if kind in KEPT_WHOLE:
            return Event(key, kind, learner, datetime.fromisoformat(at), who, unit, assignment, data, why)
        said: Any = _Said(kind, learner, datetime.fromisoformat(at), unit, assignment, data)
        return said

    def _first(self, text: str) -> Mapping[str, Any]:
        data = _read_whole(text)
        if len(self._shared) < _KEPT:
            self._shared[text] = data
        return data

    def _with_leaves(
        self, text: str, begin: str, end: str, known: dict[str, Leaf], read: Callable[[Mapping[str, Any]], Leaf]
    ) -> Mapping[str, Any]:
        """The values in *text*, whose one list of objects between *begin* and *end* becomes leaves.

        The list is parted at `}, {` without being read. Parted inside a string, the piece before the place would be no
        JSON: so if every piece is an object by itself, the places were right, and otherwise the whole is read at once.
        """
        start = text.find(begin)
        stop = text.find(end, start)
        if start < 0 or stop < 0:
            return _read_whole(text)
        start += len(begin)
        leaves: list[Leaf] = []
        try:
            for piece in text[start:stop].split("}, {"):
                leaf = known.get(piece)
                if leaf is None:
                    leaf = read(from_json("{" + piece + "}"))
                    if len(known) < _KEPT:
                        known[piece] = leaf
                leaves.append(leaf)
            rest: dict[str, Any] = from_json(text[: start - 1] + text[stop + 1 :])
        except (ValueError, KeyError, TypeError):
            return _read_whole(text)
        if "decision" in rest:
            rest["decision"]["verdicts"] = leaves
        else:
            rest["items"] = leaves
        return rest


def _read_whole(text: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = from_json(text)
    return values


def _score(item: Mapping[str, Any]) -> ItemScore:
    return ItemScore(item["item"], item["objective"], item["score"], item["max"], item.get("note", ""))


def _verdict(values: Mapping[str, Any]) -> Verdict:
    return Verdict(**values)
