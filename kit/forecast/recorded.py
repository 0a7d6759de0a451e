"""Answers that were recorded elsewhere: read from a CSV file, whole, with every fault named by line and column."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kit.errors import KitError

_RIGHT = {"true": 1.0, "yes": 1.0, "right": 1.0, "correct": 1.0}
_WRONG = {"false": 0.0, "no": 0.0, "wrong": 0.0, "incorrect": 0.0}
_MISSING = {"", "na", "nan", "none", "null", "n/a"}
_SHOWN = 10
"""Faults told at once; of more only how many."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a file are called. `form`, `item`, `order` and `corrective` may be missing in it."""

    learner: str = "learner"
    objective: str = "objective"
    correct: str = "correct"
    form: str = "form"
    item: str = "item"
    order: str = "order"
    corrective: str = "corrective"
    """True at the first answers after a corrective on this objective was worked on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one learner to one item."""

    line: int
    """In the file; the header is line 1."""
    learner: str
    objective: str
    correct: float | None
    """0–1; None where it was not assessed."""
    form: str = ""
    item: str = ""
    order: float | None = None
    corrective: bool = False


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything a file holds, in the order of the file, and what should be known about it."""

    answers: tuple[Answer, ...]
    notices: tuple[str, ...]
    """Sentences on what was read in a way one might not expect."""

    def sequences(self) -> Mapping[tuple[str, str], Sequence[Answer]]:
        """The answers of each (learner, objective) by `order`; equal or missing ones as in the file."""
        found: dict[tuple[str, str], list[Answer]] = {}
        for answer in self.answers:
            found.setdefault((answer.learner, answer.objective), []).append(answer)
        # Those without an order come last; sorting is stable, so equal ones keep the order of the file.
        return {key: sorted(rows, key=_when) for key, rows in found.items()}


def _when(answer: Answer) -> float:
    return math.inf if answer.order is None else answer.order


def read_recording(path: Path, columns: Columns | None = None) -> Recording:
    """Read the CSV file *path*; KitError names every line and column that cannot be understood.

    No row is left out: an empty, NaN or NA answer is kept as *not assessed*. Without a column for the order, the order
    is that of the file. Comma, semicolon or tab may separate the columns.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise KitError(f"{path.name} cannot be read: {error.strerror}. Name a CSV file that you may read.") from None
    except UnicodeDecodeError as error:
        raise KitError(f"{path.name} is not UTF-8 text (byte {error.start}). Save it as CSV in UTF-8.") from None
    return parse_recording(text, path.name, columns or Columns())


def parse_recording(text: str, name: str, columns: Columns) -> Recording:
    """The recording in *text*; *name* is what messages call it. KitError as for `read_recording`."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        places = _places(header, name, columns)
        faults: list[str] = []
        answers = [
            answer
            for cells in reader
            if any(cell.strip() for cell in cells)
            and (answer := _Row(cells, reader.line_num, places, columns, len(header), faults).answer()) is not None
        ]
    except csv.Error as error:
        raise KitError(f"{name}, line {reader.line_num}: it is not a CSV line: {error}. Mend this line.") from None
    if faults:
        more = f"\n… and {len(faults) - _SHOWN} more." if len(faults) > _SHOWN else ""
        listed = "\n".join(f"{name}, {fault}" for fault in faults[:_SHOWN])
        raise KitError(f"{listed}{more}\nNothing was replayed: mend these places first, so that no answer is lost.")
    return Recording(tuple(answers), tuple(_notices(answers, places, columns)))


def _places(header: Sequence[str], name: str, columns: Columns) -> Mapping[str, int]:
    """Where the columns stand, by the field of `Columns`; KitError if one is missing or there twice."""
    if not any(header):
        raise KitError(f"{name} is empty. Its first line must name the columns, for example learner,objective,correct.")
    names = {field: getattr(columns, field) for field in Columns.__dataclass_fields__}
    for field, column in names.items():
        if header.count(column) > 1:
            raise KitError(f"{name}, line 1: the column {column!r} is there {header.count(column)} times. Rename one.")
        if field in ("learner", "objective", "correct") and column not in header:
            raise KitError(
                f"{name}, line 1: there is no column {column!r}. The columns are: {', '.join(header)}. "
                f"Say which one it is with --{field}-column NAME."
            )
    return {field: header.index(column) for field, column in names.items() if column in header}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line below the header; what is wrong with it goes into `faults`."""

    cells: Sequence[str]
    line: int
    places: Mapping[str, int]
    columns: Columns
    width: int
    faults: list[str]

    def answer(self) -> Answer | None:
        """The answer in this line; None if there is a fault in it."""
        if len(self.cells) != self.width:
            self.faults.append(f"line {self.line}: {len(self.cells)} cells, but the header names {self.width} columns.")
            return None
        before = len(self.faults)
        answer = Answer(
            self.line,
            self._text("learner"),
            self._text("objective"),
            self._read("correct", _share, "give 0 or 1, true or false, a share between them, or nothing"),
            self._optional("form"),
            self._optional("item"),
            self._read("order", _moment, "give a number or a time such as 2026-03-02T09:30"),
            bool(self._read("corrective", _share, "give 0 or 1, true or false, or nothing")),
        )
        return answer if len(self.faults) == before else None

    def _optional(self, field: str) -> str:
        return self.cells[self.places[field]].strip() if field in self.places else ""

    def _text(self, field: str) -> str:
        text = self._optional(field)
        if text.lower() in _MISSING - {"na", "none"}:
            self.faults.append(f"line {self.line}, column {getattr(self.columns, field)!r}: it is empty; name one.")
        return text

    def _read(self, field: str, read: Callable[[str], float], step: str) -> float | None:
        text = self._optional(field)
        if text.lower() in _MISSING:
            return None
        try:
            return read(text)
        except ValueError:
            self.faults.append(
                f"line {self.line}, column {getattr(self.columns, field)!r}: {text!r} is not understood; {step}."
            )
            return None


def _share(text: str) -> float:
    word = text.lower()
    value = _RIGHT.get(word, _WRONG.get(word))
    value = float(text) if value is None else value
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value


def _moment(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _notices(answers: Sequence[Answer], places: Mapping[str, int], columns: Columns) -> list[str]:
    notices = []
    missing = sum(answer.correct is None for answer in answers)
    if missing:
        notices.append(f"{missing} of {len(answers)} answers are not assessed; they are kept and judged by no rule.")
    if "order" not in places:
        notices.append(f"There is no column {columns.order!r}: the answers are taken in the order of the file.")
        return notices
    unordered = sum(answer.order is None for answer in answers)
    if unordered:
        notices.append(f"{unordered} answers have no order; they are taken after the others, as in the file.")
    keys = [(a.learner, a.objective, a.order) for a in answers if a.order is not None]
    doubles = len(keys) - len(set(keys))
    if doubles and "form" not in places:
        notices.append(
            f"{doubles} answers share their order with another of the same learner and objective; "
            "they are taken in the order of the file."
        )
    return notices
