"""One administration foretells two (Subkoviak 1976, Peng & Subkoviak 1980), against tables and two real forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kit.psychometrics.reliability import kr20, kr21
from kit.psychometrics.subkoviak import normal_approximation, single_administration
from tests.psychometrics.published import MATH20_BOTH, MATH20_PARALLEL, MATH20_X, lsat6, scores

X = scores(MATH20_X)
X_RELIABILITY = kr21(float(X.mean()), float(X.var()), 20)
BY_CUT = [
    (10, 0.8025, 0.5838, 0.7305, 0.4112, 0.7589),
    (12, 0.7784, 0.5412, 0.7183, 0.4247, 0.7475),
    (14, 0.8279, 0.5109, 0.7871, 0.3947, 0.8025),
    (16, 0.9078, 0.4946, 0.8902, 0.3121, 0.8846),
    (18, 0.9621, 0.3200, 0.9690, 0.1690, 0.9495),
]
"""Cut, actual P0 and kappa, Subkoviak's P0 and kappa and the normal P0, each from form X and its KR-21."""


@pytest.mark.parametrize(("cut", "consistency", "kappa"), [row[:3] for row in BY_CUT])
def test_how_the_two_forms_really_agreed(cut: int, consistency: float, kappa: float) -> None:
    both, x_only, y_only, neither = np.array(MATH20_BOTH[cut]) / 1453
    by_chance = (both + x_only) * (both + y_only) + (neither + x_only) * (neither + y_only)
    assert both + neither == pytest.approx(consistency, abs=5.1e-5)
    assert (both + neither - by_chance) / (1 - by_chance) == pytest.approx(kappa, abs=5.1e-5)
    assert sum(MATH20_BOTH[cut]) == sum(MATH20_X) == 1453
    assert both + x_only == pytest.approx((cut <= X).mean())


@pytest.mark.parametrize(("cut", "actual", "kappa", "consistency", "found", "normal"), BY_CUT)
def test_one_form_foretells_how_both_agree(
    cut: int, actual: float, kappa: float, consistency: float, found: float, normal: float
) -> None:
    single = single_administration(X, 20, cut, X_RELIABILITY)
    assert (single.consistency, single.kappa) == pytest.approx((consistency, found), abs=5.1e-5)
    smooth = normal_approximation(10.8183, 3.8059, cut, X_RELIABILITY)
    assert smooth.consistency == pytest.approx(normal, abs=6e-5)
    assert single.kappa <= kappa
    assert abs(single.consistency - actual) <= 0.075
    assert abs(smooth.consistency - actual) <= 0.075


@pytest.mark.parametrize("cut", [10, 12, 14, 16])
def test_the_normal_kappa_is_too_low_with_kr21_and_close_with_the_forms_own_correlation(cut: int) -> None:
    """KR-21 understates reliability. At a cut of 18, far out, the normal kappa is too high all the same."""
    actual = next(row[2] for row in BY_CUT if row[0] == cut)
    cautious = normal_approximation(10.8183, 3.8059, cut, X_RELIABILITY).kappa
    informed = normal_approximation(10.8183, 3.8059, cut, MATH20_PARALLEL)
    assert cautious < actual
    assert abs(informed.kappa - actual) < abs(cautious - actual)
    assert informed.consistency == pytest.approx(BY_CUT[(cut - 10) // 2][1], abs=0.01)


@pytest.mark.parametrize(
    ("z", "consistencies"),
    [
        (0, (0.53, 0.56, 0.60, 0.63, 0.67, 0.70, 0.75, 0.80, 0.86)),
        (1, (0.75, 0.76, 0.77, 0.79, 0.81, 0.83, 0.85, 0.88, 0.91)),
        (2, (0.96, 0.96, 0.96, 0.96, 0.96, 0.97, 0.97, 0.97, 0.98)),
    ],
)
def test_the_published_table_of_consistency(z: float, consistencies: tuple[float, ...]) -> None:
    # The cut lies z standard deviations above the mean, half a point below counted in.
    found = [normal_approximation(10 - z * 3, 3, 10.5, tenths / 10).consistency for tenths in range(1, 10)]
    assert found == pytest.approx(consistencies, abs=5.1e-3)


@pytest.mark.parametrize(
    ("z", "kappas"),
    [
        (0, (0.06, 0.13, 0.19, 0.26, 0.33, 0.41, 0.49, 0.59, 0.71)),
        (1, (0.05, 0.10, 0.15, 0.21, 0.28, 0.35, 0.44, 0.54, 0.68)),
    ],
)
def test_the_published_table_of_kappa(z: float, kappas: tuple[float, ...]) -> None:
    found = [normal_approximation(10 - z * 3, 3, 10.5, tenths / 10).kappa for tenths in range(1, 10)]
    assert found == pytest.approx(kappas, abs=5.1e-3)


@given(st.floats(0, 1))
def test_at_the_mean_there_is_a_closed_form(reliability: float) -> None:
    found = normal_approximation(10, 3, 10.5, reliability)
    assert found.consistency == pytest.approx(0.5 + math.asin(reliability) / math.pi, abs=1e-9)
    assert found.kappa == pytest.approx(2 * math.asin(reliability) / math.pi, abs=1e-9)


@pytest.mark.parametrize(("z", "reliability"), [(0.3, 0.2), (-1.4, 0.7), (2.2, 0.95)])
def test_owens_t_is_the_bivariate_normal(z: float, reliability: float) -> None:
    both = stats.multivariate_normal.cdf([-z, -z], cov=[[1, reliability], [reliability, 1]])
    passes = stats.norm.sf(z)
    found = normal_approximation(10 - z * 2, 2, 10.5, reliability).consistency
    assert found == pytest.approx(1 - 2 * passes + 2 * both, abs=1e-6)


@given(st.floats(-3, 3), st.floats(0, 1))
def test_a_cut_as_far_below_the_mean_as_above_is_as_consistent(z: float, reliability: float) -> None:
    above, below = (normal_approximation(10 - sign * z, 1, 10.5, reliability).consistency for sign in (1, -1))
    assert above == pytest.approx(below, abs=1e-9)


@pytest.mark.parametrize(
    ("cut", "consistency", "kappa"), [(3, 0.82943, 0.04987), (4, 0.58320, 0.06923), (5, 0.61970, 0.04798)]
)
def test_the_law_school_test(cut: int, consistency: float, kappa: float) -> None:
    found = single_administration(lsat6().sum(axis=1), 5, cut, kr20(lsat6()))
    assert (found.consistency, found.kappa) == pytest.approx((consistency, kappa), abs=5.1e-6)


@given(st.lists(st.integers(0, 12), min_size=2, max_size=30), st.integers(0, 12), st.floats(0, 1))
def test_any_scores_give_a_consistency_between_one_half_and_one(right: list[int], cut: int, reliability: float) -> None:
    found = single_administration(right, 12, cut, reliability)
    assert 0.5 - 1e-9 <= found.consistency <= 1 + 1e-9
    assert math.isnan(found.kappa) or -1e-5 <= found.kappa <= 1 + 1e-5


def test_learners_without_a_score_do_not_count() -> None:
    assert single_administration([8, np.nan, 3, 5], 10, 6, 0.6) == single_administration([8, 3, 5], 10, 6, 0.6)


@pytest.mark.parametrize("right", [[], [7], [7, np.nan]], ids=["nobody", "one learner", "one learner with a score"])
def test_fewer_than_two_learners_are_no_group(right: list[float]) -> None:
    found = single_administration(right, 10, 6, 0.6)
    assert math.isnan(found.consistency)
    assert math.isnan(found.kappa)


def test_scores_that_do_not_vary_have_no_normal_curve() -> None:
    assert math.isnan(normal_approximation(8, 0, 8, 0.5).consistency)
