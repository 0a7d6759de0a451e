"""Reliability and dependability against the Law School Admission Test's responses, and the identities between them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.psychometrics.reliability import (
    alpha,
    kr20,
    kr21,
    livingston_k2,
    phi,
    phi_lambda,
    phi_lambda_from_scores,
    variance_components,
)
from tests.psychometrics.published import lsat6

LSAT = lsat6()
RAW = LSAT.sum(axis=1)
SHARES = LSAT.mean(axis=1)


def test_the_responses_are_the_published_ones() -> None:
    assert LSAT.shape == (1000, 5)
    assert np.bincount(RAW.astype(int)).tolist() == [3, 20, 85, 237, 357, 298]


def test_the_coefficients_of_the_law_school_test() -> None:
    assert alpha(LSAT) == pytest.approx(0.294997, abs=5.1e-7)
    assert kr20(LSAT) == alpha(LSAT)
    assert kr21(float(RAW.mean()), float(RAW.var()), 5) == pytest.approx(0.196441, abs=5.1e-7)
    assert phi(LSAT) == pytest.approx(0.26873, abs=5.1e-6)


def test_the_variance_components_of_the_law_school_test() -> None:
    parts = variance_components(LSAT)
    assert (parts.learners, parts.items, parts.residual) == pytest.approx((0.012641, 0.020945, 0.151055), abs=5.1e-7)
    generalizability = parts.learners / (parts.learners + parts.residual / 5)
    assert generalizability == pytest.approx(alpha(LSAT))


@pytest.mark.parametrize(("criterion", "expected"), [(0.6, 0.50603), (0.7, 0.26621), (0.8, 0.22031), (0.9, 0.43937)])
def test_dependability_at_a_criterion_by_either_way(criterion: float, expected: float) -> None:
    shortcut = phi_lambda_from_scores(float(SHARES.mean()), float(SHARES.var()), 5, criterion)
    assert shortcut == pytest.approx(expected, abs=5.1e-6)
    assert phi_lambda(LSAT, criterion) == pytest.approx(expected, abs=5.1e-6)


@pytest.mark.parametrize(("cut", "expected"), [(3, 0.56645), (4, 0.31592)])
def test_livingstons_reliability_at_a_cut(cut: int, expected: float) -> None:
    # The published figures rest on the sample variance (n − 1); K² takes any variance it is given.
    variance = float(RAW.var(ddof=1))
    assert livingston_k2(kr20(LSAT), float(RAW.mean()), variance, cut) == pytest.approx(expected, abs=5.1e-6)


def test_livingstons_reliability_is_alpha_where_the_cut_is_the_mean_and_grows_with_the_distance() -> None:
    mean, variance = float(RAW.mean()), float(RAW.var())
    assert livingston_k2(kr20(LSAT), mean, variance, mean) == pytest.approx(kr20(LSAT))
    assert livingston_k2(0.5, 3.0, 1.0, 4.0) == pytest.approx(1.5 / 2)
    assert livingston_k2(0.5, 3.0, 1.0, 6.0) == pytest.approx(9.5 / 10)


@st.composite
def answers(draw: st.DrawFn) -> NDArray[np.float64]:
    """Learners × items of 0 and 1, at least three learners and two items, with some variance."""
    learners, items = draw(st.integers(3, 12)), draw(st.integers(2, 8))
    row = st.lists(st.sampled_from([0.0, 1.0]), min_size=items, max_size=items)
    matrix = np.array(draw(st.lists(row, min_size=learners, max_size=learners)))
    assume(matrix.sum(axis=1).var() > 0)
    return matrix


@given(answers(), st.integers(1, 100))
def test_both_ways_to_dependability_at_a_criterion_are_one(matrix: NDArray[np.float64], percent: int) -> None:
    shares, criterion = matrix.mean(axis=1), percent / 100
    shortcut = phi_lambda_from_scores(float(shares.mean()), float(shares.var()), matrix.shape[1], criterion)
    assert phi_lambda(matrix, criterion) == pytest.approx(shortcut, rel=1e-6, abs=1e-9)


@given(answers())
def test_dependability_at_the_mean_is_kr21(matrix: NDArray[np.float64]) -> None:
    raw, items = matrix.sum(axis=1), matrix.shape[1]
    here = phi_lambda_from_scores(
        float(raw.mean()) / items, float(raw.var()) / items**2, items, float(raw.mean()) / items
    )
    assert here == pytest.approx(kr21(float(raw.mean()), float(raw.var()), items), rel=1e-9, abs=1e-9)


@given(answers())
def test_kr21_is_never_above_kr20_and_equal_for_items_that_are_equally_hard(matrix: NDArray[np.float64]) -> None:
    raw = matrix.sum(axis=1)
    assert kr21(float(raw.mean()), float(raw.var()), matrix.shape[1]) <= kr20(matrix) + 1e-9
    # Each row once in every rotation: all items become equally hard.
    turned = np.concatenate([np.roll(matrix, by, axis=1) for by in range(matrix.shape[1])])
    raw = turned.sum(axis=1)
    assert kr21(float(raw.mean()), float(raw.var()), matrix.shape[1]) == pytest.approx(kr20(turned), abs=1e-9)


@given(answers())
def test_a_form_given_twice_over_follows_spearman_and_brown(matrix: NDArray[np.float64]) -> None:
    parts = variance_components(matrix)
    assume(parts.learners + parts.residual / matrix.shape[1] > 1e-9)
    assert alpha(matrix) == pytest.approx(
        parts.learners / (parts.learners + parts.residual / matrix.shape[1]), rel=1e-6, abs=1e-9
    )


def test_alpha_takes_points_and_does_not_mind_their_unit() -> None:
    points = np.array([[2, 5, 1], [4, 9, 3], [1, 2, 2], [3, 7, 3]], dtype=float)
    covariances = np.cov(points, rowvar=False)
    assert alpha(points) == pytest.approx(3 / 2 * (1 - np.trace(covariances) / covariances.sum()))
    assert alpha(points * 10) == pytest.approx(alpha(points))


def test_perfectly_alike_items_are_perfectly_reliable() -> None:
    matrix = np.repeat([[1.0], [0.0], [1.0]], 4, axis=1)
    assert alpha(matrix) == pytest.approx(1)
    assert phi(matrix) == pytest.approx(1)


@pytest.mark.parametrize("coefficient", [alpha, kr20, phi, lambda matrix: phi_lambda(matrix, 0.8)])
@pytest.mark.parametrize(
    "matrix",
    [
        pytest.param(np.empty((0, 5)), id="nobody"),
        pytest.param(np.ones((1, 5)), id="one learner"),
        pytest.param([[1.0, 0.0], [np.nan, 1.0]], id="one learner with all items"),
        pytest.param(np.empty((4, 0)), id="no items"),
        pytest.param([[1.0], [0.0], [1.0]], id="one item"),
    ],
)
def test_where_data_cannot_tell_the_answer_is_nan(coefficient, matrix) -> None:  # type: ignore[no-untyped-def]
    assert math.isnan(coefficient(matrix))


@pytest.mark.parametrize("coefficient", [alpha, kr20, phi])
def test_without_any_variance_there_is_no_reliability(coefficient) -> None:  # type: ignore[no-untyped-def]
    assert math.isnan(coefficient(np.ones((4, 3))))
    assert math.isnan(coefficient(np.zeros((4, 3))))


def test_alpha_is_nan_where_all_have_the_same_total() -> None:
    assert math.isnan(alpha([[0.1, 0.2, 0.7], [0.7, 0.1, 0.2], [0.2, 0.7, 0.1]]))


@pytest.mark.parametrize("coefficient", [alpha, kr20, phi, lambda matrix: phi_lambda(matrix, 0.8)])
def test_a_learner_not_assessed_on_an_item_is_left_out(coefficient) -> None:  # type: ignore[no-untyped-def]
    matrix = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], dtype=float)
    with_a_gap = np.vstack([matrix, [1.0, np.nan, 1.0]])
    assert coefficient(with_a_gap) == coefficient(matrix)


@pytest.mark.parametrize(
    ("mean", "variance", "items"), [(5.0, 0.0, 10), (0.5, 0.25, 1)], ids=["no variance", "one item"]
)
def test_kr21_that_cannot_be_told(mean: float, variance: float, items: int) -> None:
    assert math.isnan(kr21(mean, variance, items))
    assert items > 1 or math.isnan(phi_lambda_from_scores(mean, variance, items, 0.8))


def test_a_group_exactly_at_the_criterion_has_no_distance_to_be_reliable_about() -> None:
    assert math.isnan(livingston_k2(0.5, 4.0, 0.0, 4.0))
    assert math.isnan(phi_lambda_from_scores(0.8, 0.0, 5, 0.8))
