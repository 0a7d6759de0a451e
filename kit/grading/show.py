"""The autograded notebook: what formgrader shows an instructor beside the scores."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from kit.grading.executors.job import CellRun, Run
from kit.grading.harmless import harmless, with_pictures
from kit.grading.match import Placed
from kit.grading.trusted import Trusted

SAFE_MIMES = ("text/plain", "image/png", "image/jpeg")
"""What is kept of a display: formgrader would run anything else in the instructor's browser, with their rights."""

_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_NOTES = {
    "restored": "This cell was missing from the submission and was put back before grading.",
    "replaced": "This cell had been changed in the submission; the original was put back before grading.",
    "absent": "This cell was deleted from the submission; it is shown as it was released and was not run.",
}


def autograded(trusted: Trusted, placed: Sequence[Placed], run: Run) -> dict[str, Any]:
    """A notebook (nbformat 4.5, JSON values): the learner's text, the author's checks, and what came of them."""
    runs = {cell.key: cell for cell in run.cells}
    taken: set[str] = set()
    cells, count = [], 0
    for cell in placed:
        ran = runs.get(cell.key)
        count += bool(ran and ran.state != "not-run")
        cells.append(_cell(cell, ran, count, _identity(cell.key, taken)))
    metadata = {key: trusted.metadata[key] for key in ("kernelspec", "language_info") if key in trusted.metadata}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def as_text(notebook: Mapping[str, Any]) -> str:
    """*notebook* as the text of an ``.ipynb`` file on one line: nobody reads it but programs, and it is made fast."""
    return json.dumps(notebook, ensure_ascii=False) + "\n"


def _identity(key: str, taken: set[str]) -> str:
    identity = re.sub(r"[^A-Za-z0-9_-]", "-", key)[:64] or "cell"
    while identity in taken:
        identity = hashlib.sha256(f"{identity} {len(taken)}".encode()).hexdigest()[:16]
    taken.add(identity)
    return identity


def _cell(cell: Placed, run: CellRun | None, count: int, identity: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "cell_type": cell.type,
        "id": identity,
        "metadata": _metadata(cell),
        "source": cell.source,
    }
    if cell.type == "code":
        values["execution_count"] = count if run and run.state != "not-run" else None
        values["outputs"] = [*_remarks(cell, run), *(_outputs(run) if run else ())]
    else:
        values |= _text(cell)
    return values


def _text(cell: Placed) -> dict[str, Any]:
    """Source and attachments of a text cell; the learner's own words are made harmless."""
    sent = cell.cell.attachments if cell.cell is not None and cell.fate in ("kept", "extra") else None
    pictures = _attachments(sent)
    names = {name: _file_name(name, number) for number, name in enumerate(pictures, 1)}
    theirs = cell.changed and not (cell.origin and cell.origin.given_back)
    source = harmless(cell.source, names) if theirs else with_pictures(cell.source, names)
    attached = {names[name]: bundle for name, bundle in pictures.items()}
    return {"source": source, **({"attachments": attached} if attached else {})}


def _file_name(name: str, number: int) -> str:
    """A name that means the same to every reader of a link: *name* itself if it is a plain one."""
    return name if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", name) else f"picture-{number}"


def _metadata(cell: Placed) -> dict[str, Any]:
    if cell.origin is None:
        return {}
    metadata = dict(cell.origin.metadata)
    if cell.origin.grade_id:
        text = cell.origin.source if cell.origin.given_back else cell.origin.released
        marks = {**metadata["nbgrader"], "cell_type": cell.type}
        metadata["nbgrader"] = {**marks, "checksum": checksum(text, cell.type, marks)}
    return metadata


def checksum(source: str, cell_type: str, marks: Mapping[str, Any]) -> str:
    """nbgrader's checksum of a cell (`nbgrader.utils.compute_checksum`): an answer that still has it is unanswered."""
    grade, solution = bool(marks.get("grade")), bool(marks.get("solution"))
    locked = not solution and (grade or bool(marks.get("locked")))
    parts = [source, cell_type, str(grade), str(solution), str(locked), str(marks["grade_id"])]
    if grade:
        parts.append(str(float(marks["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _remarks(cell: Placed, run: CellRun | None) -> list[dict[str, Any]]:
    said = [_NOTES[cell.fate]] if cell.fate in _NOTES else []
    if run and run.state == "not-run":
        said.append("This cell was not run: the submission ended its kernel too often or used up its time.")
    elif run and run.state == "died":
        said.append("This cell ended the kernel.")
    elif run and run.state == "timeout":
        said.append("This cell ran too long and was stopped.")
    return [{"output_type": "stream", "name": "stdout", "text": f"[mastery-kit] {text}\n"} for text in said]


def _outputs(run: CellRun) -> list[dict[str, Any]]:
    outputs = [output for output in map(_safe, run.outputs) if output is not None]
    if run.value is not None and run.value.number is not None:  # what counted as partial credit
        data = {"text/plain": f"{run.value.number:g}" if run.value.kind == "number" else str(bool(run.value.number))}
        outputs.append({"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None})
    if run.trouble is not None and not any(output["output_type"] == "error" for output in outputs):
        outputs.append(
            {
                "output_type": "error",
                "ename": run.trouble.name,
                "evalue": run.trouble.message,
                "traceback": [*run.trouble.traceback] or _traceback(run),
            }
        )
    return outputs


def _traceback(run: CellRun) -> list[str]:
    assert run.trouble is not None
    lines = ", ".join(str(line) for _, line in run.trouble.lines)
    return [*([f"in line {lines} of this check"] if lines else []), f"{run.trouble.name}: {run.trouble.message}"]


def _safe(output: Mapping[str, Any]) -> dict[str, Any] | None:
    """An output as nbformat wants it, without what could run in a browser; None for what is no output."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _string(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        return {
            "output_type": "error",
            "ename": _string(output.get("ename")),
            "evalue": _string(output.get("evalue")),
            "traceback": [_string(line) for line in lines] if isinstance(lines, list) else [],
        }
    if kind not in ("display_data", "execute_result"):
        return None
    data = output.get("data")
    kept = {mime: _string(data[mime]) for mime in SAFE_MIMES if mime in data} if isinstance(data, dict) else {}
    if not kept:
        kept = {"text/plain": "[a display that could run code in this page was left out]"}
    result: dict[str, Any] = {"output_type": kind, "data": kept, "metadata": {}}
    if kind == "execute_result":
        number = output.get("execution_count")
        result["execution_count"] = number if isinstance(number, int) else None
    return result


def _string(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a text cell: PNG and JPEG only."""
    if not isinstance(value, dict):
        return {}
    return {
        str(name): kept
        for name, bundle in value.items()
        if isinstance(bundle, dict)
        and (kept := {m: data for m in SAFE_MIMES[1:] if _BASE64.fullmatch(data := _string(bundle.get(m)))})
    }
