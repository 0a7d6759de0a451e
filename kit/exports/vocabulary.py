"""The words of xAPI that the ledger's events are told in, and what leaves them untold.

Verbs come from the vocabularies of ADL and cmi5 and from the Activity Streams verbs that xAPI's registry lists; each
IRI is used for what its vocabulary says it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kit.records.events import EventKind

_ADL = "http://adlnet.gov/expapi/verbs/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"
_ACTIVITY = "http://adlnet.gov/expapi/activities/"
EXTENSION = "urn:mastery-kit:xapi:"
"""What the names of extensions begin with: each is an IRI, and none is a place on the net."""


@dataclass(frozen=True, slots=True)
class Verb:
    """What somebody did."""

    id: str
    word: str
    actor: Literal["learner", "who"] = "learner"
    """Whose act it is: the learner's, or that of whoever did it to the learner's work."""


REGISTERED = Verb(_ADL + "registered", "registered")
ASSIGNED = Verb(_STREAMS + "assign", "assigned", "who")
RETRACTED = Verb(_STREAMS + "retract", "retracted", "who")
ATTEMPTED = Verb(_ADL + "attempted", "attempted")
INITIALIZED = Verb(_ADL + "initialized", "initialized")
DELIVERED = Verb(_STREAMS + "deliver", "delivered")
SUBMITTED = Verb(_STREAMS + "submit", "submitted")
ARCHIVED = Verb(_STREAMS + "archive", "archived", "who")
REJECTED = Verb(_STREAMS + "reject", "rejected", "who")
SCORED = Verb(_ADL + "scored", "scored")
PASSED = Verb(_ADL + "passed", "passed")
FAILED = Verb(_ADL + "failed", "failed")
PROGRESSED = Verb(_ADL + "progressed", "progressed")
MASTERED = Verb(_ADL + "mastered", "mastered")
WAIVED = Verb("https://w3id.org/xapi/adl/verbs/waived", "waived")
CANCELLED = Verb(_STREAMS + "cancel", "cancelled", "who")
AUTHORIZED = Verb(_STREAMS + "authorize", "authorized", "who")

VERBS: Mapping[EventKind, Verb | None] = {
    "enrolled": REGISTERED,  # once; a corrected name or section is no experience
    "granted": ASSIGNED,
    "withdrawn": RETRACTED,
    "fetched": ATTEMPTED,
    "engaged": INITIALIZED,
    "received": DELIVERED,
    "submitted": SUBMITTED,
    "set-aside": ARCHIVED,
    "rejected": REJECTED,
    "graded": SCORED,
    "fault": None,  # our grader failed: it says nothing about the learner
    "decided": None,  # by what was decided: DECIDED
    "overridden": None,  # by what the instructor did: OVERRIDDEN
}
DECIDED: Mapping[str, Verb] = {
    "mastered": PASSED, "gaps": FAILED, "more": PROGRESSED, "attention": FAILED, "waiting": PROGRESSED,
}  # fmt: skip
"""By outcome; `attention` without a gap is PROGRESSED."""
OVERRIDDEN: Mapping[str, Verb] = {"mastered": WAIVED, "reset": CANCELLED, "another-form": AUTHORIZED}

TYPES: Mapping[str, str] = {
    "course": _ACTIVITY + "course",
    "unit": _ACTIVITY + "module",
    "objective": _ACTIVITY + "objective",
    "form": _ACTIVITY + "assessment",
    "corrective": _ACTIVITY + "lesson",
    "enrichment": _ACTIVITY + "lesson",
}
"""Activity types by what the activity is in the course."""
