"""What each item does, against the Law School Admission Test; forms on one scale, against two real parallel tests."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kit.psychometrics.equating import Line, linear_equating, mean_equating
from kit.psychometrics.items import alpha_if_deleted, difficulty, discrimination
from kit.psychometrics.reliability import alpha
from tests.psychometrics.published import MATH20_X, MATH20_Y, lsat6, scores

LSAT = lsat6()


def test_the_items_of_the_law_school_test() -> None:
    assert difficulty(LSAT) == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870])
    assert discrimination(LSAT) == pytest.approx([0.1128, 0.1532, 0.1728, 0.1444, 0.1216], abs=5.1e-5)
    assert alpha_if_deleted(LSAT) == pytest.approx([0.2754, 0.2376, 0.2168, 0.2459, 0.2663], abs=5.1e-5)


def test_the_correlations_are_those_of_each_item_with_the_others() -> None:
    with_total = [np.corrcoef(LSAT[:, item], LSAT.sum(axis=1))[0, 1] for item in range(5)]
    with_rest = [np.corrcoef(LSAT[:, item], np.delete(LSAT, item, axis=1).sum(axis=1))[0, 1] for item in range(5)]
    assert with_total == pytest.approx([0.3620, 0.5668, 0.6184, 0.5344, 0.4354], abs=5.1e-5)
    assert discrimination(LSAT) == pytest.approx(with_rest)


def test_the_order_of_learners_and_of_items_does_not_matter() -> None:
    shuffled = np.random.default_rng(5).permutation(LSAT)[:, [4, 2, 0, 1, 3]]
    for statistic in (difficulty, discrimination, alpha_if_deleted):
        assert statistic(shuffled) == pytest.approx(statistic(LSAT)[[4, 2, 0, 1, 3]])


def test_points_may_have_any_unit() -> None:
    points = LSAT * [1, 2, 5, 1, 3]
    assert difficulty(points) == pytest.approx(difficulty(LSAT) * [1, 2, 5, 1, 3])
    assert discrimination(points * 7) == pytest.approx(discrimination(points))


MATRIX = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1]], dtype=float)


def test_an_items_difficulty_counts_all_who_were_assessed_on_it_the_rest_only_complete_learners() -> None:
    with_a_gap = np.vstack([MATRIX, [0.0, np.nan, 1.0]])
    assert difficulty(with_a_gap) == pytest.approx([3 / 6, 3 / 5, 3 / 6])
    assert discrimination(with_a_gap) == pytest.approx(discrimination(MATRIX))
    assert alpha_if_deleted(with_a_gap) == pytest.approx(alpha_if_deleted(MATRIX))
    assert alpha_if_deleted(MATRIX)[0] == pytest.approx(alpha(MATRIX[:, 1:]))


def test_an_item_that_goes_against_the_others_is_seen() -> None:
    against = np.column_stack([MATRIX, 1 - MATRIX[:, 1]])
    assert discrimination(against)[3] < 0
    assert alpha_if_deleted(against)[3] > alpha(against)


@pytest.mark.parametrize(
    ("matrix", "hard", "apart"),
    [
        pytest.param(np.empty((0, 3)), [math.nan] * 3, [math.nan] * 3, id="nobody"),
        pytest.param([[1.0, 0.0, 1.0]], [1, 0, 1], [math.nan] * 3, id="one learner"),
        pytest.param([[1.0, 0.0, 1.0], [0, 1, 1]], [0.5, 0.5, 1], [math.nan] * 3, id="two learners: always on a line"),
        pytest.param([[1.0], [0.0], [1.0]], [2 / 3], [math.nan], id="one item has no others"),
        pytest.param([[1.0, 1, 0], [1, 0, 1], [1, 1, 1]], [1, 2 / 3, 2 / 3], [math.nan, -0.5, -0.5], id="all right"),
        pytest.param([[1.0, np.nan], [0, np.nan], [1, np.nan]], [2 / 3, math.nan], [math.nan] * 2, id="never assessed"),
        pytest.param(np.empty((3, 0)), [], [], id="no items"),
    ],
)
def test_what_cannot_be_told_is_nan(matrix, hard: list[float], apart: list[float]) -> None:  # type: ignore[no-untyped-def]
    assert difficulty(matrix) == pytest.approx(hard, nan_ok=True)
    assert discrimination(matrix) == pytest.approx(apart, nan_ok=True)
    assert len(alpha_if_deleted(matrix)) == len(hard)


def test_without_an_item_of_two_no_test_is_left() -> None:
    assert np.isnan(alpha_if_deleted(MATRIX[:, :2])).all()


def test_a_cut_of_16_on_form_x_is_a_lower_one_on_the_harder_form_y() -> None:
    x, y = scores(MATH20_X), scores(MATH20_Y)
    line = linear_equating(float(x.mean()), float(x.std()), float(y.mean()), float(y.std()))
    assert (line.slope, line.intercept) == pytest.approx((0.942399, 0.193694), abs=5.1e-7)
    assert line(16) == pytest.approx(15.27, abs=5.1e-3)
    equated = line(x)
    assert (equated.mean(), equated.std()) == pytest.approx((y.mean(), y.std()))


def test_mean_equating_moves_every_score_by_the_same() -> None:
    assert mean_equating(10.8183, 10.3889)(16.0) == pytest.approx(15.5706)
    assert mean_equating(7.0, 7.0) == Line(1.0, 0.0)


def test_there_and_back_is_where_one_was() -> None:
    there, back = linear_equating(7, 2, 6, 3), linear_equating(6, 3, 7, 2)
    assert back(there(8.5)) == pytest.approx(8.5)


def test_a_form_without_spread_gives_no_line() -> None:
    line = linear_equating(7, 0, 6, 3)
    assert math.isnan(line.slope)
    assert math.isnan(line(7.0))
