"""Stage 3: evidence nobody decided on yet, in the order of submission."""

from __future__ import annotations

from kit.decisions import decide
from kit.records import SYSTEM, Event
from kit.stages.opened import OpenCourse, Step


def decide_graded(opened: OpenCourse) -> None:
    """Decide on every attempt that is completely assessed; each decision sees the ones before it."""
    opened.refresh()
    for record in opened.learners():
        for unit in list(record.units.values()):
            if not opened.scope.has(record.learner, unit.unit):
                continue
            for attempt in unit.attempts:
                if attempt.before_reset or not attempt.undecided:
                    continue
                # Judged by what was handed in, also when an instructor has moved the learner on to a newer revision.
                taken = opened.catalogue.assignment(attempt.submission.assignment)
                revision = opened.catalogue.revision(unit.unit, taken.revision)
                decision = decide(revision, unit, attempt)
                submission = attempt.submission
                data = {"submission": submission.id, "version": submission.version, "decision": decision.to_data()}
                key = f"decided:{record.learner}:{submission.id}:{submission.version}"
                opened.record(
                    Event(key, "decided", record.learner, submission.at, SYSTEM, unit.unit, submission.assignment,
                          data, decision.sentence)
                )  # fmt: skip
                opened.watch(Step("decide", f"{record.learner} {submission.assignment}: {decision.outcome}"))
