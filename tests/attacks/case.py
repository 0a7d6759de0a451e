"""One attack: what is handed in, what it deserves, and what must not come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.attacks.assignment import FULL, NOTHING, RIGHT, WRONG
from tests.grading.notebooks import Edit

Words = Mapping[str, str]
"""What stands for ``@name@`` in an attack's text: where things lie on this machine (see `World.words`)."""


@dataclass(frozen=True)
class Case:
    """A submission that means harm."""

    answers: Mapping[str, str] = field(default_factory=dict)
    """Answer cell → its text; the released text stands in the others."""
    deserves: Mapping[str, float | None] | str = field(default_factory=lambda: NOTHING)
    """The score of each item, or the code of the reason for which the submission is rejected."""
    edit: Edit | None = None
    """What else is done to the released notebook."""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    """Handed in beside it."""
    plant: Callable[[Path], None] | None = None
    """What is done to the folder that is handed in."""
    never: tuple[str, ...] = ()
    """Texts the learner's cells would print, or the page would hold, if it succeeded."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """Limits that differ from those of the other cases."""

    def filled(self, words: Words) -> dict[str, str]:
        """The answers, with what this machine calls things."""
        return {name: fill(source, words) for name, source in self.answers.items()}


def fill(source: str, words: Words) -> str:
    """*source* with every ``@name@`` replaced."""
    for name, word in words.items():
        source = source.replace(f"@{name}@", word)
    return source


def wrong(attack: str, **others: str) -> dict[str, str]:
    """Wrong answers, with *attack* run before all of them; *others*: further cells, by the item's name."""
    return {**WRONG, "number-answer": f"{attack}\nnumber = 9", **_cells(others)}


def right(attack: str, **others: str) -> dict[str, str]:
    """Right answers, with *attack* run before all of them."""
    return {**RIGHT, "number-answer": f"{attack}\n{RIGHT['number-answer']}", **_cells(others)}


def everywhere(value: str, prelude: str = "") -> dict[str, str]:
    """Every answer is *value*, an expression; *prelude* makes what it needs."""
    body = f"    return {value}"
    return {
        "number-answer": f"{prelude}\nnumber = {value}",
        "double-answer": f"def double(n):\n{body}",
        "evens-answer": f"def evens(numbers):\n{body}",
        "totals-answer": f"def totals(frame):\n{body}",
        "area-answer": f"def area(radius):\n{body}",
        "countdown-answer": f"def countdown(n):\n    while True:\n    {body}",
        "greet-answer": f"def greet(name):\n{body}",
        "shout-answer": f"def shout(text):\n{body}",
    }


def without(*items: str) -> dict[str, float | None]:
    """All points but those of *items*."""
    return {**FULL, **dict.fromkeys(items, 0.0)}


def only(*items: str) -> dict[str, float | None]:
    """No points but those of *items*."""
    return {**NOTHING, **{item: FULL[item] for item in items}}


def _cells(answers: Mapping[str, str]) -> dict[str, str]:
    return {f"{item}-answer": source for item, source in answers.items()}
