"""What happened to a learner: events in, a mastery record out. No file, clock or database.

Words (defined here once):

- **item**: one graded test cell; belongs to exactly one objective
- **form**: one equivalent version of a unit's assessment (a, b, c …)
- **attempt**: one learner's one submission of one form
- **evidence**: the item scores of an attempt, grouped by objective
- **cycle**: one round of attempt → corrective → attempt
- **revision**: a unit as it was built at one time; a learner under way keeps theirs
- **grant**: "this learner may fetch this notebook now"
- **mastery record**: everything that happened to a learner, folded from the ledger's events
"""

from kit.records.assignment import Assignment, Item, Kind, Revision, assignment_id
from kit.records.catalogue import Catalogue
from kit.records.events import EVENT_KINDS, SYSTEM, Event, EventKind
from kit.records.fold import fold, fold_all
from kit.records.record import (
    Attempt,
    CorrectiveWork,
    Decision,
    GrantState,
    ItemScore,
    LearnerRecord,
    Submission,
    UnitRecord,
    Verdict,
    VerdictState,
)

__all__ = [
    "EVENT_KINDS",
    "SYSTEM",
    "Assignment",
    "Attempt",
    "Catalogue",
    "CorrectiveWork",
    "Decision",
    "Event",
    "EventKind",
    "GrantState",
    "Item",
    "ItemScore",
    "Kind",
    "LearnerRecord",
    "Revision",
    "Submission",
    "UnitRecord",
    "Verdict",
    "VerdictState",
    "assignment_id",
    "fold",
    "fold_all",
]
