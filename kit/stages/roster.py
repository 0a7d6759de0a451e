"""A class list as people have it: CSV out of a spreadsheet, in whatever dialect that wrote it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kit.course import LEARNER_RULE, is_learner_name
from kit.errors import KitError

_FIRST_LINE = "Its first line should be: learner,name"
_LONGEST_SECTION = 100


@dataclass(frozen=True, slots=True)
class ClassList:
    """What a class list says."""

    people: dict[str, str] = field(default_factory=dict)
    """Account → full name; empty where none is given, the last one given counts."""
    sections: dict[str, str] = field(default_factory=dict)
    """Account → section, of those alone for whom one is given."""


def read_roster(path: Path, note: Callable[[str], None] = lambda words: None) -> ClassList:
    """The people in the CSV file *path*: column `learner`, and if there are any, `name` and `section`.

    Commas, semicolons or tabs; UTF-8, UTF-16 or, with a word to *note*, Windows-1252. KitError with the line of
    everything that cannot be an account, and for a row that does not fit the first line.
    """
    lines = _decoded(path, note).splitlines(keepends=True)
    found = ClassList()
    bad = []
    for number, learner, name, section in _rows(path.name, lines):
        if is_learner_name(learner):
            found.people[learner] = name or found.people.get(learner, "")
            if section:
                found.sections[learner] = section[:_LONGEST_SECTION]
        else:
            bad.append(f"line {number}: {learner!r}" if learner else f"line {number}: no learner")
    if bad:
        more = f"; and {len(bad) - 10} more" if len(bad) > 10 else ""
        raise KitError(
            f"Nobody was enrolled. {path.name} has what cannot be an account: {'; '.join(bad[:10])}{more}. "
            f"An account is {LEARNER_RULE}."
        )
    return found


def _decoded(path: Path, note: Callable[[str], None]) -> str:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise KitError(
            f"{path.name}, line {number}: its letters cannot be read. Save the file as “CSV UTF-8” and try again."
        ) from None
    note(f"{path.name} is not UTF-8 (line {number}); it was read as Windows-1252 (Latin-1). Look the names over.")
    return text


def _rows(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, str]]:
    """(line, learner, name, section) of every row that is not empty."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise KitError(f"{file} is empty. {_FIRST_LINE}")
    separator, header = _header(file, lines[first])
    places = [header.index(column) if column in header else None for column in ("learner", "name", "section")]
    # Strict: a quote that is never closed would swallow the rest of the class.
    reader = csv.reader(lines[first + 1 :], delimiter=separator, strict=True, skipinitialspace=True)
    while True:
        number = first + 2 + reader.line_num
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise KitError(f"{file}, line {number}: {error}. Look at the quotes there.") from None
        if row is None:
            return
        row = [value.strip() for value in row]
        if any(row[len(header) :]):
            raise KitError(
                f"{file}, line {number}: {len(row)} values, but the first line names {len(header)} columns. "
                f'Put a value that holds a “{separator}” into quotes: "…".'
            )
        if any(row):
            full = row + [""] * len(header)
            learner, name, section = (full[place] if place is not None else "" for place in places)
            yield number, learner, name, section


def _header(file: str, line: str) -> tuple[str, list[str]]:
    for separator in ",;\t":
        header = [value.strip().strip('"').casefold() for value in line.split(separator)]
        if "learner" in header:
            return separator, header
    raise KitError(f"{file} has no column `learner`. {_FIRST_LINE}")
