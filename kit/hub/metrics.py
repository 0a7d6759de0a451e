"""What the service counts, as text for Prometheus.

    kit_requests_total{method,route,status}       answered requests; `route` is the template, never a path
    kit_request_seconds{method,route}             time until the answer was complete (streams and long polls left out)
    kit_submissions_total{outcome}                received (new), repeated (same key again), refused
    kit_submissions_waiting                       received and not yet checked
    kit_controller_up, kit_controller_restarts_total
    kit_listeners                                 open streams and long polls

Each service has its own registry, so that two in one process (as in tests) do not add up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from kit.errors import KitError

if TYPE_CHECKING:
    from kit.course import Course
    from kit.ledger import Entry

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
Outcome = Literal["received", "repeated", "refused"]
_OPENING = ("received", "submitted")
_CLOSING = ("graded", "rejected", "set-aside")


class Metrics:
    """One service's figures. The three callables are asked when the figures are."""

    def __init__(
        self, *, waiting: Callable[[], int], controller_up: Callable[[], bool], controller_restarts: Callable[[], int],
        listeners: Callable[[], int],
    ) -> None:  # fmt: skip
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, processor time, open files of the service itself
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "kit_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "kit_request_seconds", "Seconds until the answer was complete.", ["method", "route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._submissions = Counter("kit_submissions", "Submissions by outcome.", ["outcome"], registry=self.registry)
        for outcome in ("received", "repeated", "refused"):
            self._submissions.labels(outcome)
        gauges: tuple[tuple[str, str, Callable[[], float]], ...] = (
            ("kit_submissions_waiting", "Submissions received and not yet checked.", waiting),
            ("kit_controller_up", "1 while a controller is running.", controller_up),
            ("kit_controller_restarts_total", "Controllers that died and were begun anew.", controller_restarts),
            ("kit_listeners", "Open streams and long polls.", listeners),
        )
        for name, words, asked in gauges:
            Gauge(name, words, registry=self.registry).set_function(_figure(asked))

    def request(self, *, method: str, route: str, status: int, seconds: float, timed: bool = True) -> None:
        """A request was answered. *route*: the template of the route. *timed*: not for what waits on purpose."""
        self._requests.labels(method, route, str(status)).inc()
        if timed:
            self._seconds.labels(method, route).observe(seconds)

    def submission(self, outcome: Outcome) -> None:
        """A submission was answered."""
        self._submissions.labels(outcome).inc()

    def text(self) -> bytes:
        """All figures as they are now, in the format of `CONTENT_TYPE`."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


def _figure(asked: Callable[[], float]) -> Callable[[], float]:
    """NaN where a figure cannot be had just now: a database that is away must not take the other figures with it."""

    def ask() -> float:
        try:
            return float(asked())
        except KitError:
            return float("nan")

    return ask


class Waiting:
    """How many submissions of *course* were received and are not yet checked; each look reads only what is new.

    Call it from one thread at a time.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._since = 0
        self._open: dict[tuple[str, str], set[str]] = {}
        self._closed: set[str] = set()

    def __call__(self) -> int:
        """The number now; LedgerError where the ledger cannot be read."""
        from kit.stages.opened import open_ledger

        with open_ledger(self._course) as ledger:
            news = ledger.news(self._since + 1)
        for entry in news:
            self._note(entry)
        if news:
            self._since = news[-1].seq
        return sum(map(len, self._open.values()))

    def _note(self, entry: Entry) -> None:
        """Keys begin with the kind of event; those about submissions go on with learner and submission."""
        kind, _, rest = entry.key.partition(":")
        if kind not in _OPENING and kind not in _CLOSING:
            return
        submission = rest.removeprefix(f"{entry.learner}:").partition(":")[0]
        mine = self._open.setdefault((entry.learner, entry.assignment or ""), set())
        if kind in ("submitted", "graded"):  # whatever came before it for the same assignment is not checked any more
            mine -= {other for other in mine if other < submission}
        if kind in _OPENING and submission not in self._closed:
            mine.add(submission)
        elif kind in _CLOSING:
            self._closed.add(submission)
            mine.discard(submission)
        if not mine:
            del self._open[entry.learner, entry.assignment or ""]
