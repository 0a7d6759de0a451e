"""The data dictionary: what each column of each frame is, taken from where the frames are documented."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from kit.exports.cells import csv_bytes

FRAMES = ("learners", "attempts", "items", "objectives", "units", "progress", "correctives", "events")
"""The frames of a course (`kit.reports.Frames`), in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One column."""

    frame: str
    name: str
    dtype: str
    """As pandas calls it."""
    unit: str
    meaning: str


def entries(frame: str) -> tuple[Entry, ...]:
    """The columns of *frame*, in their order."""
    lines = _docstring(frame).splitlines()
    rule = next(number for number, line in enumerate(lines) if line.startswith("----"))
    # The dashes below the heads say where each column of the table begins.
    starts = [place for place, sign in enumerate(lines[rule]) if sign == "-" and lines[rule][place - 1 : place] != "-"]
    ends = [*starts[1:], None]
    rows = (
        [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        for line in lines[rule + 1 :]
        if line.strip()
    )
    return tuple(Entry(frame, *row) for row in rows)


def about(frame: str) -> str:
    """What a row of *frame* is, in a sentence."""
    return " ".join(_docstring(frame).partition("\n\n")[0].split())


def as_csv() -> bytes:
    """The dictionary of all frames as a table."""
    rows = [(e.frame, e.name, e.dtype, e.unit, e.meaning) for frame in FRAMES for e in entries(frame)]
    return csv_bytes([("frame", "name", "dtype", "unit", "meaning"), *rows])


def as_markdown(course: str) -> str:
    """The dictionary of all frames of the course titled *course*, to be read."""
    parts = [f"# Data dictionary: {_one_line(course)}", _HOW]
    for frame in FRAMES:
        rows = [f"| {e.name} | {e.dtype} | {e.unit} | {_cell(e.meaning)} |" for e in entries(frame)]
        head = ["| name | dtype | unit | meaning |", "| --- | --- | --- | --- |"]
        parts += [f"## {frame}", about(frame), "\n".join([*head, *rows])]
    return "\n\n".join(parts) + "\n"


_HOW = """\
In Parquet every column has the dtype below, as `pandas.read_parquet` reads it. In CSV (UTF-8, commas) an empty cell is
what is missing, times are ISO 8601 in UTC, durations are seconds, and a text that a spreadsheet would take for a
formula (it begins with = + - @ or a tab) has one apostrophe before it."""


def _docstring(frame: str) -> str:
    from kit.reports.frames import Frames

    text = inspect.getdoc(inspect.getattr_static(Frames, frame))
    assert text is not None
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
