"""Livingston & Lewis (1995): an independent program's example to every digit, and what must hold besides."""

from __future__ import annotations

import math
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, special, stats

from kit.psychometrics.decision_table import beta_binomial, fit_beta_binomial
from kit.psychometrics.livingston_lewis import (
    Levels,
    effective_test_length,
    fit_levels,
    four_parameter,
    livingston_lewis,
)
from kit.psychometrics.reliability import kr21
from tests.psychometrics import published


def test_eight_digits_of_an_independent_program() -> None:
    """R 4.2.2, betafunctions 1.9.0, the example of its manual: levels .25 to .75, 50 effective items, cut 50 of 100."""
    table = four_parameter(0.25, 0.75, 5, 3, 50, 25, 0.5)
    cells = (table.true_master, table.false_master, table.false_non_master, table.true_non_master)
    assert cells == pytest.approx((0.68085834, 0.07043990, 0.09257916, 0.15612260), abs=5.1e-9)
    assert table.accuracy == pytest.approx(0.83698094, abs=5.1e-9)
    # The program's own cells give .88030169, its printed specificity ends on 66: seven digits hold.
    assert table.true_master / table.masters == pytest.approx(0.88030166, abs=5e-8)
    assert table.true_non_master / (1 - table.masters) == pytest.approx(0.68909285, abs=5e-8)
    assert table.consistency == pytest.approx(0.77499087, abs=5.1e-9)
    assert table.passes**2 + (1 - table.passes) ** 2 == pytest.approx(0.62630161, abs=5.1e-9)
    # From these two figures of the program's kappa is .39788574; it prints .39788567.
    assert table.kappa == pytest.approx(0.39788567, abs=1e-7)
    assert table.kappa == pytest.approx((0.77499087 - 0.62630161) / (1 - 0.62630161), abs=3e-8)


@given(st.floats(0.3, 2000), st.floats(0.3, 2000), st.integers(1, 100), st.data(), st.floats(0.01, 1))
@settings(max_examples=60)
def test_with_levels_from_0_to_1_it_is_the_beta_binomial_table(
    alpha: float, beta: float, items: int, data: st.DataObject, criterion: float
) -> None:
    cut = data.draw(st.integers(0, items))
    one, other = (
        four_parameter(0, 1, alpha, beta, items, cut, criterion),
        beta_binomial(alpha, beta, items, cut, criterion),
    )
    for name in ("masters", "passes", "false_master", "false_non_master", "accuracy", "consistency"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6), name


@given(st.floats(1, 40), st.floats(1, 40), st.floats(0, 0.4), st.floats(0.6, 1), st.integers(1, 60), st.data())
@settings(max_examples=30)
def test_quadrature_over_the_density_agrees(
    alpha: float, beta: float, lower: float, upper: float, items: int, data: st.DataObject
) -> None:
    cut, criterion = data.draw(st.integers(1, items)), data.draw(st.floats(0.01, 1))
    width = upper - lower
    bar = min(1.0, max(0.0, (criterion - lower) / width))

    def wrongly(place: float) -> float:
        density = math.exp(
            (alpha - 1) * math.log(place) + (beta - 1) * math.log1p(-place) - special.betaln(alpha, beta)
        )
        return float(density * special.bdtrc(cut - 1, items, lower + width * place))

    ends = sorted({0.0, *(min(bar, special.betaincinv(alpha, beta, q)) for q in (0.001, 0.1, 0.5, 0.9, 0.999)), bar})
    expected = math.fsum(integrate.quad(wrongly, low, high)[0] for low, high in pairwise(ends))
    assert four_parameter(lower, upper, alpha, beta, items, cut, criterion).false_master == pytest.approx(
        expected, abs=1e-7
    )


def test_levels_that_hardly_differ_are_not_missed_between_the_nodes() -> None:
    one, other = four_parameter(0, 1, 8e6, 2e6, 100, 80, 0.8), beta_binomial(8e6, 2e6, 100, 80, 0.8)
    assert one.masters == pytest.approx(0.5, abs=1e-3)
    for name in ("masters", "passes", "false_master", "false_non_master", "accuracy", "consistency"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-7), name


def test_a_criterion_outside_the_levels_makes_all_masters_or_none() -> None:
    assert four_parameter(0.5, 0.9, 5, 3, 20, 16, 0.4).masters == pytest.approx(1)
    assert four_parameter(0.5, 0.9, 5, 3, 20, 16, 0.95).masters == pytest.approx(0)


@given(st.floats(1, 40), st.floats(1, 40), st.integers(2, 100))
def test_a_test_of_equal_items_is_as_long_as_it_is(alpha: float, beta: float, items: int) -> None:
    """With KR-21 as the reliability the effective length is the length: both rest on the beta-binomial."""
    scores = stats.betabinom(items, alpha, beta)
    length = effective_test_length(scores.mean(), scores.var(), items / (alpha + beta + items), 0, items)
    assert length == pytest.approx(items, rel=1e-6)


def test_the_length_does_not_depend_on_the_unit_of_the_points() -> None:
    assert effective_test_length(70, 100, 0.8, 0, 100) == pytest.approx((70 * 30 - 80) / 20)
    assert effective_test_length(7, 1, 0.8, 0, 10) == pytest.approx(effective_test_length(70, 100, 0.8, 0, 100))


@pytest.mark.parametrize(
    ("variance", "reliability"), [(0.0, 0.8), (100.0, 1.0), (100.0, -0.1), (100.0, math.nan)],
    ids=["no variance", "perfectly reliable", "less reliable than chance", "unknown reliability"],
)  # fmt: skip
def test_where_no_number_of_items_fits_the_length_is_unknown(variance: float, reliability: float) -> None:
    assert math.isnan(effective_test_length(70, variance, reliability, 0, 100))


def counts_of(levels: Levels, items: int, learners: int = 2_000_000) -> NDArray[np.float64]:
    """Scores in the very proportions of the model, without any luck of the draw."""
    shares = (np.arange(20_000) + 0.5) / 20_000
    places = levels.lower + (levels.upper - levels.lower) * special.betaincinv(levels.alpha, levels.beta, shares)
    chance = stats.binom.pmf(np.arange(items + 1)[:, None], items, places).mean(axis=1)
    return np.repeat(np.arange(items + 1.0), np.round(learners * chance).astype(int))


@pytest.mark.parametrize(
    "levels",
    [
        pytest.param(Levels(0.25, 0.75, 5, 3), id="the program's example"),
        pytest.param(Levels(0.1, 0.95, 2, 2), id="symmetric"),
        pytest.param(Levels(0.3, 0.98, 4, 1.5), id="mostly high"),
        pytest.param(Levels(0.2, 0.9, 1.2, 3), id="mostly low"),
    ],
)
def test_the_fit_finds_the_group_that_the_scores_came_from(levels: Levels) -> None:
    found = fit_levels(counts_of(levels, 50), 50)
    assert (found.lower, found.upper) == pytest.approx((levels.lower, levels.upper), abs=0.02)
    assert (found.alpha, found.beta) == pytest.approx((levels.alpha, levels.beta), rel=0.08)


def test_the_whole_procedure_gives_the_programs_example_back_from_scores() -> None:
    levels = Levels(0.25, 0.75, 5, 3)
    scores = 2 * counts_of(levels, 50)  # as points, 0 to 100
    variance = 0.25 * 15 / (8**2 * 9)  # of the levels
    middle = 0.25 + 0.5 * 5 / 8
    reliability = variance / (variance + (middle * (1 - middle) - variance) / 50)
    found = livingston_lewis(scores, 50, reliability, 0, 100)
    exact = four_parameter(0.25, 0.75, 5, 3, 50, 25, 0.5)
    for name in ("masters", "passes", "false_master", "false_non_master", "accuracy", "consistency", "kappa"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), abs=2e-3), name


@pytest.mark.parametrize(("cut", "actual"), [(10, 0.8025), (12, 0.7784), (14, 0.8279), (16, 0.9078), (18, 0.9621)])
def test_one_real_form_and_the_forms_correlation_foretell_how_both_agree(cut: int, actual: float) -> None:
    """Livingston & Lewis report estimates within one point of a hundred in most cases; here within two and a half."""
    found = livingston_lewis(published.scores(published.MATH20_X), cut, published.MATH20_PARALLEL, 0, 20)
    assert found.consistency == pytest.approx(actual, abs=0.025)


def test_points_may_have_any_unit_and_any_lowest_score() -> None:
    scores = published.scores(published.MATH20_X)
    one, other = livingston_lewis(scores, 14, 0.7, 0, 20), livingston_lewis(5 * scores - 30, 40, 0.7, -30, 70)
    assert one.accuracy == pytest.approx(other.accuracy)
    assert one.masters == pytest.approx(other.masters)


def test_a_learner_without_a_score_does_not_count() -> None:
    scores = published.scores(published.MATH20_X)
    assert livingston_lewis([*scores, math.nan], 14, 0.7, 0, 20) == livingston_lewis(scores, 14, 0.7, 0, 20)


@pytest.mark.parametrize(
    ("right", "items"),
    [
        pytest.param([5, 5, 5, 5, 5, 4, 4, 0], 5, id="no beta has these moments"),
        pytest.param([0, 1, 1, 2, 5, 5, 5], 5, id="none either"),
        pytest.param([1, 1, 1, 3, 3, 3, 4, 4, 4, 5, 6, 9], 10, id="levels would go up to 1.19"),
        pytest.param([9, 9, 9, 7, 7, 7, 6, 6, 6, 5, 4, 1], 10, id="levels would go down to -.19"),
    ],
)
def test_where_four_parameters_do_not_fit_two_do(right: list[int], items: int) -> None:
    found = fit_levels(right, items)
    assert (found.lower, found.upper) == (0.0, 1.0)
    expected = fit_beta_binomial(float(np.mean(right)), float(np.var(right)), items)
    assert (found.alpha, found.beta) == pytest.approx(expected)


@pytest.mark.parametrize("cut", [10, 14, 18])
def test_with_kr21_as_the_reliability_two_parameters_make_huynhs_table(cut: int) -> None:
    scores = published.scores(published.MATH20_X)
    mean, variance = float(scores.mean()), float(scores.var())
    huynh = beta_binomial(*fit_beta_binomial(mean, variance, 20), 20, cut, cut / 20)
    found = livingston_lewis(scores, cut, kr21(mean, variance, 20), 0, 20)
    for field in fields(huynh):
        assert getattr(found, field.name) == pytest.approx(getattr(huynh, field.name), abs=1e-8), field.name


@pytest.mark.parametrize(
    ("scores", "reliability"),
    [
        pytest.param([], 0.8, id="nobody"),
        pytest.param([7], 0.8, id="one learner"),
        pytest.param([7, math.nan], 0.8, id="one learner with a score"),
        pytest.param([7, 7, 7], 0.8, id="no variance"),
        pytest.param([7, 5, 9], 1.0, id="perfectly reliable"),
        pytest.param([7, 5, 9], -0.2, id="less reliable than chance"),
        pytest.param([7, 5, 9], math.nan, id="unknown reliability"),
        pytest.param([7, 8, 7, 8], 0.0, id="no more than chance"),
    ],
)
def test_data_that_cannot_tell_give_a_table_of_nan(scores: list[float], reliability: float) -> None:
    found = livingston_lewis(scores, 8, reliability, 0, 10)
    assert all(math.isnan(getattr(found, field.name)) for field in fields(found))


@pytest.mark.parametrize(
    ("scores", "cut", "sentence"),
    [
        ([3, 11], 8, "scores must be from 0 to 10"),
        ([3, 9], 12, "cut must be from 0 to 10"),
        ([3, 9], 0, "cut must be above the minimum, 0: everybody would pass"),
        ([3, 9], math.nan, "cut must be a finite number"),
    ],
)
def test_scores_and_cuts_that_cannot_be(scores: list[float], cut: float, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        livingston_lewis(scores, cut, 0.8, 0, 10)
