"""How each state looks: a mark, a word and a colour, so that nobody needs to tell colours apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kit.decisions.standing import ObjectiveState, State
from kit.records.record import VerdictState


@dataclass(frozen=True, slots=True)
class Sign:
    """A mark with its word."""

    mark: str
    word: str
    style: str
    """Rich style in the terminal."""
    meaning: str
    """One line for the legend."""


SIGNS: Mapping[State, Sign] = {
    "mastered": Sign("●", "mastered", "green", "every objective shown"),
    "retry": Sign("◕", "new form", "cyan", "a new form of the checks is open"),
    "corrective": Sign("◐", "corrective", "yellow", "working on a gap in another way"),
    "waiting": Sign("◌", "waiting", "magenta", "handed in, being checked"),
    "working": Sign("◔", "working", "blue", "fetched, not handed in yet"),
    "open": Sign("○", "open", "default", "may begin"),
    "locked": Sign("·", "locked", "dim", "waits for another unit"),
    "attention": Sign("!", "look", "bold red", "asks for an instructor"),
}
"""In the order in which legends show them."""

VERDICTS: Mapping[VerdictState, Sign] = {
    "mastered": Sign("●", "shown", "green", "reached the criterion"),
    "mastered-before": Sign("●", "shown before", "green", "was shown earlier and stays so"),
    "gap": Sign("◐", "not yet", "yellow", "below the criterion"),
    "not-enough": Sign("◔", "not enough evidence", "cyan", "one more form, no corrective"),
    "not-assessed": Sign("◌", "being read", "magenta", "an item waits for a person"),
}

OBJECTIVES: Mapping[ObjectiveState, tuple[str, str]] = {
    "shown": ("●", "green"),
    "not-yet": ("◐", "yellow"),
    "open": ("○", "default"),
}
"""Mark and style of an objective as it stands."""

BY_HAND = "✎"
"""Marks what an instructor decided."""
