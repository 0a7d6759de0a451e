"""The events a ledger holds: who, when, what and why. Append-only; every status is a fold of them.

enrolled      belongs to the course                               data: name, section (both optional; the
                                                                  last ones said are those that hold)
granted       may fetch this from now on                          data: kind, revision, form, objective, approach
withdrawn     may no longer fetch it; it was never begun
fetched       the learner took it
engaged       criterion, rule and cycles are frozen from here on  data: revision, criteria, rule, settings, max_cycles
received      the hub's service took it in: the proof, before     data: submission, sha256 and bytes of what came,
              anybody looked at it; changes nothing               door (by which it came)
submitted     the learner handed it in                            data: submission, kind
set-aside     a submission that is kept but does not count        data: submission, reason
rejected      a submission that could not be graded               data: submission, reason, code
graded        item scores of a submission                         data: submission, items, seconds, version,
              (version 1, or newer evidence on it)                tests (digest of what checked it),
                                                                  by_hand (items a person scored now),
                                                                  regraded (true: after corrected tests, see `why`)
fault         our grader failed; the submission still waits       data: submission, what
decided       what followed from an attempt                       data: submission, version, decision
overridden    an instructor's decision, with a reason             data: action, revision

`why` says in words why something was granted, withdrawn, decided, overridden or regraded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

EventKind = Literal[
    "enrolled", "granted", "withdrawn", "fetched", "engaged", "received", "submitted",
    "set-aside", "rejected", "graded", "fault", "decided", "overridden",
]  # fmt: skip
EVENT_KINDS: tuple[str, ...] = get_args(EventKind)

SYSTEM = "mastery-kit"
"""The `who` of everything the controller does by itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `key` is what makes writing it twice the same as writing it once."""

    key: str
    kind: EventKind
    learner: str
    at: datetime
    """When it happened (UTC, aware): for a submission its submission time, never the grading time."""
    who: str
    unit: str | None = None
    assignment: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
