"""What is wrong with a course of known parameters is found, and a healthy course is left in peace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kit.analysis
from kit.analysis.expected import compare_selected
from kit.analysis.levels import levels
from kit.psychometrics.decision_table import beta_binomial
from kit.reports import CourseView
from kit.reports.view import Written
from tests.analysis.cohort import OBJECTIVES, UNIT, World, build_unit, make_course, play

FLAGGED = ("items", "forms", "form_comparison", "form_drift", "correctives")


@pytest.mark.parametrize("name", FLAGGED)
def test_a_healthy_course_has_no_flag(name: str, healthy: CourseView) -> None:
    found = getattr(kit.analysis, name)(healthy)
    assert list(found["flags"].dropna()) == []


def test_bad_items_are_flagged_and_only_these(faulty: CourseView) -> None:
    flags = kit.analysis.items(faulty).dropna(subset="flags")
    assert dict(zip(flags["form"] + " " + flags["item"], flags["flags"], strict=True)) == {
        "a counting-2": "nobody of 200 fails it",
        "a ending-3": "negative discrimination: who does the rest right, does this wrong",
        "a ending-5": "nobody of 200 passes it",
    }


def test_a_harder_form_is_found_with_the_size_of_it_and_a_cut_that_makes_up_for_it(faulty: CourseView) -> None:
    found = kit.analysis.form_comparison(faulty).set_index(["form", "objective"])
    nesting = found.loc[("b", "nesting")]
    assert nesting["difference"] == pytest.approx(-0.2, abs=0.07)
    assert nesting["flags"].startswith("nesting is harder than on form a")
    assert nesting["mean_cut"] == pytest.approx(8 + 10 * nesting["difference"])
    assert nesting["linear_cut"] == pytest.approx(6, abs=0.8)
    assert pd.isna(found.loc[("b", "counting"), "flags"])
    assert "harder" in kit.analysis.forms(faulty).set_index("form").loc["b", "flags"]


def test_a_corrective_that_teaches_nothing_is_found(faulty: CourseView) -> None:
    found = kit.analysis.correctives(faulty).set_index(["objective", "approach"])
    flagged = found["flags"].notna()
    assert flagged[("counting", "tracing")]
    assert flagged[("nesting", "tracing")]
    assert not flagged.xs("diagram", level="approach").any()
    # On nesting the next form was harder besides: that is said with it.
    assert "Form b is harder on this objective" in found.loc[("nesting", "tracing"), "told"]
    assert "harder" not in found.loc[("counting", "tracing"), "told"]


def test_what_a_mere_retest_gives_is_what_comes_of_a_corrective_that_teaches_nothing(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("tracing", "diagram", "debugging"), 0.0)
    found = kit.analysis.correctives(play(make_course(tmp_path), 200, World(helps=nothing)))
    counted = found[["followed", "success", "retest"]].astype(float)
    expected = (counted["followed"] * counted["retest"]).sum() / counted["followed"].sum()
    assert counted["success"].sum() / counted["followed"].sum() == pytest.approx(expected, abs=0.05)
    assert found.loc[found["approach"] == "tracing", "flags"].notna().all()


def test_approaches_are_compared_where_they_stood_at_the_same_place(tmp_path: Path) -> None:
    """The order of approaches was changed half-way: that is what makes a fair comparison possible."""
    world = World(helps={"tracing": 0.15, "diagram": 0.7})
    course = make_course(tmp_path)
    before = kit.analysis.correctives(play(course, 120, world)).set_index(["objective", "approach"])
    assert before["difference"].isna().all()
    assert "not given at the same place" in before.loc[("ending", "tracing"), "told"]
    build_unit(course, 2, ("diagram", "tracing", "debugging"))
    found = kit.analysis.correctives(play(course, 120, world, seed=2, prefix="m")).set_index(["objective", "approach"])
    for objective in OBJECTIVES:
        tracing, diagram = found.loc[(objective, "tracing")], found.loc[(objective, "diagram")]
        assert tracing["difference_high"] < 0 < diagram["difference_low"]
        assert tracing["others"] >= 20
        assert "helps less than the other approaches of this objective" in tracing["flags"]
        assert pd.isna(diagram["flags"])


def test_raw_means_would_have_told_a_wrong_story(healthy: CourseView) -> None:
    """Forms a and b are exactly parallel; who comes to b is selected, and has learned."""
    forms = kit.analysis.forms(healthy).set_index("form")
    raw = (forms.loc["b", "mean"] - forms.loc["a", "mean"]) / 30
    se = np.hypot(forms.loc["b", "mean_se"], forms.loc["a", "mean_se"]) / 30
    assert raw > 5 * se
    assert forms.loc["b", "difference_low"] < 0 < forms.loc["b", "difference_high"]


def test_those_selected_by_their_scores_are_expected_where_they_come_out() -> None:
    """Regression to the mean is taken out: nobody differs on two exactly parallel forms, however they were chosen."""
    rng = np.random.default_rng(3)
    differences = []
    for _ in range(150):
        both = rng.beta(6, 2, 250)
        level = np.clip(0.6 * both[:, None] + 0.4 * rng.beta(6, 2, (250, 2)), 0, 1)
        own, other = (rng.random((250, 10)) < level[:, [place]] for place in (0, 1))
        again = rng.binomial(10, level[:, 0]) / 10
        # Those who had shown the one and left a gap in the other.
        chosen = (own.mean(axis=1) >= 0.8) & (other.mean(axis=1) < 0.8)
        scores = np.column_stack([own.mean(axis=1), other.mean(axis=1)])
        found = compare_selected(scores, own / 10, again, chosen)
        raw = again[chosen].mean() - scores[chosen, 0].mean()
        differences.append((found.difference, found.se, found.expected_sd - found.observed_sd, raw))
    difference, se, spread, raw = np.array(differences).T
    assert raw.mean() < -0.08
    assert abs(difference.mean()) < 0.01
    assert se.mean() == pytest.approx(difference.std(), rel=0.25)
    assert (np.abs(difference) < 1.96 * se).mean() > 0.88
    assert abs(spread.mean()) < 0.015


def test_learners_who_began_with_another_form_are_compared_as_they_are(tmp_path: Path) -> None:
    """An instructor had closed form a for a third of them, without looking at a score."""
    world = World(closed=0.35, harder={("b", "ending"): 0.25})
    view = play(make_course(tmp_path), 150, world)
    found = kit.analysis.form_comparison(view)
    found = found[found["form"] == "b"].set_index("objective")
    assert set(found["basis"]) == {"first attempts"}
    assert found.loc["ending", "difference_low"] < -0.25 < found.loc["ending", "difference_high"]
    assert found.loc["ending", "flags"].startswith("ending is harder than on form a")
    first = view.frames.objectives[view.frames.objectives["attempt"] == 1]
    means = first[first["objective"] == "counting"].groupby("form")["share"].mean()
    assert found.loc["counting", "difference"] == pytest.approx(means["b"] - means["a"])


def test_a_form_whose_answers_got_round_drifts(tmp_path: Path) -> None:
    world = World(chance=lambda item, level, number: level if number < 50 else 0.5 + level / 2)
    found = kit.analysis.form_drift(play(make_course(tmp_path), 100, world)).set_index("form")
    assert found.loc["a", "flags"].startswith("who came later scores higher by")
    assert (found.loc["a", "n_early"], found.loc["a", "n_late"]) == (50, 50)
    assert pd.isna(found.loc["b", "flags"])


def test_decisions_are_estimated_near_what_is_true_of_the_cohort(healthy: CourseView) -> None:
    true = beta_binomial(8, 3, 10, 8, 0.8)
    found = kit.analysis.decisions(healthy).set_index("objective").loc[list(OBJECTIVES)]
    # Three estimates from 200 learners each; their mean is near the truth.
    for name, within in (("passes", 0.05), ("consistency", 0.05), ("accuracy", 0.05), ("false_master", 0.05)):
        assert found[name].mean() == pytest.approx(getattr(true, name), abs=within), name


def test_the_whole_units_decision_is_estimated_near_what_two_forms_would_do(healthy: CourseView) -> None:
    """Levels of objectives go together (the simulated correlation), and still the unit's row is near the truth."""
    rng = np.random.default_rng(5)
    from scipy import special

    normal = np.sqrt(0.5) * rng.normal(size=(40_000, 1)) + np.sqrt(0.5) * rng.normal(size=(40_000, 3))
    level = special.betaincinv(8.0, 3.0, special.ndtr(normal))
    first, second = ((rng.binomial(10, level) >= 8).all(axis=1) for _ in range(2))
    whole = kit.analysis.decisions(healthy).iloc[-1]
    assert pd.isna(whole["objective"])
    assert whole["passes"] == pytest.approx(first.mean(), abs=0.08)
    assert whole["consistency"] == pytest.approx((first == second).mean(), abs=0.06)


def test_a_unit_of_one_objective_needs_no_second_row(tmp_path: Path) -> None:
    from tests.reports.written_history import History, write_course

    history = History(write_course(tmp_path))
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 5})
    history.attempt("ada", "02-lists.a", 4, {"slicing": 3})
    found = kit.analysis.decisions(history.view())
    assert list(found["unit"]) == ["01-values"] * 3 + ["02-lists"]


def test_certainties_are_those_written_with_the_decisions(healthy: CourseView) -> None:
    found = kit.analysis.certainties(healthy)
    written = [
        verdict["certainty"]
        for event in healthy.history
        if event.kind == "decided"
        for verdict in event.data["decision"]["verdicts"]
        if verdict["state"] in ("mastered", "gap")
    ]
    assert sorted(found["certainty"].astype(float)) == pytest.approx(sorted(written))


def test_decisions_from_before_certainties_were_written_are_counted_and_not_taken_for_sure(tmp_path: Path) -> None:
    from tests.reports.written_history import History, write_course

    history = History(write_course(tmp_path))
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 5})
    events = []
    for event in history.view().history:
        if event.kind == "decided":
            verdicts = [
                {k: v for k, v in one.items() if k != "certainty"} for one in event.data["decision"]["verdicts"]
            ]
            event = replace(event, data={**event.data, "decision": {**event.data["decision"], "verdicts": verdicts}})
        events.append(event)
    view = CourseView(history.course, history.catalogue, Written(tuple(events)))
    assert kit.analysis.certainties(view)["certainty"].isna().all()
    found = kit.analysis.decisions(view).iloc[0]
    assert (found["mastered"], found["rated"]) == (1, 0)
    assert pd.isna(found["unsure"])
    assert kit.analysis.retests(view)["certainty"].isna().all()


def test_the_oftener_one_comes_the_less_a_pass_means(healthy: CourseView) -> None:
    found = kit.analysis.retests(healthy).set_index(["objective", "attempt"])
    for objective in OBJECTIVES:
        assert found.loc[(objective, 1), "certainty"] > found.loc[(objective, 2), "certainty"]
        chance = found.loc[objective, "by_chance"].astype(float)
        assert chance.is_monotonic_increasing
        # Binomial: at least 8 of 10 at a level of 0.65 (0.8 less the course's margin), once and twice.
        assert chance[1] == pytest.approx(0.261607, abs=1e-6)
        assert chance[2] == pytest.approx(1 - (1 - 0.261607) ** 2, abs=1e-6)


def test_levels_of_a_cohort_are_the_ones_it_was_drawn_from(healthy: CourseView) -> None:
    found = levels(healthy)[UNIT, 1, "counting"]
    assert found.n == 200
    assert found.shape is not None
    alpha, beta = found.shape
    assert alpha / (alpha + beta) == pytest.approx(8 / 11, abs=0.03)
    assert 5 < alpha + beta < 25
