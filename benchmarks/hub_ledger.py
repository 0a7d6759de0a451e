"""What a course's ledger says about submissions, and when it was written there."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime

from kit.course import Course

Moments = Mapping[str, Mapping[str, tuple[float, ...]]]
"""Kind of event → ``learner:submission`` → when it was written, in seconds since 1970: once each, if all is well."""

_KINDS = ("received", "submitted", "graded", "decided")


def moments(course: Course) -> Moments:
    """All of them so far."""
    found: dict[str, dict[str, list[float]]] = {kind: defaultdict(list) for kind in _KINDS}
    with closing(sqlite3.connect(course.ledger_url.removeprefix("sqlite:///"))) as ledger:
        for key, recorded in ledger.execute("SELECT key, recorded_at FROM event"):
            kind, _, rest = key.partition(":")
            if kind in found:
                found[kind][":".join(rest.split(":")[:2])].append(datetime.fromisoformat(recorded).timestamp())
    return {kind: {about: tuple(times) for about, times in rows.items()} for kind, rows in found.items()}


def require_once(found: Moments, submissions: Iterable[str], kinds: Iterable[str] = _KINDS) -> None:
    """RuntimeError unless each of *submissions* (``learner:submission``), and no other, is there once of each kind."""
    expected = set(submissions)
    for kind in kinds:
        times = found[kind]
        lost, more = (
            expected - times.keys(),
            {about for about in times if about not in expected or len(times[about]) != 1},
        )
        if lost or more:
            raise RuntimeError(f"{kind}: lost {sorted(lost)[:5]}, too often {sorted(more)[:5]}")


def most_waiting(received: Iterable[float], done: Iterable[float]) -> int:
    """How many were *received* and not yet *done* at the worst moment."""
    steps = sorted([(when, 1) for when in received] + [(when, -1) for when in done])
    most = now = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most
