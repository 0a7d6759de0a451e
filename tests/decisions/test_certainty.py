"""How sure a decision is: posteriors from tables and by hand, and what evidence before a corrective still weighs."""

from __future__ import annotations

from math import comb

import pytest

from kit.course import Settings
from kit.decisions import RULES, Evidence, certainty

UNIFORM, STRONG = Settings(), Settings(prior=(8.0, 2.0))


def form(right: float, items: int, *, attempt: int = 1, taught: bool = False) -> Evidence:
    """The first items right; a fraction is one answer in part."""
    whole = int(right)
    answers = [1.0] * whole + [right - whole] * (right > whole)
    return Evidence.of(attempt, answers + [0.0] * (items - len(answers)), after_corrective=taught)


def beta_reaches(criterion: float, right: int, wrong: int) -> float:
    """P(Beta(1 + right, 1 + wrong) ≥ criterion), as a sum of binomials: no special functions."""
    n = right + wrong + 1
    return sum(comb(n, k) * criterion**k * (1 - criterion) ** (n - k) for k in range(right + 1))


@pytest.mark.parametrize(
    ("right", "items", "uniform", "strong"),
    [
        (4, 5, 0.345, 0.552), (5, 5, 0.738, 0.802), (8, 10, 0.383, 0.545), (9, 10, 0.678, 0.763),
        (10, 10, 0.914, 0.917), (16, 20, 0.414, 0.537), (18, 20, 0.821, 0.860),
    ],
    ids=lambda value: str(value),
)  # fmt: skip
def test_the_posteriors_of_novick_and_lewis(right: int, items: int, uniform: float, strong: float) -> None:
    assert certainty([form(right, items)], 0.8, UNIFORM) == pytest.approx(uniform, abs=5e-4)
    assert certainty([form(right, items)], 0.8, STRONG) == pytest.approx(strong, abs=5e-4)


def test_two_forms_without_a_corrective_between_them_are_one_longer_form() -> None:
    assert certainty([form(4, 5), form(5, 5)], 0.8, UNIFORM) == pytest.approx(0.678, abs=5e-4)


@pytest.mark.parametrize(
    ("played", "right", "wrong"),
    [
        pytest.param([form(0, 4), form(4, 4, taught=True)], 4, 2, id="one corrective: half"),
        pytest.param([form(0, 4), form(0, 4, taught=True), form(4, 4, taught=True)], 4, 3, id="two: a quarter"),
        pytest.param([form(4, 4), form(0, 4), form(4, 4, taught=True)], 6, 2, id="both forms before it: half each"),
        pytest.param([form(0, 4), form(2, 2, taught=True), form(2, 2)], 4, 2, id="none between the last two"),
    ],
)
def test_each_corrective_halves_what_came_before_it(played: list[Evidence], right: int, wrong: int) -> None:
    assert certainty(played, 0.8, UNIFORM) == pytest.approx(beta_reaches(0.8, right, wrong))


def test_a_pass_after_three_gaps_is_less_sure_than_the_same_pass_at_the_first_form() -> None:
    gaps = [form(3, 5), form(3, 5, attempt=2, taught=True), form(3, 5, attempt=3, taught=True)]
    late = [*gaps, form(4, 5, attempt=4, taught=True)]
    for rule in RULES.values():
        at_once = rule.judge([form(4, 5)], 0.8, UNIFORM).certainty
        assert at_once == pytest.approx(0.345, abs=5e-4)
        assert rule.judge(late, 0.8, UNIFORM).certainty < at_once


def test_points_given_in_part_count_as_a_fraction_of_the_items() -> None:
    halves = Evidence(1, (1.0, 0.5, 2.0), (2.0, 1.0, 4.0))
    assert (halves.items, halves.share, halves.right) == (3, 0.5, 1.5)
    one_less, one_more = (certainty([form(right, 3)], 0.8, UNIFORM) for right in (1, 2))
    assert one_less < certainty([halves], 0.8, UNIFORM) < one_more


def test_extra_points_make_nobody_surer_than_all_items_right() -> None:
    extra = Evidence(1, (1.0, 3.0), (1.0, 1.0))
    assert extra.share == 2.0
    assert certainty([extra], 0.8, UNIFORM) == certainty([form(2, 2)], 0.8, UNIFORM)


def test_items_without_points_say_nothing() -> None:
    assert Evidence(1, (1.0, 0.0), (1.0, 0.0)).answers == (True,)
    assert certainty([Evidence(1, (0.0,), (0.0,))], 0.8, UNIFORM) == pytest.approx(0.2)


def test_a_criterion_of_all_points_is_held_against_the_highest_level_that_can_be_shown() -> None:
    assert certainty([form(5, 5)], 1.0, UNIFORM) == pytest.approx(1 - 0.95**6)
    assert certainty([form(5, 5)], 1.0, UNIFORM) == certainty([form(5, 5)], 0.95, UNIFORM)


def test_no_evidence_is_what_the_prior_says() -> None:
    assert certainty([], 0.8, UNIFORM) == pytest.approx(0.2)
