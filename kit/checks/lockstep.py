"""Time is the variable: nothing in a mastery course may be due."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from kit.checks.base import Check
from kit.checks.material import Material
from kit.errors import Fault

_KEYS = re.compile(
    r"(due|deadline|cutoff|until|late|penalty|penalties|expires?|closes?|closing|opens?_(at|on)|available_(from|to)|"
    r"start_date|end_date|time_?limit|time_?window|due_?date|late_?\w+)", re.I,
)  # fmt: skip
_NBGRADER = re.compile(r"(duedate|due_date|late_?submission|late_?penalt|penalty_method)", re.I)
_STEP = "Remove it: everybody gets the time they need. `minutes` in unit.toml may say how long a unit usually takes."


def is_about_time(key: str) -> bool:
    """Whether a key of course.toml or unit.toml would fix a date, a window or a penalty."""
    return _KEYS.fullmatch(key.replace("-", "_")) is not None


class LockstepCompression(Check):
    """A fixed date pushes people on unmastered or holds them back; example: `duedate`, `LateSubmissionPlugin`."""

    code = "lockstep-compression"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each key in a TOML file and each name in nbgrader_config.py."""
        folders = sorted(material.course.units_dir.glob("*/unit.toml"))
        for path in [material.root / "course.toml", *folders]:
            where = path.relative_to(material.root).as_posix()
            for key in _time_keys(_read(path)):
                yield self.fault(f"{where}, {key}", f"{key} ties the course to the calendar.", _STEP)
        config = material.root / "nbgrader_config.py"
        for line, name in _time_names(config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""):
            yield self.fault(f"nbgrader_config.py, line {line}", f"{name} ties the course to the calendar.", _STEP)


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
