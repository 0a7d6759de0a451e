"""`decide`: what one attempt means for its unit, with the rule that spoke and a sentence for the learner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kit.course import Objective
from kit.decisions.rules import RULES, Evidence
from kit.decisions.words import counted, listing
from kit.records import Assignment, Attempt, CorrectiveWork, Decision, Revision, UnitRecord, Verdict


def decide(revision: Revision, record: UnitRecord, attempt: Attempt) -> Decision:
    """What *attempt* (one of *record*'s) means, given all that counts up to its submission time.

    Criterion, rule and cycles are the ones frozen at engagement; before it, those of *revision*.
    An objective mastered once stays mastered. `waiting` while an item of the attempt is not assessed.
    """
    history = [a for a in record.counted if a.number <= attempt.number]
    verdicts = tuple(_verdict(objective, record, revision, history) for objective in revision.objectives)
    rule = record.rule or revision.rule
    gaps = [v.objective for v in verdicts if v.state == "gap"]
    # A cycle is an attempt that left a gap; this one has no decision of its own yet.
    cycle = sum(1 for a in history[:-1] if a.decision and a.decision.outcome in ("gaps", "attention")) + bool(gaps)
    if any(v.state == "not-assessed" for v in verdicts):
        return Decision("waiting", verdicts, rule, _waiting(revision), cycle)
    if not gaps:
        return Decision("mastered", verdicts, rule, _mastered(revision, history), cycle)
    correctives, without = _choose(revision, record, gaps)
    next_form = unseen_form(revision, record)
    reason = _why_attention(record.max_cycles or revision.max_cycles, cycle, next_form, without)
    if reason:
        return Decision("attention", verdicts, rule, _attention(revision, verdicts), cycle, reason=reason)
    assert next_form is not None
    sentence = _gaps(revision, verdicts, correctives, next_form)
    return Decision("gaps", verdicts, rule, sentence, cycle, tuple(c.id for c in correctives), next_form.id)


def unseen_form(revision: Revision, record: UnitRecord) -> Assignment | None:
    """The next form of *revision* that this learner has never seen; None when all are spent."""
    return next((form for form in revision.forms if form.form not in record.spent_forms), None)


def _verdict(objective: Objective, record: UnitRecord, revision: Revision, history: Sequence[Attempt]) -> Verdict:
    criterion = record.criteria.get(objective.id, objective.criterion)
    items = [item for item in history[-1].submission.items if item.objective == objective.id]
    maximum = sum(item.max for item in items)
    assessed = all(item.score is not None for item in items)
    score = sum(item.score or 0.0 for item in items) if assessed else None
    earlier = record.mastered.get(objective.id)
    if earlier is not None and earlier < history[-1].submission.at:
        return Verdict(objective.id, "mastered-before", score, maximum, criterion)
    if score is None:
        return Verdict(objective.id, "not-assessed", None, maximum, criterion)
    rule = RULES[record.rule or revision.rule]
    if rule.shows_mastery(list(_evidence(objective.id, history)), criterion):
        return Verdict(objective.id, "mastered", score, maximum, criterion)
    # An earlier version of this same evidence may have shown it: a corrected test takes nothing away from anybody.
    once = earlier is not None and earlier <= history[-1].submission.at
    return Verdict(objective.id, "mastered-before" if once else "gap", score, maximum, criterion)


def _evidence(objective: str, history: Iterable[Attempt]) -> Iterable[Evidence]:
    for attempt in history:
        items = [item for item in attempt.submission.items if item.objective == objective]
        if items and all(item.score is not None for item in items):
            points = sum(item.score or 0.0 for item in items)
            yield Evidence(attempt.number, points, sum(item.max for item in items), len(items))


def _choose(revision: Revision, record: UnitRecord, gaps: Sequence[str]) -> tuple[list[Assignment], list[str]]:
    """For each gap the first corrective by an approach this learner has not had; and the gaps left without one."""
    chosen: list[Assignment] = []
    without: list[str] = []
    for gap in gaps:
        had = {work.approach for work in record.correctives if work.objective == gap and _worked_on(record, work)}
        fresh = (revision.corrective(gap, a) for a in _approaches(revision, gap) if a not in had)
        corrective = next((c for c in fresh if c is not None), None)
        if corrective is None:
            without.append(gap)
        else:
            chosen.append(corrective)
    return chosen, without


def _worked_on(record: UnitRecord, work: CorrectiveWork) -> bool:
    """Whether the learner took it: what was only offered was not had."""
    return work.submission is not None or record.grants[work.assignment].fetched_at is not None


def _approaches(revision: Revision, objective: str) -> tuple[str, ...]:
    return next(o.correctives for o in revision.objectives if o.id == objective)


def _why_attention(max_cycles: int, cycle: int, next_form: Assignment | None, without: Sequence[str]) -> str:
    if cycle > max_cycles:
        return f"After {counted(max_cycles, 'cycle')} of corrective and new form a gap is left."
    if next_form is None:
        return "Every form has been seen; there is no unseen one left."
    if without:
        return f"Every approach for {listing(without)} has been had."
    return ""


def _waiting(revision: Revision) -> str:
    return f"A person reads part of your work on {revision.title}; you will hear as soon as that is done."


def _mastered(revision: Revision, history: Sequence[Attempt]) -> str:
    count = len(revision.objectives)
    every = f"all {count} objectives" if count > 1 else "the objective"
    after = "" if len(history) == 1 else f", after {len(history)} tries and the work between them"
    return f"You have shown {every} of {revision.title}{after}. The unit is yours."


def _not_yet(revision: Revision, verdicts: Sequence[Verdict]) -> str:
    titles = {objective.id: f"“{objective.title}”" for objective in revision.objectives}
    gaps = [titles[v.objective] for v in verdicts if v.state == "gap"]
    shown = len(verdicts) - len(gaps)
    are = "is" if shown == 1 else "are"
    yours = f"{shown} of {counted(len(verdicts), 'objective')} of {revision.title} {are} yours. "
    return (yours if shown else "") + f"Not yet there: {listing(gaps)}."


def _gaps(
    revision: Revision, verdicts: Sequence[Verdict], correctives: Sequence[Assignment], next_form: Assignment
) -> str:
    many = len(correctives) > 1
    step = f"{len(correctives)} short notebooks that go about it" if many else "a short notebook that goes about it"
    return (
        f"{_not_yet(revision, verdicts)} Next for you: {step} in another way. "
        f"When you hand {'them' if many else 'it'} in, a new form of the checks (form {next_form.form}) opens."
    )


def _attention(revision: Revision, verdicts: Sequence[Verdict]) -> str:
    return (
        f"{_not_yet(revision, verdicts)} Your instructor has been told and will look at this with you; "
        "what you have shown stays yours."
    )
