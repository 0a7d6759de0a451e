"""The beta-binomial decision table (Huynh 1976) against computed values, real forms and direct quadrature."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from kit.psychometrics.decision_table import beta_binomial, fit_beta_binomial
from kit.psychometrics.reliability import kr21
from tests.psychometrics.published import MATH20_BOTH, MATH20_X, MATH20_Y, lsat6, scores

X_MEAN, X_SD = 10.8183, 3.8059
Y_MEAN, Y_SD = 10.3889, 3.5866
"""As printed; population standard deviations."""


@pytest.mark.parametrize(
    ("alpha", "beta", "items", "cut", "expected", "reliability"),
    [
        (8, 2, 5, 4, (0.56379, 0.72527, 0.22600, 0.06452, 0.70947, 0.69806, 0.24231), 0.33333),
        (8, 2, 10, 8, (0.56379, 0.66718, 0.17122, 0.06783, 0.76095, 0.71426, 0.35660), 0.50000),
        (8, 2, 20, 16, (0.56379, 0.62466, 0.12415, 0.06329, 0.81256, 0.75740, 0.48264), 0.66667),
        (8, 2, 40, 32, (0.56379, 0.59739, 0.08742, 0.05383, 0.85875, 0.80915, 0.60325), 0.80000),
        (6, 4, 10, 8, (0.08564, 0.25851, 0.18976, 0.01689, 0.79335, 0.73721, 0.31453), 0.50000),
        (12, 4, 10, 8, (0.35184, 0.54466, 0.25431, 0.06148, 0.68421, 0.63664, 0.26743), 0.38462),
    ],
)
def test_the_table_of_a_group(
    alpha: float, beta: float, items: int, cut: int, expected: tuple[float, ...], reliability: float
) -> None:
    table = beta_binomial(alpha, beta, items, cut, 0.8)
    found = (table.masters, table.passes, table.false_master, table.false_non_master, table.accuracy, table.consistency)
    assert (*found, table.kappa) == pytest.approx(expected, abs=5.1e-6)
    assert items / (alpha + beta + items) == pytest.approx(reliability, abs=5.1e-6)


def test_eight_digits_of_an_independent_program() -> None:
    """R 4.2.2, betafunctions 1.9.0: `LL.CA(list(l=0, u=1, alpha=8, beta=2, etl=10), cut=8, min=0, max=10)`."""
    table = beta_binomial(8, 2, 10, 8, 0.8)
    cells = (table.true_non_master, table.false_non_master, table.false_master, table.true_master)
    assert cells == pytest.approx((0.26498613, 0.06783121, 0.17122149, 0.49596117), abs=5.1e-9)
    both = (table.consistency - 1) / 2 + table.passes
    assert both == pytest.approx(0.5243147657, abs=5.1e-11)


@settings(max_examples=30)
@given(st.floats(1, 60), st.floats(1, 60), st.integers(1, 40), st.data(), st.floats(0.05, 0.99))
def test_the_closed_form_is_what_quadrature_gives(
    alpha: float, beta: float, items: int, data: st.DataObject, criterion: float
) -> None:
    cut = data.draw(st.integers(0, items))
    table = beta_binomial(alpha, beta, items, cut, criterion)

    def mean_of(what: Callable[[float], float], low: float, high: float) -> float:
        def weighed(level: float) -> float:
            log = (alpha - 1) * math.log(level) + (beta - 1) * math.log1p(-level) - special.betaln(alpha, beta)
            return math.exp(log) * what(level)

        inner = (float(special.betaincinv(alpha, beta, q)) for q in (0.001, 0.05, 0.5, 0.95, 0.999))
        ends = sorted({low, *(level for level in inner if low < level < high), high})
        return math.fsum(integrate.quad(weighed, start, end)[0] for start, end in pairwise(ends))

    def passes(level: float) -> float:
        terms = (math.comb(items, x) * level**x * (1 - level) ** (items - x) for x in range(cut, items + 1))
        return math.fsum(terms)

    assert table.masters == pytest.approx(mean_of(lambda level: 1.0, criterion, 1), abs=1e-8)
    assert table.passes == pytest.approx(mean_of(passes, 0, 1), abs=1e-8)
    assert table.false_master == pytest.approx(mean_of(passes, 0, criterion), abs=1e-8)
    assert table.false_non_master == pytest.approx(mean_of(lambda level: 1 - passes(level), criterion, 1), abs=1e-8)
    again = mean_of(lambda level: passes(level) ** 2 + (1 - passes(level)) ** 2, 0, 1)
    assert table.consistency == pytest.approx(again, abs=1e-8)


@given(st.floats(0.05, 500), st.floats(0.05, 500), st.integers(1, 100), st.data(), st.floats(0.01, 1))
def test_the_four_cells_are_shares_of_one_group(
    alpha: float, beta: float, items: int, data: st.DataObject, criterion: float
) -> None:
    cut = data.draw(st.integers(0, items))
    table = beta_binomial(alpha, beta, items, cut, criterion)
    cells = (table.true_master, table.false_master, table.false_non_master, table.true_non_master)
    assert all(-1e-9 <= cell <= 1 + 1e-9 for cell in cells)
    assert math.fsum(cells) == pytest.approx(1)
    assert table.true_master + table.true_non_master == pytest.approx(table.accuracy)
    # Two decisions that have nothing to do with each other agree by chance; these share the learner.
    assert math.isnan(table.kappa) or -1e-5 <= table.kappa <= 1 + 1e-5


def test_a_group_symmetric_about_the_cut_is_judged_symmetrically() -> None:
    table = beta_binomial(4, 4, 9, 5, 0.5)
    assert table.masters == pytest.approx(0.5)
    assert table.passes == pytest.approx(0.5)
    assert table.false_master == pytest.approx(table.false_non_master)


@pytest.mark.parametrize("cut", [0, 10])
def test_where_all_decide_alike_kappa_is_not_defined(cut: int) -> None:
    table = beta_binomial(1e9, 1e-9, 10, cut, 0.8)
    assert table.consistency == pytest.approx(1)
    assert beta_binomial(8, 2, 10, 0, 0.8).consistency == 1
    assert math.isnan(beta_binomial(8, 2, 10, 0, 0.8).kappa)


@given(st.floats(0.5, 30), st.floats(0.5, 30), st.integers(2, 60))
def test_the_fit_finds_the_group_that_the_moments_came_from(alpha: float, beta: float, items: int) -> None:
    scores_of = stats.betabinom(items, alpha, beta)
    assert fit_beta_binomial(scores_of.mean(), scores_of.var(), items) == pytest.approx((alpha, beta), rel=1e-5)


@pytest.mark.parametrize(
    ("mean", "variance", "items"),
    [
        pytest.param(8.0, 1.6, 10, id="no more than binomial"),
        pytest.param(8.0, 0.5, 10, id="less than binomial"),
        pytest.param(8.0, 0.0, 10, id="no variance"),
        pytest.param(10.0, 0.0, 10, id="everything right"),
        pytest.param(5.0, 25.0, 10, id="only nothing and everything"),
        pytest.param(0.5, 0.25, 1, id="one item"),
    ],
)
def test_scores_that_vary_no_more_than_by_chance_tell_nothing_of_levels(
    mean: float, variance: float, items: int
) -> None:
    assert all(math.isnan(part) for part in fit_beta_binomial(mean, variance, items))


@pytest.mark.parametrize(
    ("cut", "from_x", "from_y"),
    [
        (10, (0.7652, 0.4952), (0.7375, 0.4555)), (12, (0.7530, 0.4992), (0.7400, 0.4529)),
        (14, (0.7966, 0.4700), (0.8081, 0.4122)), (16, (0.8768, 0.4007), (0.9019, 0.3296)),
        (18, (0.9543, 0.2791), (0.9718, 0.2037)),
    ],
)  # fmt: skip
def test_one_form_foretells_how_two_parallel_forms_agree(
    cut: int, from_x: tuple[float, float], from_y: tuple[float, float]
) -> None:
    both, x_only, y_only, neither = MATH20_BOTH[cut]
    actual, passed = (both + neither) / 1453, ((both + x_only) / 1453, (both + y_only) / 1453)
    by_chance = passed[0] * passed[1] + (1 - passed[0]) * (1 - passed[1])
    for mean, sd, expected in ((X_MEAN, X_SD, from_x), (Y_MEAN, Y_SD, from_y)):
        table = beta_binomial(*fit_beta_binomial(mean, sd**2, 20), 20, cut, 0.8)
        assert (table.consistency, table.kappa) == pytest.approx(expected, abs=6e-5)
        assert table.kappa <= (actual - by_chance) / (1 - by_chance)
        assert abs(table.consistency - actual) <= 0.075


def test_the_printed_moments_are_those_of_the_counts() -> None:
    for counts, mean, sd in ((MATH20_X, X_MEAN, X_SD), (MATH20_Y, Y_MEAN, Y_SD)):
        assert (scores(counts).mean(), scores(counts).std()) == pytest.approx((mean, sd), abs=6e-5)
    assert kr21(X_MEAN, X_SD**2, 20) == pytest.approx(0.69170, abs=2e-5)
    assert kr21(Y_MEAN, Y_SD**2, 20) == pytest.approx(0.64411, abs=2e-5)


@pytest.mark.parametrize(
    ("cut", "consistency", "kappa"), [(3, 0.82235, 0.10429), (4, 0.61493, 0.14172), (5, 0.63229, 0.11761)]
)
def test_the_law_school_test(cut: int, consistency: float, kappa: float) -> None:
    raw = lsat6().sum(axis=1)
    table = beta_binomial(*fit_beta_binomial(float(raw.mean()), float(np.var(raw)), 5), 5, cut, 0.8)
    assert (table.consistency, table.kappa) == pytest.approx((consistency, kappa), abs=5.1e-6)
