"""What the evidence says about one learner (Novick & Lewis 1974), and a share with its interval (Wilson 1927)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kit.psychometrics.posterior import level_interval, mastery_probability, wilson_interval

points = st.tuples(st.floats(0, 40), st.floats(0, 40)).map(sorted)


@pytest.mark.parametrize(
    ("right", "items", "uniform", "informed"),
    [
        (4, 5, 0.345, 0.552), (5, 5, 0.738, 0.802), (8, 10, 0.383, 0.545), (9, 10, 0.678, 0.763),
        (10, 10, 0.914, 0.917), (16, 20, 0.414, 0.537), (18, 20, 0.821, 0.860),
    ],
)  # fmt: skip
def test_how_sure_it_is_that_a_learner_is_at_80_percent(
    right: int, items: int, uniform: float, informed: float
) -> None:
    assert mastery_probability(right, items, 0.8) == pytest.approx(uniform, abs=5.1e-4)
    assert mastery_probability(right, items, 0.8, prior=(8.0, 2.0)) == pytest.approx(informed, abs=5.1e-4)


def test_without_evidence_the_prior_speaks() -> None:
    assert mastery_probability(0, 0, 0.8) == pytest.approx(0.2)
    assert level_interval(0, 0, 0.9) == pytest.approx((0.05, 0.95))


def test_no_finite_test_shows_that_a_learner_never_errs() -> None:
    assert mastery_probability(20, 20, 1.0) == 0.0


@given(points, st.floats(0, 10), st.floats(0.01, 1))
def test_more_right_never_makes_mastery_less_likely(score: list[float], more: float, criterion: float) -> None:
    right, items = score
    here = mastery_probability(right, items, criterion)
    assert 0.0 <= here <= 1.0
    assert mastery_probability(min(items, right + more), items, criterion) >= here - 1e-12
    assert mastery_probability(right + more, items + more, criterion) >= here - 1e-12
    assert mastery_probability(right, items + more, criterion) <= here + 1e-12


@given(points, st.floats(0.01, 0.99))
def test_a_higher_criterion_is_less_likely_reached(score: list[float], criterion: float) -> None:
    right, items = score
    assert (
        mastery_probability(right, items, criterion) >= mastery_probability(right, items, (1 + criterion) / 2) - 1e-12
    )


@given(points, st.floats(0.01, 0.99))
def test_right_and_wrong_are_mirror_images(score: list[float], criterion: float) -> None:
    right, items = score
    other = mastery_probability(items - right, items, 1 - criterion)
    assert mastery_probability(right, items, criterion) == pytest.approx(1 - other, abs=1e-9)


@given(points, st.floats(0.5, 0.99))
def test_the_interval_holds_what_it_promises(score: list[float], confidence: float) -> None:
    right, items = score
    low, high = level_interval(right, items, confidence)
    within = stats.beta(1 + right, 1 + items - right)
    assert within.cdf(low) == pytest.approx((1 - confidence) / 2, abs=1e-7)
    assert within.sf(high) == pytest.approx((1 - confidence) / 2, abs=1e-7)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        pytest.param(0, 0, 0.0, 1.0, id="no trials: nothing is known"),
        pytest.param(0, 1, 0.0, 0.79345, id="one failure"),
        pytest.param(1, 1, 0.20655, 1.0, id="one success"),
        pytest.param(81, 263, 0.25529, 0.36621, id="Newcombe 1998, table I"),
        pytest.param(15, 148, 0.06241, 0.16054, id="Newcombe 1998, table I, second"),
        pytest.param(0, 20, 0.0, 0.16113, id="Newcombe 1998, table I, none of 20"),
        pytest.param(1, 29, 0.00611, 0.17176, id="Newcombe 1998, table I, 1 of 29"),
    ],
)
def test_wilsons_interval(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
def test_wilsons_limits_are_the_shares_the_score_test_just_bears(
    trials: int, data: st.DataObject, confidence: float
) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = wilson_interval(successes, trials, confidence)
    z = stats.norm.ppf((1 + confidence) / 2)
    assert 0.0 <= low <= successes / trials <= high <= 1.0
    for limit in (low, high):
        if 1e-6 < limit < 1 - 1e-6:
            assert abs(successes / trials - limit) / np.sqrt(limit * (1 - limit) / trials) == pytest.approx(z, rel=1e-6)
