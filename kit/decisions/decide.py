"""`decide`: what one attempt means for its unit, with the rule that spoke and a sentence for the learner."""

from __future__ import annotations

from collections.abc import Sequence

from kit.decisions.sentences import (
    attention_sentence,
    gaps_sentence,
    mastered_sentence,
    more_sentence,
    waiting_sentence,
)
from kit.decisions.verdicts import verdict, worked_on
from kit.decisions.words import counted, listing
from kit.records import Assignment, Attempt, Decision, Revision, UnitRecord


def decide(revision: Revision, record: UnitRecord, attempt: Attempt) -> Decision:
    """What *attempt* (one of *record*'s) means, given all that counts up to its submission time.

    Criterion, rule, settings and cycles are the ones frozen at engagement; before it, those of *revision*.
    An objective mastered once stays mastered. `waiting` while an item of the attempt is not assessed; `more` where
    there is no gap but not enough evidence yet: the next form then opens at once. Beside a gap that is worked on first,
    and the form that follows serves both.
    """
    history = [a for a in record.counted if a.number <= attempt.number]
    verdicts = tuple(verdict(objective, record, revision, history) for objective in revision.objectives)
    rule = record.rule or revision.rule
    gaps = [v.objective for v in verdicts if v.state == "gap"]
    thin = [v.objective for v in verdicts if v.state == "not-enough"]
    # A cycle is an attempt that left a gap; this one has no decision of its own yet.
    cycle = sum(1 for a in history[:-1] if a.decision and a.decision.left_gap) + bool(gaps)
    if any(v.state == "not-assessed" for v in verdicts):
        return Decision("waiting", verdicts, rule, waiting_sentence(revision), cycle)
    if not gaps and not thin:
        return Decision("mastered", verdicts, rule, mastered_sentence(revision, history), cycle)
    correctives, without = _choose(revision, record, gaps)
    next_form = unseen_form(revision, record)
    reason = _why_attention(record.max_cycles or revision.max_cycles, cycle, gaps, thin, next_form, without)
    if reason:
        return Decision("attention", verdicts, rule, attention_sentence(revision, verdicts), cycle, reason=reason)
    assert next_form is not None
    if not gaps:
        return Decision(
            "more", verdicts, rule, more_sentence(revision, verdicts, next_form), cycle, next_form=next_form.id
        )
    sentence = gaps_sentence(revision, verdicts, correctives, next_form)
    return Decision("gaps", verdicts, rule, sentence, cycle, tuple(c.id for c in correctives), next_form.id)


def unseen_form(revision: Revision, record: UnitRecord) -> Assignment | None:
    """The next form of *revision* that this learner has never seen; None when all are spent."""
    return next((form for form in revision.forms if form.form not in record.spent_forms), None)


def _choose(revision: Revision, record: UnitRecord, gaps: Sequence[str]) -> tuple[list[Assignment], list[str]]:
    """For each gap the first corrective by an approach this learner has not had; and the gaps left without one."""
    chosen: list[Assignment] = []
    without: list[str] = []
    for gap in gaps:
        had = {work.approach for work in record.correctives if work.objective == gap and worked_on(record, work)}
        fresh = (revision.corrective(gap, a) for a in _approaches(revision, gap) if a not in had)
        corrective = next((c for c in fresh if c is not None), None)
        if corrective is None:
            without.append(gap)
        else:
            chosen.append(corrective)
    return chosen, without


def _approaches(revision: Revision, objective: str) -> tuple[str, ...]:
    return next(o.correctives for o in revision.objectives if o.id == objective)


def _why_attention(
    max_cycles: int, cycle: int, gaps: Sequence[str], thin: Sequence[str], next_form: Assignment | None,
    without: Sequence[str],
) -> str:  # fmt: skip
    if gaps and cycle > max_cycles:
        return f"After {counted(max_cycles, 'cycle')} of corrective and new form a gap is left."
    if gaps and next_form is None:
        return "Every form has been seen; there is no unseen one left."
    if next_form is None:
        return f"Not enough evidence yet on {listing(thin)}, and there is no unseen form left to get it from."
    if without:
        return f"Every approach for {listing(without)} has been had."
    return ""
