"""`kit check`: the course is right before anyone sees it; every fault at once.

    read        the course as far as it can be read            material.py
    rehearse    build each unit aside and grade it for real     rehearsal.py
    look        every rule of `CHECKS` at what there is         the other modules

To add a check: write a class beside these (see `base.Check`), add a line to `CHECKS`, and a bad sample unit to
``tests/cases/``. Faults of the files themselves come from `kit.course` and `kit.build`; `CODES` has them too.
"""

from __future__ import annotations

from collections.abc import Mapping

from kit.checks.base import Check
from kit.checks.carrying import CheckRunsInside
from kit.checks.correctives import CorrectivesFew, CorrectiveUnnamed, CorrectiveWithoutItems, RepeatedSameInstruction
from kit.checks.criteria import CheckTooShort, ThresholdInflation
from kit.checks.discrimination import ItemCatchesNothing, MutantSurvives, ObjectivesNotToldApart, RightAnswerFails
from kit.checks.files import CellIdMissing, OutputsCommitted
from kit.checks.forms import (
    BracesLeft,
    FormRepeated,
    FormsDiffer,
    FormsFew,
    NameUndefined,
    ValueWrittenOut,
    VariantsBroken,
    VariantsUnstable,
    VariantUnused,
)
from kit.checks.grading import (
    InstructionFails,
    ItemGivenAway,
    ItemNeverFails,
    MisstepPasses,
    ReferenceFails,
    ReleaseReachesCriterion,
    TrialFailed,
)
from kit.checks.items import (
    GradeIdDuplicate,
    GradeIdInvalid,
    ItemsFew,
    ItemWithoutObjective,
    ItemWithSeveralObjectives,
    NbgraderMetadata,
    ObjectiveWithoutItems,
    PointsWrong,
)
from kit.checks.leaks import HiddenTestLeaked, OutputsReleased, SolutionLeaked, VariantsLeaked
from kit.checks.lengths import assess_course
from kit.checks.lockstep import LockstepCompression
from kit.checks.look import check_course
from kit.checks.marks import HiddenTestsMissing, MarksBroken, SolutionMissing
from kit.checks.missteps import MisstepCellUnknown, MisstepsBroken, MisstepsMissing
from kit.checks.names import (
    ExchangeUnknown,
    ExecutorUnknown,
    ObjectiveMisplaced,
    ObjectiveUnknown,
    RequirementUnknown,
    RuleUnknown,
)
from kit.checks.tags import TagMisplaced, TagMisspelt

__all__ = ["CHECKS", "CODES", "Check", "assess_course", "check_course"]

CHECKS: tuple[Check, ...] = (
    # names
    ExecutorUnknown(),
    ExchangeUnknown(),
    RuleUnknown(),
    RequirementUnknown(),
    ObjectiveUnknown(),
    ObjectiveMisplaced(),
    # the course keeps what mastery means
    ThresholdInflation(),
    CheckTooShort(),
    LockstepCompression(),
    # notebooks as files
    OutputsCommitted(),
    CellIdMissing(),
    # cells
    TagMisspelt(),
    TagMisplaced(),
    NbgraderMetadata(),
    GradeIdInvalid(),
    GradeIdDuplicate(),
    MarksBroken(),
    SolutionMissing(),
    # items
    ItemWithoutObjective(),
    ItemWithSeveralObjectives(),
    ObjectiveWithoutItems(),
    ItemsFew(),
    PointsWrong(),
    HiddenTestsMissing(),
    CheckRunsInside(),
    # forms
    VariantsBroken(),
    VariantsUnstable(),
    NameUndefined(),
    BracesLeft(),
    VariantUnused(),
    ValueWrittenOut(),
    FormsFew(),
    FormsDiffer(),
    FormRepeated(),
    # correctives
    CorrectivesFew(),
    RepeatedSameInstruction(),
    CorrectiveUnnamed(),
    CorrectiveWithoutItems(),
    # missteps
    MisstepsBroken(),
    MisstepCellUnknown(),
    MisstepsMissing(),
    # what learners would get, and what comes of it
    SolutionLeaked(),
    HiddenTestLeaked(),
    VariantsLeaked(),
    OutputsReleased(),
    TrialFailed(),
    ReferenceFails(),
    ReleaseReachesCriterion(),
    ItemGivenAway(),
    InstructionFails(),
    MisstepPasses(),
    ItemNeverFails(),
    RightAnswerFails(),
    MutantSurvives(),
    ObjectivesNotToldApart(),
    ItemCatchesNothing(),
)
"""Every rule, in the order in which faults of the same place are told."""

_OF_THE_FILES: Mapping[str, str] = {
    "file-missing": "A file that must be there is not; example: a folder below units/ without unit.toml.",
    "file-unreadable": "A file is there but cannot be opened; example: another account's file without read permission.",
    "toml-broken": "A TOML file does not follow TOML's grammar; example: a quotation mark that is never closed.",
    "key-unknown": "A key nobody reads is a slip that would be ignored silently; example: `criterium = 0.8`.",
    "value-wrong": "A value is not of the kind its key takes; example: `criterion = 80` instead of `0.8`.",
    "name-invalid": "Names become files, assignment ids and URLs; example: a folder `units/02 Lists`.",
    "course-empty": "There is no unit to take; example: a new folder with a course.toml alone.",
    "objectives-missing": "A unit without objectives has nothing to master; example: no table `[objectives.<name>]`.",
    "requires-cycle": "Units that wait for each other never open; example: 01 requires 02, 02 requires 01.",
    "notebook-missing": "A unit is its notebook; example: unit.toml without unit.ipynb beside it.",
    "notebook-broken": "A notebook cannot be read as one; example: marks of a merge conflict in its JSON.",
    "corrective-missing": "unit.toml promises a corrective that is not there; example: a renamed notebook.",
    "build-failed": "A unit cannot be built, so nothing of it can be graded; what keeps it is told with it.",
    "check-failed": "A rule of the kit itself failed; please report it. The other rules have spoken all the same.",
}

CODES: Mapping[str, str] = {
    **_OF_THE_FILES,
    **{check.code: " ".join((check.__doc__ or "").split()) for check in CHECKS},
}
"""Every code a fault can have → one sentence: what, why, an example."""
