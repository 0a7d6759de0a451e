"""How notebooks reach a learner and come back: two small interfaces, one contract test for every backend.

- `Counter` is the learner's side: it lists, hands out and takes in, for the learner who asks and only what is granted.
- `Desk` is the controller's side: it sets what is granted, takes what came in, and publishes answers.

A backend is one class that has both sides, in the table `EXCHANGES`; `open_exchange(course)` gives the course's own.
Backends decide nothing: what is granted comes from the ledger, what counts is decided by the cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kit.errors import CourseError, Fault
from kit.exchange.base import (
    Arrival,
    Counter,
    Desk,
    Exchange,
    Feedback,
    Fetched,
    Offer,
    Receipt,
    Submitted,
)

if TYPE_CHECKING:
    from pathlib import Path

    from kit.course import Course, Limits

__all__ = [
    "EXCHANGES",
    "Arrival",
    "Counter",
    "Desk",
    "Exchange",
    "Feedback",
    "Fetched",
    "Offer",
    "Receipt",
    "Submitted",
    "open_exchange",
    "weigh",
]


def _folder(course: Course) -> Exchange:
    from kit.exchange.folder import FolderExchange

    return FolderExchange(course.exchange_path, course.limits)


# A backend is imported when a course asks for it: the command line must start fast.
EXCHANGES: Mapping[str, Callable[[Course], Exchange]] = {
    "folder": _folder,
}
"""The word after `exchange =` in course.toml → what opens that backend for a course."""


def open_exchange(course: Course) -> Exchange:
    """The exchange *course* names; CourseError if there is none of that name."""
    try:
        return EXCHANGES[course.exchange](course)
    except KeyError:
        raise CourseError(
            [
                Fault(
                    "exchange-unknown",
                    "course.toml, exchange",
                    f"There is no exchange called {course.exchange!r}.",
                    f"Choose one of: {', '.join(sorted(EXCHANGES))}.",
                )
            ]
        ) from None


def weigh(folder: Path, limits: Limits) -> str | None:
    """Why the submission in *folder* cannot be graded, as a sentence for its learner; None if it can.

    For the folder of a `Submitted`, before anything else looks into it. Reads no contents, stops counting at a limit.
    """
    from kit.exchange import intake

    return intake.weigh(folder, limits)
