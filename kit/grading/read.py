"""A learner's folder, read as bytes: regular files only, no link followed, nothing believed."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.course import Limits
from kit.grading.work import Refusal, Work

MAX_CELLS = 2_000
"""More than any unit has; a notebook beyond it was not made by hand."""
_SKIPPED = {"__pycache__", "feedback"}
"""Besides hidden files, which configure programs and are no part of anybody's work."""
_AGAIN = "Open it in JupyterLab, save it, and submit again."


@dataclass(frozen=True, slots=True)
class LearnerCell:
    """One cell as the learner sent it; all of it is the learner's word."""

    type: str
    source: str
    id: str = ""
    grade_id: str = ""
    attachments: Any = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A learner's notebook and what lies beside it."""

    cells: tuple[LearnerCell, ...]
    hint: str
    """The assignment id its metadata names, "" if none: forgeable, and harmless."""
    files: dict[str, bytes]


def read_submission(work: Work, limits: Limits, grade_ids: frozenset[str]) -> Submission:
    """Read ``work.folder``; Refusal with a sentence for the learner where it cannot be graded.

    grade_ids: those of the source; a renamed notebook is recognised by them.
    """
    files = _files(work.folder, limits)
    name = f"{work.assignment.notebook}.ipynb"
    notebooks = [path for path in files if path.endswith(".ipynb") and "/" not in path]
    chosen = name if name in notebooks else _renamed(notebooks, name)
    values = _parse(_content(work.folder / chosen, limits.submission_bytes), chosen)
    cells = tuple(_cell(cell) for cell in values["cells"])
    if chosen != name and not grade_ids & {cell.grade_id for cell in cells}:
        raise Refusal("missing-notebook", _missing(name))
    metadata = values.get("metadata")
    kit = metadata.get("mastery_kit") if isinstance(metadata, dict) else None
    hint = kit.get("assignment") if isinstance(kit, dict) else None
    beside = {path: _content(work.folder / path, size) for path, size in files.items() if not path.endswith(".ipynb")}
    return Submission(cells, hint if isinstance(hint, str) else "", beside)


def _missing(name: str) -> str:
    return (
        f"The notebook {name} is not in what you handed in. Put it back under this name "
        "(your work may be in a copy with another name), save it, and submit again."
    )


def _renamed(notebooks: list[str], name: str) -> str:
    if len(notebooks) == 1:
        return notebooks[0]
    raise Refusal("missing-notebook", _missing(name))


# --- files ------------------------------------------------------------------------------------------------------------


def _files(folder: Path, limits: Limits) -> dict[str, int]:
    """Relative path → size of every regular file; links and special files are passed over, except as the notebook."""
    found: dict[str, int] = {}
    total = 0
    for path, size in _walk(folder, folder, depth=5):
        total += size
        found[path] = size
        if total > limits.submission_bytes:
            raise Refusal(
                "too-large",
                f"What you handed in is larger than {limits.submission_bytes // 1_000_000 or 1} MB. Remove files the "
                "task does not need, or clear the outputs (Edit → Clear Outputs of All Cells), save, and submit again.",
            )
        if len(found) > limits.submission_files:
            raise Refusal(
                "too-many-files",
                f"What you handed in has more than {limits.submission_files} files. "
                "Remove the files the task does not need, and submit again.",
            )
    return found


def _walk(folder: Path, root: Path, depth: int) -> Iterator[tuple[str, int]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except NotADirectoryError:
        return
    for entry in entries:
        if entry.name in _SKIPPED or entry.name.startswith(".") or not _is_clean(entry.name):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if depth:
                yield from _walk(path, root, depth - 1)
        elif entry.is_file(follow_symlinks=False):
            yield path.relative_to(root).as_posix(), entry.stat(follow_symlinks=False).st_size
        elif folder == root and entry.name.endswith(".ipynb"):
            raise Refusal(
                "not-a-file",
                f"{entry.name} is not an ordinary file but a link or something else. "
                "Put the notebook itself into the folder, and submit again.",
            )


def _is_clean(name: str) -> bool:
    return name.isprintable() and name.encode(errors="replace") == os.fsencode(name)


def _content(path: Path, limit: int) -> bytes:
    """The bytes of a regular file, at most *limit*; never follows a link, never waits for a pipe."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            said = f"{path.name} is not an ordinary file. Put the file itself there, and submit again."
            raise Refusal("not-a-file", said)
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Refusal("too-large", f"{path.name} is too large to be graded. Clear its outputs, save, and submit again.")
    return content


# --- the notebook -----------------------------------------------------------------------------------------------------


def _parse(content: bytes, name: str) -> dict[str, Any]:
    try:
        values = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_no_repeats)
    except UnicodeDecodeError as error:
        raise _broken(name, f"it has a byte at position {error.start} that is no text") from None
    except json.JSONDecodeError as error:
        raise _broken(name, f"line {error.lineno} cannot be read") from None
    except RecursionError:
        raise _broken(name, "it is nested far too deeply") from None
    except ValueError as error:  # a repeated key, or a number of thousands of digits
        raise _broken(name, str(error) if type(error) is _Repeated else "it holds a number that is too long") from None
    if not isinstance(values, dict) or not isinstance(values.get("cells"), list):
        if isinstance(values, dict) and isinstance(values.get("worksheets"), list):
            raise Refusal("old-notebook", f"{name} is in an old notebook format. {_AGAIN}")
        raise _broken(name, "it has no cells")
    if values.get("nbformat") != 4:
        raise Refusal("old-notebook", f"{name} is not in the notebook format of JupyterLab (version 4). {_AGAIN}")
    if len(values["cells"]) > MAX_CELLS:
        raise Refusal(
            "too-many-cells", f"{name} has more than {MAX_CELLS} cells. Delete cells you do not need, and submit again."
        )
    return values


class _Repeated(ValueError):
    """A key that stands twice in one object: what it means would depend on who reads it."""


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Repeated(f"the key {_short(twice)!r} stands in it twice")
    return values


def _broken(name: str, what: str) -> Refusal:
    return Refusal("not-a-notebook", f"{_short(name)} is not a notebook any more: {what}. {_AGAIN}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _cell(values: Any) -> LearnerCell:
    """A cell with whatever of it makes sense; what does not is empty."""
    if not isinstance(values, dict):
        return LearnerCell("raw", "")
    metadata = values.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    identity = values.get("id")
    kind = values.get("cell_type")
    return LearnerCell(
        type=kind if kind in ("code", "markdown") else "raw",
        source=_source(values.get("source")),
        id=identity if isinstance(identity, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", identity) else "",
        grade_id=grade_id if isinstance(grade_id, str) else "",
        attachments=values.get("attachments"),
    )


def _source(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    # Half a character (a lone surrogate) could not be written to any file; a NUL ends a program's text.
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd").replace("\r\n", "\n")
