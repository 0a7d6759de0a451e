"""What goes to an executor and what comes back: plain data, so that it can cross a process, a socket or a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kit.course import Limits

CellState = Literal["ran", "failed", "timeout", "died", "not-run"]
"""ran to its end · stopped with an exception · over its time · ended the whole program · never began"""


@dataclass(frozen=True, slots=True)
class Ground:
    """What checks may rely on, whatever the learner's code did to it. Names only: no source leaves the trusted side."""

    modules: tuple[str, ...] = ()
    """Imported before the learner's code runs; their functions are put back before each check."""
    imports: Mapping[str, str] = field(default_factory=dict)
    """Names the author imported for the checks: ``{"np": "numpy", "isclose": "math:isclose"}``."""
    own_names: tuple[str, ...] = ()
    """Names of builtins that the author's notebook binds itself: in its checks they mean the learner's."""
    own_classes: tuple[str, ...] = ()
    """Classes the author asks learners to write: these may define comparisons and arithmetic as they like."""


Mode = Literal["apart", "inside"]
"""apart: the test runs in the judge's process, which the learner's code cannot reach · inside: hardened, in a fork of
the learner's process, for tests that cannot be carried out from outside"""


@dataclass(frozen=True, slots=True)
class CellJob:
    """One code cell to be run."""

    key: str
    """Unique in the job."""
    source: str
    check: bool = False
    """A trusted test cell: what it says is reported by the judge, not read from its outputs."""
    mode: Mode = "apart"
    """For a check."""
    hidden_from: int | None = None
    """First line (from 1) of a check from which on nothing the learner's code influences is shown to them."""
    reads: tuple[str, ...] = ()
    """Names a check uses which the learner's process gives a value."""
    shares: tuple[str, ...] = ()
    """Names a check gives a value which functions of the author's notebook look up when they are called: set in the
    learner's process before each call. No other name of a check goes there."""
    prelude: str = ""
    """Functions of the author's that the check uses: made for it anew in the judge, whatever a learner made of them."""
    released: str = ""
    """Text of the check as the learner had it, run for the names it makes, as cells after it use them; else empty."""


@dataclass(frozen=True, slots=True)
class Job:
    """One submission's code cells in their order, with the files they may read."""

    cells: tuple[CellJob, ...]
    kernel: str
    """Name of the Jupyter kernel, from the author's notebook."""
    language: str
    limits: Limits
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Relative POSIX path → content, laid out in the empty folder the code runs in."""
    given: tuple[str, ...] = ()
    """Those of the files that were given out with the assignment: tests may read them."""
    ground: Ground = field(default_factory=Ground)


@dataclass(frozen=True, slots=True)
class Trouble:
    """The exception that ended a cell."""

    name: str
    """Its class name."""
    message: str
    lines: tuple[tuple[str, int], ...] = ()
    """Places it came through, outermost first: key of the cell, line in that cell (from 1)."""
    traceback: tuple[str, ...] = ()
    """As the kernel showed it; for instructors only, it may quote anything."""


@dataclass(frozen=True, slots=True)
class Value:
    """What the last expression of a check came to."""

    kind: Literal["none", "bool", "number", "other"]
    number: float | None = None
    """The number, or 1.0 and 0.0 for True and False."""


@dataclass(frozen=True, slots=True)
class CellRun:
    """What became of one cell."""

    key: str
    state: CellState
    outputs: tuple[dict[str, Any], ...] = ()
    """nbformat outputs, cut to the limit; everything in them is the learner's word."""
    trouble: Trouble | None = None
    value: Value | None = None
    """For a check that ran to its end before a judge; None where there is none for the language."""
    late: bool = False
    """A check that ended after the first hidden part of the submission had begun: no word of its trouble is for the
    learner's eyes, but what the author wrote."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a job: one `CellRun` for each cell, in the job's order."""

    cells: tuple[CellRun, ...]
    seconds: float
    restarts: int = 0
    stopped: Literal["", "restarts", "time"] = ""
    """Why the cells at the end did not run."""
    reported: bool = True
    """Checks were run and reported by the harness; False in the plain mode of other languages."""


class Executor(Protocol):
    """Runs jobs. Two methods; every executor passes `tests/grading/test_executors.py`."""

    isolation: str
    """For `kit status`: what keeps the learner's code away from everything else."""

    def run(self, job: Job) -> Run:
        """Run every cell and clean everything up; GraderFault when it is not the learner's code that failed."""

    def warm_up(self) -> None:
        """Do now what the first job would have to wait for; GraderFault or KitError as that would get."""
