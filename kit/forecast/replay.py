"""Every rule of the kit run over recorded answers: when would each have said mastered, and was that borne out?

A rule looks after each attempt (a form; without forms, so many answers), as in a course; it sees nothing later. Once
mastered stays mastered. What came afterwards decides nothing: it is the check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kit.course import Settings
from kit.decisions.rules import RULES, Evidence, Rule
from kit.forecast.recorded import Answer, Recording

if TYPE_CHECKING:
    import pandas as pd

ANSWERS_PER_ATTEMPT = 5
"""Where the recording has no forms, a rule looks after so many assessed answers."""

DECISION_COLUMNS: Mapping[str, tuple[str, str]] = {
    "learner": ("string", "who"),
    "objective": ("string", "on what"),
    "rule": ("string", "name of the rule, as in course.toml"),
    "state": ("string", "mastered, more or gap; none where there was not one whole attempt to look at"),
    "attempt": ("Int64", "at which attempt it was mastered, else how many were looked at"),
    "items": ("Int64", "assessed answers up to there"),
    "share": ("Float64", "share right in that attempt, 0–1; NA for none"),
    "certainty": ("Float64", "posterior probability that the level reaches the criterion; NA for none"),
    "later_items": ("Int64", "assessed answers after that"),
    "later_share": ("Float64", "share of them right, 0–1; NA where there are none"),
}
"""Columns of `Replay.decisions`: dtype and meaning."""


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What the rules said. Frames are new on every call."""

    decisions: pd.DataFrame
    """A row for every learner, objective and rule: see `DECISION_COLUMNS`."""
    notices: tuple[str, ...]

    def by_rule(self) -> pd.DataFrame:
        """One row per rule.

        name          dtype    unit     meaning
        ------------  -------  -------  ----------------------------------------------------------------
        sequences     int64    –        learner × objective
        mastered      float64  share    of the sequences, called mastered at some time
        attempts      float64  –        median attempt of these at which it was said
        items         float64  –        median answers they needed
        certainty     float64  0–1      mean at the time
        later_items   int64    –        answers they gave afterwards, all together
        later_share   float64  share    right of these; NaN where there are none
        """
        import pandas as pd

        return pd.DataFrame.from_dict(
            {rule: _summary(self.decisions[self.decisions["rule"] == rule]) for rule in RULES}, orient="index"
        ).rename_axis("rule")

    def agreement(self) -> pd.DataFrame:
        """Rules × rules: the share of sequences on which both say mastered in the end, or neither; NaN without any."""
        import pandas as pd

        # Every rule has the same sequences, in the same order.
        said = {rule: list(rows["state"] == "mastered") for rule, rows in self.decisions.groupby("rule")}
        alike = {one: {other: _share_alike(said.get(one, []), said.get(other, [])) for other in RULES} for one in RULES}
        return pd.DataFrame(alike)


def _share_alike(one: Sequence[bool], other: Sequence[bool]) -> float:
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one) if one else float("nan")


def _summary(decisions: pd.DataFrame) -> dict[str, Any]:
    mastered = decisions[decisions["state"] == "mastered"]
    later = int(mastered["later_items"].sum())
    right = float((mastered["later_share"] * mastered["later_items"]).sum())
    some = len(mastered) > 0
    nan = float("nan")
    return {
        "sequences": len(decisions),
        "mastered": len(mastered) / len(decisions) if len(decisions) else nan,
        "attempts": float(mastered["attempt"].median()) if some else nan,
        "items": float(mastered["items"].median()) if some else nan,
        "certainty": float(mastered["certainty"].mean()) if some else nan,
        "later_items": later,
        "later_share": right / later if later else nan,
    }


def replay(
    recording: Recording,
    criterion: float = 0.8,
    settings: Settings | None = None,
    *,
    every: int = ANSWERS_PER_ATTEMPT,
    watch: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Replay:
    """Run every rule of `RULES` over *recording*, with a criterion of *criterion* (0–1) for all objectives.

    Answers that are not assessed are judged by no rule. Without forms an attempt is *every* assessed answers; what is
    left over at the end is no attempt, and counts as later answers only. ValueError for *every* below 1.
    """
    import pandas as pd

    if every < 1:
        raise ValueError(f"An attempt needs at least one answer, not {every}.")
    settings = settings or Settings()
    sequences = recording.sequences()
    rows = []
    for done, ((learner, objective), answers) in enumerate(sequences.items()):
        watch("replaying", done, len(sequences))
        attempts, rest = _attempts(answers, every)
        for rule in RULES.values():
            rows.append((learner, objective, rule.name, *_judged(rule, attempts, rest, criterion, settings)))
    watch("replaying", len(sequences), len(sequences))
    frame = pd.DataFrame(rows, columns=list(DECISION_COLUMNS))
    frame = frame.astype({name: dtype for name, (dtype, _) in DECISION_COLUMNS.items()})
    return Replay(frame, (*recording.notices, *_left_over(sequences.values(), every)))


@dataclass(frozen=True, slots=True)
class _Tried:
    """One attempt: the assessed answers, in order, and whether a corrective came before it."""

    answers: tuple[float, ...]
    after_corrective: bool


def _attempts(sequence: Sequence[Answer], every: int) -> tuple[list[_Tried], tuple[float, ...]]:
    """The attempts in *sequence*, and the answers at its end that make no whole one."""
    if any(answer.form for answer in sequence):
        groups = [list(group) for _, group in groupby(sequence, key=lambda answer: answer.form)]
        return [tried for group in groups if (tried := _tried(group)).answers], ()
    found, group = [], []
    for answer in sequence:
        group.append(answer)
        if sum(one.correct is not None for one in group) == every:
            found.append(_tried(group))
            group = []
    return found, _tried(group).answers


def _tried(answers: Iterable[Answer]) -> _Tried:
    answers = list(answers)
    assessed = tuple(answer.correct for answer in answers if answer.correct is not None)
    return _Tried(assessed, any(answer.corrective for answer in answers))


def _judged(
    rule: Rule, attempts: Sequence[_Tried], rest: tuple[float, ...], criterion: float, settings: Settings
) -> tuple[Any, ...]:
    """The values from `state` on, for one sequence and one rule."""
    evidence: list[Evidence] = []
    state, certainty = "none", None
    for number, tried in enumerate(attempts, 1):
        evidence.append(Evidence.of(number, tried.answers, after_corrective=tried.after_corrective and number > 1))
        finding = rule.judge(evidence, criterion, settings)
        state, certainty = finding.state, finding.certainty
        if state == "mastered":
            break
    later = [answer for tried in attempts[len(evidence) :] for answer in tried.answers] + list(rest)
    return (
        state,
        len(evidence),
        sum(len(one.points) for one in evidence),
        evidence[-1].share if evidence else None,
        certainty,
        len(later),
        sum(later) / len(later) if later else None,
    )


def _left_over(sequences: Iterable[Sequence[Answer]], every: int) -> list[str]:
    rests = [len(_attempts(sequence, every)[1]) for sequence in sequences]
    if not sum(rests):
        return []
    return [
        f"An attempt is {every} answers here; {sum(rests)} answers at the end of {sum(map(bool, rests))} sequences "
        "make no whole one: no rule looked after them, and they count as what came later."
    ]
