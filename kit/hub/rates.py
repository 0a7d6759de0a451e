"""How often one person may ask: a token bucket for each person and kind of request, in memory and bounded in number.

A bucket holds *burst* tokens and gains *per_second*; a request takes one. The numbers are far above what a person
with a browser, a panel and a notebook needs, and far below what keeps others waiting.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from kit.hub.failures import Failure


@dataclass(frozen=True, slots=True)
class Rate:
    """What one person may do of one kind."""

    per_second: float
    burst: int


RATES: Mapping[str, Rate] = {
    "read": Rate(10.0, 120),
    "fetch": Rate(1.0, 30),
    "submit": Rate(0.2, 12),
    "wait": Rate(2.0, 30),
    "write": Rate(1.0, 20),
    "print": Rate(0.1, 6),
}
"""Kind of request → how often. A cohort behind one address is no matter: it counts who asks, not from where."""


class Rates:
    """The buckets of everybody. *clock*: seconds; *most*: how many buckets are kept, the longest unused goes first."""

    def __init__(
        self, rates: Mapping[str, Rate] = RATES, *, clock: Callable[[], float] = time.monotonic, most: int = 20_000
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, who: str, kind: str) -> None:
        """One request of *kind* by *who*; Failure 429 where there were too many, with when to come again."""
        rate, now = self._rates[kind], self._clock()
        tokens, seen = self._buckets.pop((who, kind), (float(rate.burst), now))
        tokens = min(float(rate.burst), tokens + (now - seen) * rate.per_second)
        self._buckets[(who, kind)] = (tokens if tokens < 1 else tokens - 1, now)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if tokens < 1:
            wait = (1 - tokens) / rate.per_second
            raise Failure(
                429, "too-many", f"That was asked too often. Nothing is lost; try again in {wait:.0f} seconds."
                if wait >= 2 else "That was asked too often. Nothing is lost; try again in a moment.", retry_after=wait,
            )  # fmt: skip


class Places:
    """How many requests are under way, or how many of them listen, for each person and in all."""

    def __init__(self, each: int, all_: int) -> None:
        self._each, self._all = each, all_
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """A place for *who* for as long as it lasts; errors as `take`."""
        leave = self.take(who)
        try:
            yield
        finally:
            leave()

    def take(self, who: str) -> Callable[[], None]:
        """A place for *who* until what is returned is called; Failure 429 or 503 where there is none."""
        if self._taken[who] >= self._each:
            raise Failure(429, "too-many", "Too many windows of yours are open at once; close some.", retry_after=5)
        if self._taken.total() >= self._all:
            raise Failure(503, "busy", "Too many are here at once. Reload the page in a while.", retry_after=10)
        self._taken[who] += 1
        open_ = True

        def leave() -> None:
            nonlocal open_
            if open_:
                open_ = False
                self._taken[who] -= 1
                if not self._taken[who]:
                    del self._taken[who]

        return leave
