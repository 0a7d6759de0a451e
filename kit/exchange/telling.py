"""How a sentence reaches a learner through nbgrader's own pages.

Its assignment list shows, depending on what failed, a traceback (submitting, a list that failed otherwise than by an
ExchangeError), a sentence of its own about folders (a list that failed by one), or nothing at all (fetching, fetching
feedback: the page only draws the list again). So the reason stands as the first line of every traceback, a list fails
by an error of its own, and a reason that nobody was shown is told by the list that is drawn right after it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.exchange import ExchangeError, ExchangeFactory

_FRESH_SECONDS = 30.0
_UNSAID: dict[str, tuple[float, str]] = {}


class _FirstLine(Exception):
    """Never raised: as the cause of an error it is what a traceback begins with."""


# A traceback names an exception of its own module by both; a learner has no use for either.
_FirstLine.__module__, _FirstLine.__qualname__ = "builtins", "Not done"


class ListNotShown(Exception):
    """The assignment list cannot be drawn; its text says why and what to do next."""


def is_for_a_page(exchange: Any) -> bool:
    """Whether *exchange* works for the assignment list, and not for a command or formgrader, which name themselves."""
    return exchange.parent is None or isinstance(exchange.parent, ExchangeFactory)


def first_line(error: Exception) -> Exception:
    """The cause to raise *error* from, so that a traceback of it begins with its sentence."""
    return _FirstLine(str(error))


@contextmanager
def kept_for_the_list(exchange: Any) -> Iterator[None]:
    """Keep the sentence of an ExchangeError for the list that nbgrader's page draws next.

    *exchange* is the object that works.
    """
    try:
        yield
    except ExchangeError as error:
        if is_for_a_page(exchange):
            _UNSAID[os.path.abspath(exchange.assignment_dir)] = (time.monotonic(), str(error))
        raise


def require_nothing_unsaid(assignment_dir: str) -> None:
    """ListNotShown with what failed a moment ago for the learner whose assignments lie in *assignment_dir*, once."""
    at, sentence = _UNSAID.pop(os.path.abspath(assignment_dir), (0.0, ""))
    if sentence and time.monotonic() - at < _FRESH_SECONDS:
        text = f"{sentence} (Refresh shows the list again.)"
        raise ListNotShown(text) from _FirstLine(text)
