"""Time is the variable: nothing in a mastery course may be due."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from kit.checks.base import Check
from kit.checks.deadlines import tied_to_the_calendar
from kit.checks.material import Material, Sheet
from kit.errors import Fault

_KEYS = re.compile(
    r"(due|deadline|cutoff|until|late|penalty|penalties|expires?|closes?|closing|opens?_(at|on)|available_(from|to)|"
    r"start_date|end_date|time_?limit|time_?window|due_?date|late_\w+|late(days?|penalt\w+|policy|submissions?\w*))",
    re.I,
)  # fmt: skip
_NBGRADER = re.compile(r"(duedate|due_date|late_?submission|late_?penalt|penalty_method)", re.I)
_STEP = "Remove it: everybody gets the time they need. `minutes` in unit.toml may say how long a unit usually takes."
_STEP_IN_TEXT = f"{_STEP} If it belongs to a story, write it as a quotation (> …)."
_OTHERS = {"kernelspec", "language_info", "widgets", "jupytext", "toc", "execution"}
"""Metadata of other tools, whose words may mean anything."""


def is_about_time(key: str) -> bool:
    """Whether a key of course.toml or unit.toml would fix a date, a window or a penalty."""
    return _KEYS.fullmatch(key.replace("-", "_")) is not None


class LockstepCompression(Check):
    """A fixed date pushes people on unmastered or holds them back;
    example: `duedate`, `LateSubmissionPlugin`, “Hand it in by Friday”.
    """

    code = "lockstep-compression"

    def look(self, material: Material) -> Iterator[Fault]:
        """An error for each key in a TOML file or a notebook's metadata and each name in nbgrader_config.py; a warning
        for each sentence of a notebook or a unit's summary that asks for something by a date, since words can mislead.
        """
        folders = sorted(material.course.units_dir.glob("*/unit.toml"))
        for path in [material.root / "course.toml", *folders]:
            where = path.relative_to(material.root).as_posix()
            for key in _time_keys(_read(path)):
                yield self.fault(f"{where}, {key}", f"{key} ties the course to the calendar.", _STEP)
        config = material.root / "nbgrader_config.py"
        for line, name in _time_names(config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""):
            yield self.fault(f"nbgrader_config.py, line {line}", f"{name} ties the course to the calendar.", _STEP)
        for unit in material.units:
            for sentence in tied_to_the_calendar(unit.unit.summary):
                yield self._in_text(f"{unit.toml}, summary", sentence)
        for sheet in material.sheets:
            yield from self._in_notebook(sheet)

    def _in_notebook(self, sheet: Sheet) -> Iterator[Fault]:
        for key in _time_keys(_ours(sheet.notebook.get("metadata"))):
            yield self.fault(f"{sheet.where}, metadata {key}", f"{key} ties the notebook to the calendar.", _STEP)
        for cell, stored in zip(sheet.cells, sheet.notebook["cells"], strict=True):
            for key in _time_keys(_ours(stored.get("metadata"))):
                yield self.fault(f"{sheet.at(cell)}", f"Its metadata {key} ties it to the calendar.", _STEP)
            for sentence in tied_to_the_calendar(cell.source) if cell.kind == "markdown" else ():
                yield self._in_text(sheet.at(cell), sentence)

    def _in_text(self, where: str, sentence: str) -> Fault:
        told = sentence if len(sentence) <= 120 else f"{sentence[:119]}…"
        return self.fault(where, f"“{told}” ties the course to the calendar.", _STEP_IN_TEXT, "warning")


def _ours(metadata: object) -> Mapping[str, Any]:
    return {k: v for k, v in metadata.items() if k not in _OTHERS} if isinstance(metadata, dict) else {}


def _read(path: Any) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _time_keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if is_about_time(key) and prefix not in ("objectives.",):
            yield prefix + key
        elif isinstance(value, dict):
            yield from _time_keys(value, f"{prefix}{key}.")


def _time_names(source: str) -> Iterator[tuple[int, str]]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    told: set[int] = set()
    for token in tokens:
        if token.type not in (tokenize.NAME, tokenize.STRING) or token.start[0] in told:
            continue
        if token.string.startswith(('"""', "'''")):
            continue
        if _NBGRADER.search(token.string):
            told.add(token.start[0])
            yield token.start[0], token.string.strip("'\"")
