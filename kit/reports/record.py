"""`kit record LEARNER`: everything that happened to one learner, unit by unit, in words."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kit.decisions import ObjectiveStanding, UnitStanding
from kit.decisions.words import counted
from kit.records import Attempt, Event, LearnerRecord, Submission, UnitRecord, Verdict
from kit.reports.rows import handed_in_at, points, what_followed
from kit.reports.signs import BY_HAND, OBJECTIVES, SIGNS, VERDICTS
from kit.reports.view import CourseView
from kit.reports.words import duration, moment, number, percent, plain

BAR = 20
"""Cells of a bar from 0 to 100 %."""


def record_page(view: CourseView, learner: str) -> RenderableType:
    """The mastery record of *learner* as something rich prints; UnknownName if they are not enrolled."""
    record = view.record(learner)
    standing = view.standings[learner]
    parts: list[RenderableType] = [_head(record, standing.next)]
    for now in standing.units:
        parts += [Text(), *_unit(record.unit(now.unit), now)]
    for name in record.units.keys() - {now.unit for now in standing.units}:
        parts += [Text(), *_left_over(record.units[name])]
    parts += _nowhere(view, learner)
    return Group(*parts)


def _head(record: LearnerRecord, then: str) -> Text:
    who = f"{plain(record.name)} ({record.learner})" if record.name else record.learner
    return Text.assemble(
        (who, "bold"), (f"  enrolled {moment(record.enrolled_at)} UTC\n", "dim"), "Next: ", plain(then)
    )


def _unit(mine: UnitRecord, now: UnitStanding) -> Iterator[RenderableType]:
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
    yield from _history(mine)


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


def _history(mine: UnitRecord) -> Iterator[RenderableType]:
    """Everything that happened in the unit, in the order of time."""
    happened = [(attempt.submission.at, 0, _attempt(attempt)) for attempt in mine.attempts]
    happened += [(work.granted_at, 1, _corrective(mine, number)) for number, work in enumerate(mine.correctives)]
    happened += [(e.at, 2, _override(e)) for e in mine.overrides]
    happened += [(e.at, 3, _set_aside(e)) for e in mine.set_aside]
    happened += [
        (s.at, 4, Text.assemble((f"{s.assignment} could not be taken  {moment(s.at)}\n", "bold"), plain(s.reason)))
        for s in mine.submissions.values()
        if s.state == "rejected"
    ]
    for _, _, renderable in sorted(happened, key=lambda entry: entry[:2]):
        yield Padding(renderable, (1, 0, 0, 2))


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
    for _column in range(4):
        table.add_column(no_wrap=True)
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
    return Text(verdict.objective), drawn, Text(level), Text(f"{sign.mark} {sign.word}", style=sign.style)


def bar(share: float, criterion: float, style: str) -> Text:
    """A bar of `BAR` cells: *share* (0–1) filled, with a stroke at the *criterion*."""
    filled, mark = round(min(max(share, 0.0), 1.0) * BAR), min(round(criterion * BAR), BAR - 1)
    drawn = Text()
    for cell in range(BAR):
        if cell == mark:
            drawn.append("┃", style="bold")
        else:
            drawn.append("━" if cell < filled else "─", style=style if cell < filled else "dim")
    return drawn


def _corrective(mine: UnitRecord, place: int) -> RenderableType:
    work = mine.correctives[place]
    handed_in = handed_in_at(work)
    then = f"handed in {moment(handed_in)}" if handed_in else "not handed in yet"
    practice = ""
    if handed_in and work.submission is not None:
        _, _, share = points(work.submission)
        practice = f", practice {percent(share)}" if share is not None else ""
    followed = ""
    attempt, verdict = what_followed(mine, work)
    if attempt and verdict:
        followed = f" → attempt {attempt.number}: {VERDICTS[verdict.state].word}"
    return Text.assemble(
        (f"Corrective for {work.objective} by {work.approach}", "bold"),
        f"  opened {moment(work.granted_at)}, {then}{practice}{followed}",
    )


def _override(event: Event) -> RenderableType:
    return Text.assemble(
        (f"{BY_HAND} {plain(event.who)} decided: {event.data['action']}", "bold"),
        f"  {moment(event.at)}\n",
        plain(event.why),
    )


def _set_aside(event: Event) -> RenderableType:
    return Text.assemble(
        (f"Set aside: {event.assignment}", "bold"), f"  {moment(event.at)}\n", plain(str(event.data["reason"]))
    )


def _left_over(mine: UnitRecord) -> Iterator[RenderableType]:
    yield Rule(Text(f"{mine.unit}  (no longer part of the course)", style="dim"), align="left", style="dim")
    yield from _history(mine)


def _nowhere(view: CourseView, learner: str) -> list[RenderableType]:
    """Submissions that belong to no unit: kept, but nobody asked for them."""
    strays = [e for e in view.history if e.kind == "set-aside" and e.learner == learner and e.unit is None]
    if not strays:
        return []
    return [Text(), Rule(Text("Not part of any unit", style="dim"), align="left", style="dim"),
            *(Padding(_set_aside(event), (1, 0, 0, 2)) for event in strays)]  # fmt: skip
