"""Missteps: typical wrong answers an author keeps beside a unit, in `missteps.toml`; and other right ones.

[[misstep]]
cell = "first-temp-answer"        # grade_id of the answer cell
name = "counts from one"          # what the learner believes
code = \"\"\"
first = temps[1]
\"\"\"

[[right]]
cell = "first-temp-answer"
name = "counts from the end"      # how it differs from the reference; may be left out
code = \"\"\"
first = temps[-len(temps)]
\"\"\"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError


class MisstepError(KitError):
    """missteps.toml cannot be read."""


@dataclass(frozen=True, slots=True)
class Misstep:
    """One typical wrong answer."""

    cell: str
    name: str
    code: str
    """Flush left; may use `{{name}}` like any cell."""


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """An answer that differs from the reference and is as right; every test must let it pass."""

    cell: str
    name: str
    code: str
    """Flush left; may use `{{name}}` like any cell."""


def read_missteps(folder: Path) -> tuple[Misstep, ...]:
    """The missteps beside the unit in *folder*; empty without the file; MisstepError if it is broken."""
    return tuple(
        Misstep(str(m["cell"]), str(m["name"]), str(m["code"])) for m in _tables(folder, "misstep", "cell, name, code")
    )


def read_right_answers(folder: Path) -> tuple[RightAnswer, ...]:
    """The other right answers beside the unit in *folder*; empty without the file; MisstepError if it is broken."""
    return tuple(
        RightAnswer(str(r["cell"]), str(r.get("name", "another right answer")), str(r["code"]))
        for r in _tables(folder, "right", "cell, code")
    )


def _tables(folder: Path, name: str, keys: str) -> list[dict[str, object]]:
    """The tables ``[[name]]`` of missteps.toml, each with all of *keys*."""
    path = folder / "missteps.toml"
    if not path.is_file():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get(name, [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MisstepError(f"missteps.toml is not valid TOML: {error}.") from error
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise MisstepError(f"missteps.toml: {name} must be a list of tables, each begun by [[{name}]].")
    for table in tables:
        for key in keys.split(", "):
            if key not in table:
                raise MisstepError(f"missteps.toml: every [[{name}]] needs {keys}; {key!r} is missing.")
    return tables
