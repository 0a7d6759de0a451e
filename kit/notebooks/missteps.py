"""Missteps: typical wrong answers an author keeps beside a unit, in `missteps.toml`.

[[misstep]]
cell = "first-temp-answer"        # grade_id of the answer cell
name = "counts from one"          # what the learner believes
code = \"\"\"
first = temps[1]
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


def read_missteps(folder: Path) -> tuple[Misstep, ...]:
    """The missteps beside the unit in *folder*; empty without the file; MisstepError if it is broken."""
    path = folder / "missteps.toml"
    if not path.is_file():
        return ()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(Misstep(str(m["cell"]), str(m["name"]), str(m["code"])) for m in values.get("misstep", ()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MisstepError(f"missteps.toml is not valid TOML: {error}.") from error
    except KeyError as error:
        raise MisstepError(f"missteps.toml: every [[misstep]] needs cell, name, code; {error} is missing.") from error
    except TypeError as error:
        raise MisstepError("missteps.toml: misstep must be a list of tables, each begun by [[misstep]].") from error
