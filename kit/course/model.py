"""Values that describe a course; frozen, without behaviour beyond look-ups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Literal

from kit.course.settings import Assessment, Settings
from kit.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Objective:
    """One skill with its own criterion and its correctives."""

    id: str
    title: str
    """Ends the sentence "You can …"."""
    criterion: float
    """Share of the objective's points, 0–1."""
    correctives: tuple[str, ...]
    """Approaches in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: what it teaches, what it needs, and the rule that decides."""

    id: str
    title: str
    summary: str
    requires: tuple[str, ...]
    approach: str
    """The approach of the unit's own instruction; a corrective must use another."""
    minutes: int
    """The author's estimate of the work; never a deadline."""
    objectives: tuple[Objective, ...]
    rule: str
    max_cycles: int
    folder: Path
    settings: Settings = field(default_factory=Settings)
    """What the rule needs besides the criterion."""

    def objective(self, name: str) -> Objective:
        """The objective called *name*; UnknownName if the unit has none."""
        for objective in self.objectives:
            if objective.id == name:
                return objective
        raise UnknownName(
            f"Unit {self.id} has no objective {name!r}. It has: {', '.join(o.id for o in self.objectives)}."
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use."""

    cell_seconds: float = 20.0
    notebook_seconds: float = 180.0
    submission_bytes: int = 20_000_000
    submission_files: int = 100
    output_bytes: int = 200_000
    """Per cell; what a learner's code prints beyond it is cut."""
    kernel_restarts: int = 4
    """How often a notebook may kill its kernel before the rest is left unrun."""
    memory_bytes: int = 1_500_000_000
    """Of all processes of a submission together."""
    processes: int = 64
    """And threads, of a submission at one time."""
    scratch_bytes: int = 200_000_000
    """What a submission may store in `/tmp`, and as much in its home."""


@dataclass(frozen=True, slots=True)
class Dask:
    """The cluster that the executor `dask` gives submissions to: a scheduler, or one behind a gateway."""

    address: str | None = None
    """Of the scheduler: ``tcp://host:8786``."""
    gateway: str | None = None
    """URL of a dask-gateway, where `address` is None."""
    cluster: str | None = None
    """Name of a running cluster at the gateway; None where this account has exactly one there."""


@dataclass(frozen=True, slots=True)
class Hub:
    """How the people of a JupyterHub belong to the course: by the hub's groups."""

    learners: str = "learner"
    """The group whose members are learners; they are enrolled by themselves."""
    instructors: str = "instructor"
    """The group whose members are instructors."""
    sections: str = "section-"
    """What the names of section groups begin with; the rest is the section's name."""
    identity_seconds: int = 30
    """How long the hub's word about somebody is believed: who left, or whose token was taken back, stays so long."""
    roster_seconds: int = 60
    """How often the hub is asked who is in the groups."""


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder, read."""

    root: Path
    id: str
    title: str
    units: tuple[Unit, ...]
    """In an order that respects `requires`, else by folder name."""
    ledger_url: str
    gradebook_url: str
    exchange: str
    """Name of the backend in `kit.exchange.EXCHANGES`."""
    exchange_path: Path
    executor: str
    """Name of the executor in `kit.grading.executors.EXECUTORS`."""
    workers: int
    """Submissions graded at the same time."""
    limits: Limits
    sandbox: Literal["bubblewrap", "none"] = "bubblewrap"
    """What keeps learners' code apart; without a working one nothing is graded, unless it is "none" on purpose."""
    preload: tuple[str, ...] = ()
    """Modules imported once for all submissions, besides IPython, numpy, pandas and matplotlib."""
    dask: Dask | None = None
    """For the executor `dask` alone."""
    assessment: Assessment = field(default_factory=Assessment)
    """How much the items of an objective have to tell."""
    hub: Hub = field(default_factory=Hub)
    """Who is who, where the course is on a JupyterHub."""

    def unit(self, name: str) -> Unit:
        """The unit called *name*; UnknownName lists the ones there are."""
        for unit in self.units:
            if unit.id == name:
                return unit
        raise UnknownName(f"There is no unit {name!r}. The units are: {', '.join(u.id for u in self.units)}.")

    @property
    def units_dir(self) -> Path:
        """Sources of the units."""
        return self.root / "units"

    @property
    def corrective_dir(self) -> Path:
        """Sources of the correctives, `<unit>/<objective>/<approach>`."""
        return self.root / "corrective"

    @property
    def release_dir(self) -> Path:
        """Built: one folder per nbgrader assignment, what learners may see."""
        return self.root / "release"

    @property
    def gradebook_dir(self) -> Path:
        """Everything private: databases, built sources, submissions, feedback."""
        return self.root / "gradebook"


def order_of_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    """Units sorted so that requirements come first (ties by id); graphlib.CycleError on a cycle.

    Requirements that name no unit are ignored here: the course check reports them.
    """
    known = {unit.id: unit for unit in sorted(units, key=lambda unit: unit.id)}
    sorter = TopologicalSorter({name: [r for r in unit.requires if r in known] for name, unit in known.items()})
    sorter.prepare()
    ordered: list[Unit] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += [known[name] for name in ready]
        sorter.done(*ready)
    return tuple(ordered)
