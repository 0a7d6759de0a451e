"""The arms of the comparison reproduce the directions of Bloom's trials, and the table they were set to.

The targets are properties of the chosen parameters, not evidence: they hold the code to its assumptions. Every
assertion on a direction has a wide band; the table's cells have one of about two units of its last printed digit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kit.forecast import ARMS, Learning, make_arms, teach
from kit.forecast.measures import COLUMNS, compare

LEARNERS = 20_000

TARGETS = pd.DataFrame.from_dict(
    {
        #                mean   sd    ES    r    P80   gap  first pass false tests time
        "conventional": (0.606, 0.188, 0.00, 0.82, 0.21, 0.402, 0.35, 0.35, 0.41, 1.00, 1.0),
        "retest-only": (0.605, 0.189, -0.01, 0.82, 0.21, 0.402, 0.35, 0.55, 0.57, 2.68, 3.6),
        "same-again": (0.710, 0.124, 0.55, 0.76, 0.33, 0.244, 0.40, 0.73, 0.57, 2.38, 3.3),
        "different": (0.829, 0.065, 1.18, 0.42, 0.80, 0.069, 0.48, 1.00, 0.32, 1.76, 2.2),
        "one-cycle": (0.788, 0.086, 0.97, 0.65, 0.59, 0.143, 0.45, 0.77, 0.38, 1.55, 1.8),
        "low-bar": (0.747, 0.092, 0.75, 0.61, 0.39, 0.146, 0.69, 1.00, 0.63, 1.37, 2.0),
        "high-bar": (0.874, 0.053, 1.42, 0.32, 0.96, 0.043, 0.34, 0.97, 0.14, 2.13, 2.2),
        "long-test": (0.846, 0.057, 1.27, 0.35, 0.89, 0.052, 0.45, 0.99, 0.23, 1.84, 2.3),
    },
    orient="index",
    columns=list(COLUMNS)[:11],
)
"""A simulation of 20,000 learners in 8 units with the same parameters, made elsewhere."""

BANDS = pd.Series(
    (0.015, 0.01, 0.08, 0.05, 0.04, 0.03, 0.03, 0.03, 0.03, 0.08, 0.35), index=TARGETS.columns, name="band"
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return compare(LEARNERS)


def test_the_table_is_printed_with_its_targets_beside_it(table: pd.DataFrame) -> None:
    side_by_side = table[TARGETS.columns].round(3).astype(str) + " (" + TARGETS.astype(str) + ")"
    print(f"\nfound (target)\n{side_by_side.T.to_string()}")
    assert list(table.index) == list(ARMS) == list(TARGETS.index)


@pytest.mark.parametrize("column", TARGETS.columns)
def test_every_cell_is_within_a_narrow_band_of_its_target(table: pd.DataFrame, column: str) -> None:
    off = (table[column] - TARGETS[column]).abs()
    assert off.max() <= BANDS[column], f"\n{off.round(3)}"


def test_directional_retests_alone_raise_the_passes_and_not_the_learning(table: pd.DataFrame) -> None:
    retest, conventional = table.loc["retest-only"], table.loc["conventional"]
    assert abs(retest["true_mean"] - conventional["true_mean"]) < 0.01
    assert retest["passed"] - conventional["passed"] >= 0.15


def test_directional_different_correctives_teach_more_than_the_same_again_and_that_more_than_retests(
    table: pd.DataFrame,
) -> None:
    means = table.loc[["retest-only", "same-again", "different"], "final_mean"]
    assert means.is_monotonic_increasing
    assert means.diff().min() > 0.05


@pytest.mark.parametrize("column", ["final_sd", "quartile_gap", "r_prior"])
def test_directional_learners_come_closer_together_the_more_is_done_about_gaps(
    table: pd.DataFrame, column: str
) -> None:
    assert table.loc[["retest-only", "same-again", "different"], column].is_monotonic_decreasing


def test_directional_a_bar_at_60_percent_lets_many_pass_who_are_no_masters(table: pd.DataFrame) -> None:
    assert table.loc["low-bar", "false_masters"] - table.loc["different", "false_masters"] >= 0.2


@pytest.mark.parametrize("arm", ["retest-only", "same-again", "different", "high-bar", "long-test"])
def test_directional_the_slowest_take_two_to_five_times_as_many_forms_as_the_fastest(
    table: pd.DataFrame, arm: str
) -> None:
    assert 2 <= table.loc[arm, "time_ratio"] <= 5


def test_the_advantage_is_about_one_standard_deviation_as_in_blooms_trials(table: pd.DataFrame) -> None:
    assert 0.8 < table.loc["different", "effect_size"] < 1.5
    assert 0.6 < table.loc["different", "above_p80"] < 0.95


def test_a_prior_measure_as_unreliable_as_theirs_gives_blooms_correlations(table: pd.DataFrame) -> None:
    seen = table["r_prior"] * np.sqrt(0.55)  # attenuation (Spearman 1904)
    assert seen["conventional"] == pytest.approx(0.60, abs=0.05)
    assert seen["different"] == pytest.approx(0.35, abs=0.08)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others() -> None:
    once, again, other = (compare(500, seed=seed) for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(once, again)
    assert not once.equals(other)


def test_every_arm_begins_with_the_same_learners() -> None:
    taught = [teach(arm, 200, 3, seed=9) for arm in ARMS.values()]
    assert all(np.array_equal(taught[0].theta, other.theta) for other in taught)
    # In the first unit nothing has been done about gaps: a level only ever rises from where it began.
    assert all((other.level[0] >= taught[0].level[0]).all() for other in taught)


def test_a_corrective_that_closes_nothing_is_the_same_as_a_retest() -> None:
    idle = Learning(gain=0.0, gain_spread=0.0)
    different, retest = (teach(ARMS[name], 300, 4, learning=idle) for name in ("different", "retest-only"))
    assert np.array_equal(different.level, retest.level)
    assert np.array_equal(different.passed, retest.passed)


def test_a_corrective_that_closes_everything_makes_everybody_a_master_at_the_second_form() -> None:
    perfect = Learning(gain=1.0, gain_spread=0.0)
    taught = teach(ARMS["different"], 300, 4, learning=perfect)
    assert taught.passed.all()
    assert set(np.unique(taught.tests)) == {1, 2}
    assert (taught.level[taught.tests == 2] == 1.0).all()


@pytest.mark.parametrize("learners", [1, 2])
def test_one_or_two_learners_are_a_cohort_too_and_what_is_not_defined_is_nan(learners: int) -> None:
    table = compare(learners, 2)
    assert table["final_mean"].between(0, 1).all()
    assert table["r_prior"].isna().all() == (learners == 1)


@pytest.mark.parametrize(("learners", "units"), [(0, 8), (5, 0)], ids=["no learner", "no unit"])
def test_a_cohort_of_nobody_is_refused(learners: int, units: int) -> None:
    with pytest.raises(ValueError, match="at least one learner and one unit"):
        teach(ARMS["different"], learners, units)


def test_arms_for_another_test_keep_the_bars_they_are_named_for() -> None:
    arms = make_arms(items=6, criterion=0.75)
    assert (arms["different"].items, arms["different"].criterion) == (6, 0.75)
    assert (arms["low-bar"].criterion, arms["high-bar"].criterion, arms["long-test"].items) == (0.6, 0.9, 12)


def test_what_one_arm_shows_does_not_depend_on_which_others_are_asked_for() -> None:
    alone = compare(400, arms=[ARMS["different"]])
    pd.testing.assert_series_equal(alone.loc["different"], compare(400).loc["different"])
