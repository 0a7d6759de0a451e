"""The binomial error model against Millman (1973), Fhanér (1974) and Wilcox (1976), digit by digit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.psychometrics.binomial import (
    ROUNDING,
    after_retests,
    chance_by_guessing,
    chance_to_pass,
    cut_for,
    expected_trials_to_streak,
    false_master,
    false_non_master,
    shortest_form,
    shortest_test,
    streak_by,
)

LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@pytest.mark.parametrize(
    ("items", "cut", "passing"),
    [
        (5, 4, (0.1875, 0.3370, 0.5282, 0.6328, 0.7373, 0.8352, 0.9185, 0.9774)),
        (10, 8, (0.0547, 0.1673, 0.3828, 0.5256, 0.6778, 0.8202, 0.9298, 0.9885)),
        (10, 9, (0.0107, 0.0464, 0.1493, 0.2440, 0.3758, 0.5443, 0.7361, 0.9139)),
        (15, 12, (0.0176, 0.0905, 0.2969, 0.4613, 0.6482, 0.8227, 0.9444, 0.9945)),
        (20, 16, (0.0059, 0.0510, 0.2375, 0.4148, 0.6296, 0.8298, 0.9568, 0.9974)),
        (20, 17, (0.0013, 0.0160, 0.1071, 0.2252, 0.4114, 0.6477, 0.8670, 0.9841)),
        (20, 18, (0.0002, 0.0036, 0.0355, 0.0913, 0.2061, 0.4049, 0.6769, 0.9245)),
        (40, 32, (0.0001, 0.0061, 0.1110, 0.2998, 0.5931, 0.8646, 0.9845, 0.9999)),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_the_chance_to_pass_is_millmans(items: int, cut: int, passing: tuple[float, ...]) -> None:
    assert chance_to_pass(items, cut, np.array(LEVELS)) == pytest.approx(passing, abs=5.1e-5)


@pytest.mark.parametrize(("level", "passing"), [(0.5, 0.3770), (0.6, 0.6331), (0.7, 0.8497), (0.8, 0.9672)])
def test_a_bar_of_60_percent_lets_most_of_those_at_70_percent_through(level: float, passing: float) -> None:
    assert chance_to_pass(10, cut_for(10, 0.6), level) == pytest.approx(passing, abs=5.1e-5)


@given(st.integers(1, 60), st.data(), st.floats(0, 1))
def test_the_chance_is_the_sum_of_the_binomial_terms(items: int, data: st.DataObject, level: float) -> None:
    cut = data.draw(st.integers(0, items))
    terms = [math.comb(items, right) * level**right * (1 - level) ** (items - right) for right in range(cut, items + 1)]
    assert chance_to_pass(items, cut, level) == pytest.approx(math.fsum(terms), abs=1e-12)
    assert false_master(items, cut, level) == chance_to_pass(items, cut, level)
    assert false_non_master(items, cut, level) == pytest.approx(1 - math.fsum(terms), abs=1e-12)


@given(st.integers(1, 80), st.data(), st.floats(0, 1), st.floats(0, 1))
def test_the_chance_rises_with_the_level_and_falls_with_the_cut(
    items: int, data: st.DataObject, one: float, other: float
) -> None:
    cut = data.draw(st.integers(1, items))
    low, high = sorted((one, other))
    assert 0 <= chance_to_pass(items, cut, low) <= chance_to_pass(items, cut, high) + 1e-12 <= 1 + 1e-12
    assert chance_to_pass(items, cut, low) <= chance_to_pass(items, cut - 1, low) + 1e-12


@given(st.integers(1, 40), st.data(), st.floats(0, 1))
def test_right_and_wrong_are_mirror_images(items: int, data: st.DataObject, level: float) -> None:
    cut = data.draw(st.integers(1, items))
    mirrored = chance_to_pass(items, items - cut + 1, 1 - level)
    assert chance_to_pass(items, cut, level) == pytest.approx(1 - mirrored, abs=1e-9)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_cut_of_nothing_passes_everybody(level: float) -> None:
    assert chance_to_pass(5, 0, level) == 1.0
    assert false_non_master(5, 0, level) == 0.0


def test_one_level_gives_a_number_and_a_table_of_levels_a_table() -> None:
    assert isinstance(chance_to_pass(5, 4, 0.8), float)
    assert chance_to_pass(5, 4, np.full((2, 3), 0.8)).shape == (2, 3)
    assert isinstance(streak_by(0.5, 3, 10), float)
    assert streak_by(np.array([[0.5, 0.7]]), 3, 10).shape == (1, 2)
    assert after_retests(np.array([0.1, 0.2]), 2) == pytest.approx([0.19, 0.36])


@pytest.mark.parametrize(
    ("items", "criterion", "cut"),
    [(5, 0.8, 4), (10, 0.8, 8), (15, 0.8, 12), (3, 0.8, 3), (7, 0.9, 7), (10, 0.6, 6), (1, 0.01, 1), (4, 1.0, 4)],
)
def test_the_cut_of_a_criterion(items: int, criterion: float, cut: int) -> None:
    assert cut_for(items, criterion) == cut


@given(st.integers(1, 200), st.integers(1, 100))
def test_the_cut_is_the_smallest_number_right_that_a_decision_takes_for_mastery(items: int, percent: int) -> None:
    criterion = percent / 100
    reaching = [right for right in range(items + 1) if right / items >= criterion - ROUNDING]
    assert cut_for(items, criterion) == reaching[0]


@pytest.mark.parametrize(
    ("tests", "passed"),
    [(0, 0.0), (1, 0.38278), (2, 0.61904), (3, 0.76486), (4, 0.85487)],
    ids=["no test", "the first form", "one retest", "two retests", "three retests"],
)
def test_who_is_at_70_percent_and_learns_nothing_passes_in_the_end(tests: int, passed: float) -> None:
    assert after_retests(chance_to_pass(10, 8, 0.7), tests) == pytest.approx(passed, abs=1e-5)


@pytest.mark.parametrize(("items", "cut", "chance"), [(3, 3, 0.0156), (5, 4, 0.0156), (10, 8, 0.000416)])
def test_guessing_among_four_options(items: int, cut: int, chance: float) -> None:
    assert chance_by_guessing(items, cut, 4) == pytest.approx(chance, rel=2e-3)


@pytest.mark.parametrize(
    ("level", "trials", "chance"),
    [
        (0.5, 3, 0.125), (0.5, 5, 0.250), (0.5, 10, 0.508), (0.5, 20, 0.787), (0.5, 50, 0.983),
        (0.7, 3, 0.343), (0.7, 5, 0.549), (0.7, 10, 0.859), (0.7, 20, 0.986), (0.7, 50, 1.000),
    ],
)  # fmt: skip
def test_three_in_a_row_come_to_everybody_who_goes_on(level: float, trials: int, chance: float) -> None:
    assert streak_by(level, 3, trials) == pytest.approx(chance, abs=5.1e-4)


@pytest.mark.parametrize(("level", "trials"), [(0.5, 14.0), (0.7, 6.38), (0.9, 3.72), (1.0, 3.0), (0.0, math.inf)])
def test_how_long_three_in_a_row_take_on_average(level: float, trials: float) -> None:
    assert expected_trials_to_streak(level, 3) == pytest.approx(trials, abs=5.1e-3)


@pytest.mark.parametrize(("level", "streak"), [(0.3, 1), (0.5, 2), (0.8, 4)])
def test_the_mean_number_of_trials_is_the_sum_of_the_chances_still_to_go_on(level: float, streak: int) -> None:
    going_on = [1 - streak_by(level, streak, trials) for trials in range(250)]
    assert expected_trials_to_streak(level, streak) == pytest.approx(math.fsum(going_on), rel=1e-6)


@pytest.mark.parametrize(
    ("criterion", "margin", "found"),
    [
        (0.80, 0.10, {0.25: (9, 8), 0.20: (14, 12), 0.15: (19, 16), 0.10: (25, 21), 0.05: (41, 34)}),
        (0.75, 0.10, {0.25: (11, 9), 0.20: (15, 12), 0.15: (19, 15), 0.10: (32, 25), 0.05: (52, 40)}),
        (0.70, 0.10, {0.25: (12, 9), 0.20: (19, 14), 0.15: (26, 19), 0.10: (36, 26), 0.05: (60, 43)}),
        (0.80, 0.15, {0.25: (4, 4), 0.20: (4, 4), 0.15: (9, 8), 0.10: (10, 9), 0.05: (16, 14)}),
        (0.70, 0.15, {0.25: (6, 5), 0.20: (9, 7), 0.15: (9, 7), 0.10: (16, 12), 0.05: (26, 19)}),
    ],
)
def test_the_shortest_tests_of_fhaner_and_wilcox(criterion: float, margin: float, found: dict[float, tuple]) -> None:
    lengths = {risk: shortest_test(criterion, margin, risk) for risk in found}
    assert {risk: (length.items, length.cut) for risk, length in lengths.items()} == found


@pytest.mark.parametrize(
    ("risk", "false_masters", "false_non_masters"),
    [(0.25, 0.196, 0.225), (0.20, 0.161, 0.158), (0.15, 0.133, 0.115), (0.10, 0.0905, 0.098), (0.05, 0.046, 0.048)],
)
def test_the_risks_the_shortest_test_really_has(risk: float, false_masters: float, false_non_masters: float) -> None:
    length = shortest_test(0.8, 0.1, risk)
    assert (length.false_master, length.false_non_master) == pytest.approx(
        (false_masters, false_non_masters), abs=5.1e-4
    )
    assert max(length.false_master, length.false_non_master) <= risk


@pytest.mark.parametrize(("risk", "items", "cut"), [(0.20, 7, 6), (0.10, 15, 12), (0.05, 24, 19)])
def test_telling_60_percent_from_90_percent_needs_fewer_items(risk: float, items: int, cut: int) -> None:
    length = shortest_test(0.8, 0.1, risk, below=0.6, above=0.9)
    assert (length.items, length.cut) == (items, cut)


@pytest.mark.parametrize("criterion", [0.7, 0.8, 0.9])
@pytest.mark.parametrize("risk", [0.2, 0.1])
def test_a_form_whose_cut_is_the_criterion_is_no_shorter_and_no_shorter_one_would_do(
    criterion: float, risk: float
) -> None:
    form = shortest_form(criterion, 0.1, risk)
    assert form.cut == cut_for(form.items, criterion)
    assert form.items >= shortest_test(criterion, 0.1, risk).items
    above = min(1.0, criterion + 0.1)
    for items in range(1, form.items):
        cut = cut_for(items, criterion)
        assert max(false_master(items, cut, criterion - 0.1), false_non_master(items, cut, above)) > risk


def test_the_zone_ends_at_everything_right() -> None:
    assert shortest_test(0.95, 0.1, 0.1).false_non_master == 0.0
