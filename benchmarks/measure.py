"""Measuring contenders in turn, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import contextlib
import gc
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from benchmarks.tree import seconds_used
from benchmarks.walled import Walled

Work = Callable[[], object]
Contender = Callable[[int], AbstractContextManager[Work]]
"""Given the number of the round (0 is the warm-up) prepares, unmeasured, what is then measured."""
Tell = Callable[[str, int, int], None]
"""Told what goes on, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one piece of work took."""

    wall: float
    """Seconds by the clock."""
    cpu: float
    """Seconds of processor time, user and system, of this process and of everything it started."""
    walled: float = 0.0
    """Of these, the ones spent behind walls: in the sandbox."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a part's table."""

    what: str
    costs: tuple[Cost, ...]
    """One per round."""
    peer: Row | None = None
    """What it is held against: measured in the same rounds."""
    note: str = ""

    def ratio(self, of: Callable[[Cost], float]) -> float | None:
        """The median over the rounds of this row's cost divided by its peer's."""
        if self.peer is None:
            return None
        return statistics.median(of(a) / max(of(b), 1e-6) for a, b in zip(self.costs, self.peer.costs, strict=True))


def simply(work: Work) -> Contender:
    """A contender that needs no preparation."""
    return lambda number: contextlib.nullcontext(work)


def measure(contenders: Mapping[str, Contender], rounds: int, tell: Tell) -> dict[str, tuple[Cost, ...]]:
    """The cost of each contender in each of *rounds* rounds, after one round that only warms up.

    Every round takes all of them, each time beginning with another one.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds + 1):
        turn = number % len(names)
        for done, name in enumerate(names[turn:] + names[:turn]):
            tell(name if number else f"{name} (warming up)", number * len(names) + done, (rounds + 1) * len(names))
            with contenders[name](number) as work:
                cost = _cost(work)
            if number:
                costs[name].append(cost)
    return {name: tuple(found) for name, found in costs.items()}


def _cost(work: Work) -> Cost:
    gc.collect()
    walled = Walled()
    walled.start()
    cpu, start = seconds_used(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - start, seconds_used() - cpu
    behind, lost, looking = walled.stop()
    return Cost(wall, cpu + lost - looking, behind)


def median_and_range(values: Iterable[float]) -> str:
    """`0.058 (0.055–0.071)`: three significant digits."""
    values = sorted(values)
    return f"{_digits(statistics.median(values))} ({_digits(values[0])}–{_digits(values[-1])})"


def _digits(value: float) -> str:
    places = 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{places}f}"
