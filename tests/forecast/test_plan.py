"""`kit plan`: the course's own decisions on simulated learners, and what is counted from them."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import asdict, replace
from pathlib import Path
from subprocess import run

import numpy as np
import pandas as pd
import pytest

from kit.course import Course, load_course
from kit.decisions.rules import RULES
from kit.errors import KitError
from kit.forecast import Learning, outlook
from kit.forecast.blueprint import WITHOUT_END, PlannedUnit, blueprint, with_bar, without_end
from kit.forecast.calibrating import ENOUGH, seen_among
from kit.forecast.passage import Pace, pass_through
from kit.forecast.plan import AS_IT_IS, ENDLESS, HIGHER_BAR, Assumptions, Plan, make_plan
from kit.psychometrics.binomial import chance_to_pass
from kit.records import Attempt, ItemScore, LearnerRecord, Submission, UnitRecord
from tests.courses import write_course
from tests.histories import START, History, make_catalogue, make_revision

OBJECTIVES = {"adding": ("diagram", "tracing"), "taking": ("analogy", "debugging")}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    units = {"01-one": (), "02-two": ("01-one",)}
    root = tmp_path_factory.mktemp("plan") / "course"
    return load_course(write_course(root, units, items=5, objectives=OBJECTIVES, extra="minutes = 60\n"))


@pytest.fixture(scope="module")
def plan(course: Course) -> Plan:
    return make_plan(course)


@pytest.mark.parametrize("rule", RULES)
def test_a_simulated_learner_is_decided_on_as_a_real_one_with_the_same_answers_would_be(rule: str) -> None:
    """The same answers, written into a ledger as events: folded, decided, granted by the machinery of the course."""
    revision = make_revision(rule=rule)
    for seed in range(25):
        rng = np.random.default_rng(seed)
        levels = {"x": float(rng.uniform(0.3, 1)), "y": float(rng.uniform(0.3, 1))}
        passage = pass_through(PlannedUnit(revision, (), 60), levels, Learning(), Pace(), rng)
        history = History(make_catalogue(revision))
        for attempt in passage.record.attempts:
            for corrective in [name for name in history.todo if history.catalogue.assignment(name).kind != "form"]:
                history.submit(corrective, 5)
            name = attempt.submission.assignment
            assert name in history.todo, "the machinery opened this form too"
            history.fetch(name)
            history._add("submitted", name, data={"submission": name})
            items = [asdict(item) for item in attempt.submission.items]
            history._add("graded", name, data={"submission": name, "items": items, "version": 1})
            history.settle()
            assert history.record.unit("u1").attempts[-1].decision == attempt.decision
        assert (history.record.unit("u1").mastered_at is None) == bool(passage.why)


def test_the_blueprint_is_what_a_build_would_make_and_nothing_is_written(course: Course) -> None:
    before = sorted(course.root.rglob("*"))
    one, two = blueprint(course)
    assert sorted(course.root.rglob("*")) == before
    assert [form.form for form in one.revision.forms] == ["a", "b", "c", "d"]
    assert [len(form.items) for form in one.revision.forms] == [10] * 4
    assert (two.requires, two.minutes, two.revision.rule) == (("01-one",), 60, "every-objective")


def test_a_corrective_that_is_not_written_yet_does_not_exist_for_the_plan(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course", {"01-one": ()}, objectives=OBJECTIVES)
    (root / "corrective/01-one/adding/tracing.ipynb").unlink()
    unit = blueprint(load_course(root))[0]
    assert unit.revision.corrective("adding", "tracing") is None
    assert outlook.correctives_needed(make_plan(load_course(root), Assumptions(5)))["correctives"].tolist() == [1, 2]


def test_without_end_there_are_forms_and_approaches_for_everybody(course: Course) -> None:
    one = without_end(blueprint(course))[0].revision
    assert len(one.forms) == len({form.form for form in one.forms}) == WITHOUT_END
    assert [form.form for form in one.forms[:4]] == ["a", "b", "c", "d"]
    assert one.forms[4].items == one.forms[0].items
    for objective in one.objectives:
        assert objective.correctives[:2] == OBJECTIVES[objective.id]
        assert all(one.corrective(objective.id, approach) for approach in objective.correctives)
    assert one.max_cycles == WITHOUT_END


def test_a_higher_bar_raises_what_is_lower_and_lowers_nothing(course: Course) -> None:
    units = with_bar(blueprint(course), 0.9)
    assert {o.criterion for unit in units for o in unit.revision.objectives} == {0.9}
    assert with_bar(units, 0.6) == units


def test_the_first_form_is_passed_as_often_as_the_binomial_model_says(plan: Plan) -> None:
    first = plan.passages[(plan.passages["scenario"] == AS_IT_IS) & (plan.passages["unit"] == "01-one")]
    started = plan.objectives[(plan.objectives["scenario"] == AS_IT_IS) & (plan.objectives["unit"] == "01-one")]
    chances = started.assign(chance=chance_to_pass(5, 4, started["started"].to_numpy()))
    expected = chances.groupby("learner")["chance"].prod().mean()
    at_once = (first["mastered"] & (first["forms"] == 1)).mean()
    assert at_once == pytest.approx(expected, abs=3 * np.sqrt(expected * (1 - expected) / len(first)))


@pytest.mark.parametrize("first", [0.3, 0.65, 0.9])
def test_learners_begin_at_the_share_that_is_asked_for(course: Course, first: float) -> None:
    started = make_plan(course, Assumptions(first=first)).objectives.query("unit == '01-one'")["started"]
    assert started.mean() == pytest.approx(first, abs=0.02)


def test_every_learner_is_the_same_person_in_every_scenario(plan: Plan) -> None:
    began = plan.objectives[plan.objectives["unit"] == "01-one"]
    wide = began.pivot(index=["learner", "objective"], columns="scenario", values="started")
    assert (wide[AS_IT_IS] == wide[HIGHER_BAR]).all()
    assert (wide[AS_IT_IS] == wide[ENDLESS]).all()


def test_a_learner_does_not_depend_on_how_many_others_there_are(course: Course) -> None:
    few, many = (make_plan(course, Assumptions(learners)).passages for learners in (700, 900))
    few = few.drop(columns="cohort").reset_index(drop=True)
    many = many[many["learner"] < 700].drop(columns="cohort").reset_index(drop=True)
    pd.testing.assert_frame_equal(few, many)


def test_the_same_seed_gives_the_same_plan_in_any_process(course: Course) -> None:
    code = (
        "import sys; from kit.course import load_course; from kit.forecast.plan import *; "
        "print(make_plan(load_course(sys.argv[1]), Assumptions(20)).objectives.to_csv())"
    )
    texts = {
        run([sys.executable, "-c", code, str(course.root)], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(texts) == 1
    assert make_plan(course, Assumptions(20)).objectives.to_csv() == texts.pop().removesuffix("\n")


def test_what_is_counted_adds_up(plan: Plan) -> None:
    forms = outlook.forms_needed(plan)
    numbers = [name for name in forms.columns if isinstance(name, int)]
    assert forms[numbers].sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert forms["more"].tolist() == pytest.approx(
        [forms.loc[u, [n for n in numbers if n > 4]].sum() for u in forms.index]
    )
    time = outlook.time_needed(plan)
    assert (time["median"] >= time["estimate"]).all()
    assert (time["p90"] >= time["median"]).all()
    assert time.loc[outlook.WHOLE, "estimate"] == 120
    attention = outlook.attention_needed(plan)
    units = attention.loc[["01-one", "02-two"], "share"]
    assert units.max() <= attention.loc[outlook.WHOLE, "share"] <= units.sum()
    assert attention["mean"].tolist() == pytest.approx((attention["share"] * 30).tolist())
    assert (attention[["cycles", "forms", "approaches"]].sum(axis=1) >= attention["share"] - 1e-9).all()


def test_who_is_not_done_after_the_last_of_all_forms_is_counted_as_needing_more(course: Course) -> None:
    surer = replace(course, units=tuple(replace(unit, rule="posterior") for unit in course.units))
    plan = make_plan(surer, Assumptions(first=0.3))
    endless = plan.passages.query("scenario == @ENDLESS and unit == '01-one'")
    undone = (~endless["mastered"]).mean()
    assert undone > outlook.FEW
    forms = outlook.forms_needed(plan)
    assert outlook.beyond(plan) == WITHOUT_END + 1
    assert forms.loc["01-one", WITHOUT_END + 1] == pytest.approx(undone)
    assert forms.loc["01-one", "enough"] == WITHOUT_END + 1


def test_nobody_runs_out_where_enough_is_there(plan: Plan) -> None:
    correctives = outlook.correctives_needed(plan)
    assert ((correctives["more"] <= outlook.FEW) == (correctives["enough"] <= correctives["correctives"])).all()
    assert correctives["any"].between(0.2, 0.9).all()


def test_a_higher_bar_costs_time_and_gives_truer_masters(plan: Plan) -> None:
    as_it_is, higher = outlook.cost_of_bar(plan).loc[[AS_IT_IS, HIGHER_BAR]].to_dict("records")
    assert higher["at_once"] < as_it_is["at_once"]
    assert higher["forms"] > as_it_is["forms"]
    assert higher["median"] > as_it_is["median"]
    assert higher["attention"] > as_it_is["attention"]
    assert higher["level"] > as_it_is["level"]
    assert higher["false_masters"] < as_it_is["false_masters"]


def test_how_sure_the_rule_was_is_told_beside_the_truth(plan: Plan) -> None:
    shown = plan.objectives[plan.objectives["mastered"]]
    assert shown["certainty"].between(0, 1).all()
    surer = shown["certainty"] > shown["certainty"].median()
    true = shown["level_shown"] >= shown["criterion"]
    assert true[surer].mean() > true[~surer].mean()


def test_correctives_that_teach_more_leave_fewer_for_the_instructor(course: Course) -> None:
    shares = [
        outlook.attention_needed(make_plan(course, Assumptions(learning=Learning(gain=gain))))["share"].iloc[-1]
        for gain in (0.2, 0.45, 0.8)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] > 0.2


def test_what_a_unit_builds_on_helps_in_it(course: Course, plan: Plan) -> None:
    began = plan.objectives[plan.objectives["scenario"] == AS_IT_IS].groupby("unit")["started"].mean()
    assert began["02-two"] > began["01-one"]
    alone = replace(course, units=tuple(replace(unit, requires=()) for unit in course.units))
    began = make_plan(alone).objectives.query("scenario == @AS_IT_IS").groupby("unit")["started"].mean()
    assert began["02-two"] == pytest.approx(began["01-one"], abs=0.02)


@pytest.mark.parametrize(
    ("cycles", "forms", "why"),
    [(1, "abcd", "cycles"), (3, "ab", "forms"), (3, "abcd", "approaches")],
    ids=["one cycle", "two forms", "two approaches"],
)
def test_why_the_instructor_is_needed_is_what_ran_out(tmp_path: Path, cycles: int, forms: str, why: str) -> None:
    extra = f"max_cycles = {cycles}\n"
    root = write_course(tmp_path / "course", {"01-one": ()}, items=5, forms=forms, extra=extra, objectives=OBJECTIVES)
    attention = outlook.attention_needed(make_plan(load_course(root), Assumptions(first=0.4))).loc["01-one"]
    assert attention[why] == pytest.approx(attention["share"])
    assert attention["share"] > 0.1


def test_one_learner_who_can_do_everything_takes_one_form_and_the_estimated_time(course: Course) -> None:
    unit = blueprint(course)[0]
    passage = pass_through(unit, {"adding": 1.0, "taking": 1.0}, Learning(), Pace(), np.random.default_rng(1))
    assert (passage.forms, passage.correctives, passage.minutes, passage.why) == (1, 0, 60, "")


def test_one_learner_who_can_do_nothing_and_learns_nothing_uses_everything_up(course: Course) -> None:
    idle = Learning(gain=0.0, gain_spread=0.0)
    unit = blueprint(course)[0]
    passage = pass_through(unit, {"adding": 0.0, "taking": 1.0}, idle, Pace(), np.random.default_rng(1))
    assert (passage.forms, passage.correctives, passage.why) == (3, 2, "approaches")
    # Two further forms for one of two objectives, two correctives of a quarter of the unit's time each.
    assert passage.minutes == 60 + 2 * 60 * 0.25 / 2 + 2 * 60 * 0.5 / 2
    assert set(passage.mastered) == {"taking"}


@pytest.mark.parametrize(
    ("values", "words"),
    [({"learners": 0}, "at least one learner"), ({"first": 1.0}, "first is a share"), ({"bar": 0.0}, "bar is a share")],
)
def test_assumptions_that_make_no_sense_are_refused(values: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Assumptions(**values)  # type: ignore[arg-type]


def test_a_course_without_units_has_nothing_to_plan(course: Course) -> None:
    with pytest.raises(KitError, match="no unit to plan"):
        make_plan(dataclasses.replace(course, units=()))


def with_first_forms(shares: list[float | None]) -> list[LearnerRecord]:
    """A learner for each share of ten points reached at the first form of 01-one; None: an item is not assessed."""

    def items(share: float | None) -> tuple[ItemScore, ...]:
        scores = [None] * 10 if share is None else [float(n < round(10 * share)) for n in range(10)]
        return tuple(ItemScore(f"i{n}", "adding", score, 1.0) for n, score in enumerate(scores))

    def unit(share: float | None) -> UnitRecord:
        submission = Submission("s", "01-one.a", START, "graded", items(share))
        return UnitRecord("01-one", attempts=[Attempt(1, "a", submission)])

    return [LearnerRecord(f"l{n}", units={"01-one": unit(share)}) for n, share in enumerate(shares)]


def test_from_twenty_learners_on_their_own_first_forms_are_the_start(course: Course) -> None:
    seen = seen_among(course, with_first_forms([0.5, 0.9] * 10))
    assert seen is not None
    assert (seen.first, seen.learners) == (pytest.approx(0.7), 20)


@pytest.mark.parametrize(
    "shares", [[], [0.5] * (ENOUGH - 1), [None] * 30], ids=["nobody", "too few", "nothing assessed"]
)
def test_fewer_say_nothing(course: Course, shares: list[float | None]) -> None:
    assert seen_among(course, with_first_forms(shares)) is None


def test_a_cohort_that_can_do_everything_is_planned_for_too(course: Course) -> None:
    seen = seen_among(course, with_first_forms([1.0] * 20))
    assert seen is not None
    assert make_plan(course, Assumptions(5, first=seen.first)).passages["mastered"].mean() > 0.9
