"""A learner's best notebook as cells of text: what they wrote, with the tasks it answers, and nothing else.

It is put together from what the learner handed in and what was given out. The author's own notebook, with solutions and
hidden tests, is never opened, so nothing of it can get here. Of a check only its result is told.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.course import Limits
from kit.grading.match import Placed, place
from kit.grading.read import read_submission
from kit.grading.trusted import Role, SourceCell
from kit.grading.work import Refusal, Work
from kit.portfolio.model import Cell, Notebook, Picture
from kit.records import Assignment, ItemScore
from kit.reports.words import number

LONGEST_TEXT = 8_000
"""Letters of one cell or output that are shown."""
MOST_CELLS = 120
"""A notebook of a unit has a few dozen; a page has to end somewhere."""
MOST_PICTURES = 2_000_000
"""Bytes of pictures of one notebook that are shown."""
_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def read_best(
    assignment: Assignment, attempt: int, items: Sequence[ItemScore], folder: Path, release: Path, limits: Limits
) -> Notebook | None:
    """The submission in *folder* beside the released notebook *release*; None where one of them cannot be read."""
    try:
        released = _released(release)
        work = Work(assignment, release, release, folder)
        sent = read_submission(work, limits, frozenset(cell.grade_id for cell in released) - {""})
        raw = _raw_cells(folder, assignment.notebook)
    except (OSError, ValueError, TypeError, KeyError, Refusal):
        return None
    outputs = {id(cell): values for cell, values in zip(sent.cells, raw, strict=False)}
    cells = list(_cells(place(released, sent.cells), released, outputs, {item.item: item for item in items}))
    shown = tuple(_bounded(cells[:MOST_CELLS]))
    return Notebook(attempt, assignment.form or "", _language(release), shown, max(0, len(cells) - MOST_CELLS))


def legible(text: str) -> str:
    """*text* without colours for terminals, and with every other sign that cannot be seen made visible as �."""
    text = _ANSI.sub("", text).replace("\r\n", "\n").expandtabs(4)
    seen = "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
    return seen if len(seen) <= LONGEST_TEXT else f"{seen[:LONGEST_TEXT]}\n…"


# --- the two files ----------------------------------------------------------------------------------------------------


def _released(path: Path) -> tuple[SourceCell, ...]:
    """The notebook as it was given out, as the grader's matching wants it: both sides of each cell are the same."""
    return tuple(_source_cell(cell) for cell in json.loads(path.read_bytes())["cells"])


def _source_cell(cell: Mapping[str, Any]) -> SourceCell:
    marks = cell.get("metadata", {}).get("nbgrader") or {}
    text = _joined(cell.get("source"))
    role: Role = (
        "plain" if not marks.get("grade_id")
        else "task" if marks.get("task")
        else "manual" if marks.get("solution") and marks.get("grade")
        else "answer" if marks.get("solution")
        else "check" if marks.get("grade")
        else "locked" if marks.get("locked")
        else "plain"
    )  # fmt: skip
    kind = str(cell.get("cell_type", "code"))
    grade_id = str(marks.get("grade_id") or "")
    return SourceCell(role, kind, text, text, str(cell.get("id") or ""), grade_id, cell.get("metadata", {}))


def _raw_cells(folder: Path, notebook: str) -> list[Any]:
    """The cells as they were sent, for what they printed; `read_submission` has looked at the same file before."""
    path = folder / f"{notebook}.ipynb"
    if not path.is_file():
        (path,) = folder.glob("*.ipynb")
    cells = json.loads(path.read_bytes().decode("utf-8-sig"))["cells"]
    return list(cells)


def _language(release: Path) -> str:
    metadata = json.loads(release.read_bytes()).get("metadata", {})
    return str((metadata.get("kernelspec") or {}).get("language") or "python").lower()


def _joined(source: Any) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")


# --- what is shown ----------------------------------------------------------------------------------------------------


def _cells(
    placed: Sequence[Placed],
    released: Sequence[SourceCell],
    outputs: Mapping[int, Any],
    items: Mapping[str, ItemScore],
) -> Iterator[Cell]:
    """The learner's cells, each task before the first answer to it, and the result where a check stands."""
    task: Cell | None = None
    told = False
    for one in placed:
        origin = one.origin
        if one.cell is not None and one.changed and not (origin is not None and origin.given_back):
            own = _own(one, outputs.get(id(one.cell)))
            told = True
            if own.text.strip() or own.output or own.pictures:
                yield from (task, own) if task is not None else (own,)
                task = None
        elif origin is not None and origin.type == "markdown" and not _teaches(origin):
            task, told = Cell("prose", legible(origin.released), own=False), False
        if origin is not None and origin.grade_id in items and told:
            yield _result(items[origin.grade_id])


def _teaches(cell: SourceCell) -> bool:
    return "instruction" in (cell.metadata.get("tags") or ())


def _own(one: Placed, raw: Any) -> Cell:
    kind = "code" if one.type == "code" else "prose"
    outputs = raw.get("outputs") if isinstance(raw, dict) and kind == "code" else None
    found = [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []
    printed = legible("".join(_printed(found))).strip("\n")
    return Cell("code" if kind == "code" else "prose", legible(one.source), True, printed, tuple(_pictures(found)))


def _result(item: ItemScore) -> Cell:
    if item.score is None:
        return Cell("result", "read by a person", own=False)
    reached = f"{number(item.score)} of {number(item.max)} {'point' if item.max == 1 else 'points'}"
    return Cell("result", reached, own=False, full=item.score >= item.max)


def _printed(outputs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        data = output.get("data")
        if output.get("output_type") == "stream":
            yield _joined(output.get("text"))
        elif isinstance(data, dict) and not any(mime in data for mime in _PICTURES):
            yield f"{_joined(data.get('text/plain'))}\n"


def _pictures(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Picture]:
    for output in outputs:
        data = output.get("data")
        if not isinstance(data, dict):
            continue
        for mime, beginning in _PICTURES.items():
            try:
                drawn = base64.b64decode("".join(_joined(data.get(mime)).split()), validate=True)
            except (binascii.Error, ValueError):
                continue
            if drawn.startswith(beginning):
                yield Picture(mime, base64.b64encode(drawn).decode())


def _bounded(cells: Sequence[Cell]) -> Iterator[Cell]:
    """*cells* with pictures as long as there is room for them."""
    room = MOST_PICTURES
    for cell in cells:
        size = sum(len(picture.base64) for picture in cell.pictures)
        if size <= room:
            room -= size
            yield cell
        else:
            yield Cell(cell.kind, cell.text, cell.own, f"{cell.output}\n(A large picture is left out.)".strip())
