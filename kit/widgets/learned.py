"""What came of each corrective, as far as the learner's own standing tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kit.decisions import UnitStanding

Outcome = Literal["shown", "not-yet", "to-come"]


@dataclass(frozen=True, slots=True)
class Learned:
    """One corrective that was handed in, and what the next form said about its objective."""

    objective: str
    """Its title."""
    approach: str
    at: datetime
    outcome: Outcome
    """`to-come`: no form was looked at since."""


def learned(now: UnitStanding) -> Iterator[Learned]:
    """What came of the correctives in the unit *now*, in order; of those since an instructor began it anew."""
    handed_in = [work for work in now.work if work.at is not None and work.state != "not-counted"]
    since = now.begun_at
    correctives = [work for work in now.work if work.kind == "corrective"]
    for work in handed_in:
        if work.kind != "corrective" or work.at is None or since is None or work.at < since:
            continue
        objective = next((one for one in now.objectives if one.id == work.objective), None)
        if objective is None:
            continue
        # A second corrective for the same objective is opened only where the form after the first left it open.
        again = any(later.objective == work.objective for later in correctives[correctives.index(work) + 1 :])
        asked = any(w.kind == "form" and w.state == "checked" and w.at and w.at >= work.at for w in handed_in)
        outcome: Outcome = "to-come"
        if again or asked:
            outcome = "shown" if objective.state == "shown" and not again else "not-yet"
        yield Learned(objective.title, work.approach.replace("-", " "), work.at, outcome)
