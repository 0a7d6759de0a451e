"""What a learner reads about a decision: one sentence or two, kind and exact, and never a number about themselves."""

from __future__ import annotations

from collections.abc import Sequence

from kit.decisions.words import counted, listing
from kit.records import Assignment, Attempt, Revision, Verdict, VerdictState


def waiting_sentence(revision: Revision) -> str:
    """Part of it waits for a person."""
    return f"A person reads part of your work on {revision.title}; you will hear as soon as that is done."


def mastered_sentence(revision: Revision, history: Sequence[Attempt]) -> str:
    """Every objective is shown, after *history*."""
    count = len(revision.objectives)
    every = f"all {count} objectives" if count > 1 else "the objective"
    worked = any(attempt.decision is not None and attempt.decision.left_gap for attempt in history[:-1])
    after = f", after {len(history)} tries and the work between them" if worked else f", on {len(history)} forms"
    return f"You have shown {every} of {revision.title}{after if len(history) > 1 else ''}. The unit is yours."


def gaps_sentence(
    revision: Revision, verdicts: Sequence[Verdict], correctives: Sequence[Assignment], next_form: Assignment
) -> str:
    """Which gaps there are, and what is to be done about them."""
    many = len(correctives) > 1
    step = f"{len(correctives)} short notebooks that go about it" if many else "a short notebook that goes about it"
    return (
        f"{_not_yet(revision, verdicts)} Next for you: {step} in another way. "
        f"When you hand {'them' if many else 'it'} in, a new form of the checks (form {next_form.form}) opens."
    )


def more_sentence(revision: Revision, verdicts: Sequence[Verdict], next_form: Assignment) -> str:
    """No gap, but too little to go by."""
    return (
        f"{_not_yet(revision, verdicts)} One more form of the checks (form {next_form.form}) is open for you; "
        "there is nothing to do in between."
    )


def attention_sentence(revision: Revision, verdicts: Sequence[Verdict]) -> str:
    """The instructor is asked to look."""
    return (
        f"{_not_yet(revision, verdicts)} Your instructor has been told and will look at this with you; "
        "what you have shown stays yours."
    )


def _not_yet(revision: Revision, verdicts: Sequence[Verdict]) -> str:
    gaps, thin = _titles(revision, verdicts, "gap"), _titles(revision, verdicts, "not-enough")
    shown = len(verdicts) - len(gaps) - len(thin)
    are = "is" if shown == 1 else "are"
    yours = f"{shown} of {counted(len(verdicts), 'objective')} of {revision.title} {are} yours." if shown else ""
    below = f"Not yet there: {listing(gaps)}." if gaps else ""
    more = f"Not enough evidence yet: {listing(thin)}." if thin else ""
    return " ".join(part for part in (yours, below, more) if part)


def _titles(revision: Revision, verdicts: Sequence[Verdict], state: VerdictState) -> list[str]:
    titles = {objective.id: f"“{objective.title}”" for objective in revision.objectives}
    return [titles[v.objective] for v in verdicts if v.state == state]
