"""What a check is: a rule with a code, a reason and one place where it looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import ClassVar

from kit.checks.material import Material
from kit.errors import Fault, Severity


class Check:
    """One rule about a course. A subclass gives `code`, a docstring (what, why, example) and `look`.

    A rule looks at what is there and says what is wrong; it changes nothing, and it leaves to other rules what is
    theirs: a notebook that cannot be read is reported once, not by everybody who would have liked to read it.
    """

    code: ClassVar[str]
    """Stable, in kebab case: people search for it and switch it off by it."""
    severity: ClassVar[Severity] = "error"

    def look(self, material: Material) -> Iterator[Fault]:
        """Everything of this kind that is wrong with the course."""
        raise NotImplementedError

    def fault(
        self, where: str, what: str, next_step: str, severity: Severity | None = None, details: str = ""
    ) -> Fault:
        """A fault of this rule; *severity* where it differs from the rule's own, *details* to be shown line by line."""
        return Fault(self.code, where, what, next_step, severity or self.severity, details)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean "…"?`, or the names there are, or nothing where there are none."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.7)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There are: {', '.join(names)}." if names else "There is none yet."
