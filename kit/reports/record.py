"""`kit record LEARNER`: everything that happened to one learner, unit by unit, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kit.decisions import ObjectiveStanding, UnitStanding
from kit.decisions.words import counted
from kit.records import Attempt, CorrectiveWork, Event, GrantState, LearnerRecord, Submission, UnitRecord, Verdict
from kit.reports.rows import handed_in_at, points, what_followed
from kit.reports.signs import BY_HAND, OBJECTIVES, SIGNS, VERDICTS
from kit.reports.sureness import how_sure
from kit.reports.view import CourseView
from kit.reports.words import duration, moment, number, percent, plain

BAR = 20
"""Cells of a bar from 0 to 100 %."""


def record_page(view: CourseView, learner: str) -> RenderableType:
    """The mastery record of *learner* as something rich prints; UnknownName if they are not enrolled."""
    record = view.record(learner)
    standing = view.standings[learner]
    events = [event for event in view.history if event.learner == learner]
    notes: dict[str | None, list[Event]] = {}
    for event in events:
        if event.kind == "rejected" or event.data.get("regraded"):
            notes.setdefault(event.unit, []).append(event)
    parts: list[RenderableType] = [_head(record, standing.next)]
    for now in standing.units:
        parts += [Text(), *_unit(record.unit(now.unit), now, notes.get(now.unit, ()))]
    for name in sorted(record.units.keys() - {now.unit for now in standing.units}):
        parts += [Text(), *_left_over(record.units[name], notes.get(name, ()))]
    parts += [Text(), *_nowhere(e for e in events if e.kind == "set-aside" and e.unit is None)]
    return Group(*parts)


def _head(record: LearnerRecord, then: str) -> Text:
    who = f"{plain(record.name)} ({record.learner})" if record.name else record.learner
    section = f", section {plain(record.section)}" if record.section else ""
    return Text.assemble(
        (who, "bold"), (f"  enrolled {moment(record.enrolled_at)} UTC{section}\n", "dim"), "Next: ", plain(then)
    )


def _unit(mine: UnitRecord, now: UnitStanding, notes: Iterable[Event]) -> Iterator[RenderableType]:
    sign = SIGNS[now.state]
    title = Text.assemble(
        (f"{sign.mark} {now.unit} {plain(now.title)}", f"bold {sign.style}"), (f"  {sign.word}", sign.style)
    )
    yield Rule(title, align="left", style="dim")
    yield Padding(Text(_summary(mine, now), style="dim"), (0, 0, 0, 2))
    if now.attention:
        yield Padding(Text(f"For the instructor: {plain(now.attention)}", style="red"), (0, 0, 0, 2))
    for objective in now.objectives:
        yield Padding(_objective(objective), (0, 0, 0, 2))
    yield from _history(mine, notes)


def _objective(objective: ObjectiveStanding) -> Text:
    mark, style = OBJECTIVES[objective.state]
    return Text.assemble((f"{mark} ", style), f"{objective.id}: {plain(objective.title)}")


def _summary(mine: UnitRecord, now: UnitStanding) -> str:
    shown = sum(objective.state == "shown" for objective in now.objectives)
    parts = [f"{shown} of {counted(len(now.objectives), 'objective')} shown"]
    if mine.attempts:
        parts += [
            counted(now.attempts, "attempt"),
            counted(now.cycles, "cycle"),
            f"correctives handed in: {now.correctives}",
        ]
    if mine.engaged_at:
        parts.append(f"begun {moment(mine.engaged_at)}")
    if now.mastered_at:
        by = " by an instructor" if now.by_override else ""
        took = f", {duration(now.mastered_at - mine.engaged_at)} after it was begun" if mine.engaged_at else ""
        parts.append(f"mastered{by} {moment(now.mastered_at)}{took}")
    return " · ".join(parts)


def _history(mine: UnitRecord, notes: Iterable[Event]) -> Iterator[RenderableType]:
    """Everything that happened in the unit, in the order of time."""
    happened = [(attempt.submission.at, 0, _attempt(attempt)) for attempt in mine.attempts]
    happened += [(work.granted_at, 1, _corrective(mine, work)) for work in mine.correctives]
    happened += [(e.at, 2, _override(e)) for e in mine.overrides]
    happened += [(e.at, 3, _not_counted("Set aside", e)) for e in mine.set_aside]
    happened += [(e.at, 3, _noted(e)) for e in notes]
    happened += [(grant.granted_at, 4, _grant(mine, grant)) for grant in mine.grants.values() if _to_tell(mine, grant)]
    for _, _, renderable in sorted(happened, key=lambda entry: entry[:2]):
        yield Padding(renderable, (1, 0, 0, 2))


def _to_tell(mine: UnitRecord, grant: GrantState) -> bool:
    """Correctives and attempts tell their own story; what is left are forms still out, and enrichment."""
    handed_in = any(attempt.submission.assignment == grant.assignment for attempt in mine.attempts)
    return grant.kind == "enrichment" or (grant.kind == "form" and not handed_in)


def _grant(mine: UnitRecord, grant: GrantState) -> Text:
    submission = mine.submissions.get(grant.assignment)
    then = [f"opened {moment(grant.granted_at)}"]
    if grant.fetched_at:
        then.append(f"fetched {moment(grant.fetched_at)}")
    if grant.withdrawn_at:
        then.append(f"withdrawn {moment(grant.withdrawn_at)}")
    if submission is not None and submission.state != "rejected":
        then.append(f"handed in {moment(submission.at)}")
    name = f"Form {grant.form}" if grant.kind == "form" else "Enrichment"
    return Text.assemble((name, "bold"), f"  {', '.join(then)}")


def _attempt(attempt: Attempt) -> RenderableType:
    score, maximum, _ = points(attempt.submission)
    level = f"  {number(score)} of {number(maximum)} points" if score is not None and maximum is not None else ""
    head = Text.assemble(
        (f"Attempt {attempt.number}, form {attempt.form}", "bold"), f"  {moment(attempt.submission.at)}{level}",
        ("  before the reset, no longer counted" if attempt.before_reset else "", "yellow"),
    )  # fmt: skip
    if attempt.decision is None:
        return Group(head, Text(_undecided(attempt.submission), style="magenta"))
    table = Table.grid(padding=(0, 2, 0, 0))
    for _column in range(3):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for verdict in attempt.decision.verdicts:
        table.add_row(*_verdict(verdict))
    return Group(head, table, Text(plain(attempt.decision.sentence), style="italic"), *_reason(attempt))


def _undecided(submission: Submission) -> str:
    waits = "It is graded; a part waits for a person." if submission.state == "graded" else "It waits to be graded."
    if not submission.faults:
        return waits
    return f"{waits} The grader failed {counted(submission.faults, 'time')}: {plain(submission.reason)}"


def _reason(attempt: Attempt) -> Iterator[Text]:
    decision = attempt.decision
    if decision is not None and decision.reason:
        yield Text(f"For the instructor: {plain(decision.reason)}", style="red")


def _verdict(verdict: Verdict) -> tuple[Text, ...]:
    sign = VERDICTS[verdict.state]
    needs = f"needs {percent(verdict.criterion)}"
    if verdict.share is None or verdict.score is None:
        drawn, level = Text("not assessed", style="dim"), needs
    else:
        drawn = bar(verdict.share, verdict.criterion, sign.style)
        level = f"{number(verdict.score)} of {number(verdict.max)}, {needs}"
    sure = f" ({words})" if (words := how_sure(verdict)) else ""
    word = Text.assemble((f"{sign.mark} {sign.word}", sign.style), (sure, "dim"))
    return Text(verdict.objective), drawn, Text(level), word


def bar(share: float, criterion: float, style: str) -> Text:
    """A bar of `BAR` cells: *share* (0–1) filled, with a stroke at the *criterion*."""
    # Rounded down: a bar must not reach a stroke that the score has not reached.
    filled, mark = int(min(max(share, 0.0), 1.0) * BAR + 1e-6), min(int(criterion * BAR + 1e-6), BAR - 1)
    drawn = Text()
    for cell in range(BAR):
        if cell == mark:
            drawn.append("┃", style="bold")
        else:
            drawn.append("━" if cell < filled else "─", style=style if cell < filled else "dim")
    return drawn


def _corrective(mine: UnitRecord, work: CorrectiveWork) -> Text:
    told = [f"opened {moment(work.granted_at)}"]
    if (handed_in := handed_in_at(work)) and work.submission is not None:
        told.append(f"handed in {moment(handed_in)}")
        _, _, share = points(work.submission)
        told += [f"practice {percent(share)}"] if share is not None else []
    else:
        told.append("not handed in yet")
    attempt, verdict = what_followed(mine, work)
    followed = f" → attempt {attempt.number}: {VERDICTS[verdict.state].word}" if attempt and verdict else ""
    name = (f"Corrective for {work.objective} by {work.approach}", "bold")
    return Text.assemble(name, f"  {', '.join(told)}{followed}")


def _override(event: Event) -> RenderableType:
    return Text.assemble(
        (f"{BY_HAND} {plain(event.who)} decided: {event.data['action']}", "bold"),
        f"  {moment(event.at)}\n",
        plain(event.why),
    )


def _noted(event: Event) -> Text:
    """Beside what became of attempts: what could not be taken, and what was graded again."""
    if event.kind == "rejected":
        return _not_counted("Could not be taken", event)
    name = (f"{BY_HAND} {plain(event.who)} had it graded again: {plain(event.assignment or '')}", "bold")
    return Text.assemble(name, f"  handed in {moment(event.at)}\n", plain(event.why))


def _not_counted(what: str, event: Event) -> Text:
    name = (f"{what}: {plain(event.assignment or '')}", "bold")
    return Text.assemble(name, f"  {moment(event.at)}\n", plain(str(event.data["reason"])))


def _left_over(mine: UnitRecord, notes: Iterable[Event]) -> Iterator[RenderableType]:
    yield Rule(Text(f"{mine.unit}  (no longer part of the course)", style="dim"), align="left", style="dim")
    yield from _history(mine, notes)


def _nowhere(strays: Iterable[Event]) -> Iterator[RenderableType]:
    """Submissions that belong to no unit: kept, but nobody asked for them."""
    told = [Padding(_not_counted("Set aside", event), (1, 0, 0, 2)) for event in strays]
    if told:
        yield Rule(Text("Not part of any unit", style="dim"), align="left", style="dim")
        yield from told
