"""Run the rules over a course, and hand back what they found in an order a person can work through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from kit.checks.base import Check
from kit.checks.leaks import released_leaks
from kit.checks.lockstep import is_about_time
from kit.checks.material import Material, read_material
from kit.checks.trials import Rehearsal
from kit.checks.verdicts import Verdicts
from kit.errors import Fault, KitError, UnknownName

Watch = Callable[[str, int, int], None]
"""Called with (what is being done, how much of it is done, how much there is)."""


def check_course(
    root: Path,
    *,
    units: frozenset[str] | None = None,
    fast: bool = False,
    watch: Watch = lambda what, done, of: None,
) -> list[Fault]:
    """Every fault of the course in *root*, sorted by place; empty for a course without fault.

    *units* restricts it to some units; UnknownName for one that is not there. *fast* leaves out what needs building and
    grading (solutions, missteps, leaks into a new build). A broken course is no error of this function, and nothing of
    it is changed: units are built in a temporary copy. What came of that, and what was found, is kept in two hidden
    files of gradebook/ for as long as it holds.
    """
    from kit.checks import CHECKS

    _require_units(Path(root), units)
    watch("reading", 0, 1)
    verdicts = Verdicts.of(Path(root), units, fast)
    kept = verdicts.get()
    if kept is not None:
        watch("reading", 1, 1)
        return kept
    material, faults = read_material(Path(root), units)
    watch("reading", 1, 1)
    if material is None:
        return faults
    material = replace(
        material, rehearsals={} if fast else _rehearse(material, watch), released=released_leaks(material)
    )
    unbuilt = [f for rehearsal in material.rehearsals.values() for f in rehearsal.faults if f.code == "build-failed"]
    faults = [*_without_doubles(material.reading), *_look(CHECKS, material), *unbuilt]
    found = sorted(dict.fromkeys(_of_units(faults, material, units)), key=_place)
    if fast or all(unit.unit.id in material.rehearsals for unit in material.units):
        verdicts.keep(found)
    return found


def _require_units(root: Path, units: Iterable[str] | None) -> None:
    for unit in units or ():
        if not (root / "units" / unit).is_dir():
            there = sorted(p.name for p in (root / "units").glob("*") if p.is_dir())
            raise UnknownName(f"There is no unit {unit!r}. The units are: {', '.join(there) or 'none yet'}.")


def _rehearse(material: Material, watch: Watch) -> dict[str, Rehearsal]:
    from kit.checks.rehearsal import rehearse  # imported late: nbgrader's converters take a second

    return rehearse(material, watch)


def _look(checks: Iterable[Check], material: Material) -> Iterator[Fault]:
    for check in checks:
        try:
            yield from check.look(material)
        except KitError as error:
            yield Fault(
                "check-failed", f"rule {check.code}", f"The rule could not be applied: {error}", "Mend that first."
            )
        except Exception as error:  # a slip in one rule must not hide what the others found
            what = f"The rule itself failed: {type(error).__name__}: {error}."
            yield Fault(
                "check-failed", f"rule {check.code}", what, "Please report this with the notebook it happened on."
            )


def _without_doubles(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The reader knows only that a key is unknown; where it is about time, lockstep-compression says why it must go."""
    for fault in faults:
        key = fault.where.rpartition(", ")[2].rpartition(".")[2]
        if not (fault.code == "key-unknown" and is_about_time(key)):
            yield fault


def _of_units(faults: Iterable[Fault], material: Material, units: frozenset[str] | None) -> Iterator[Fault]:
    """Without the faults of units that were not asked for; what concerns the whole course stays."""
    for fault in faults:
        parts = fault.where.split(",")[0].split("/")
        of_a_unit = len(parts) > 1 and parts[0] in ("units", "corrective") and parts[1] in material.unit_folders
        if units is None or not of_a_unit or parts[1] in units:
            yield fault


def _place(fault: Fault) -> tuple[bool, str]:
    file = fault.where.split(",")[0]
    return "/" in file, file
