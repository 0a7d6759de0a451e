"""An argument that cannot be is refused, with a sentence that names it: never a silent wrong number."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kit.psychometrics import binomial, decision_table, livingston_lewis, posterior, reliability, subkoviak
from kit.psychometrics.equating import linear_equating, mean_equating
from kit.psychometrics.items import alpha_if_deleted, difficulty, discrimination
from kit.psychometrics.sequential import Sprt
from kit.psychometrics.tracing import Tracing

NAN, INF = math.nan, math.inf
ITEMS_AND_CUT = [
    ((0, 0), "items must be at least 1; it is 0"),
    ((-3, 0), "items must be at least 1"),
    ((5, 6), "cut must not be above the number of items; it is 6 of 5"),
    ((5, -1), "cut must be at least 0"),
    ((5.5, 4), "items must be a whole number; it is 5.5"),
    ((5, NAN), "cut must be a whole number"),
]
"""A test's length and cut, and the sentence."""

WITH_A_CUT: dict[str, Callable[[Any, Any], Any]] = {
    "chance_to_pass": lambda n, c: binomial.chance_to_pass(n, c, 0.8),
    "false_master": lambda n, c: binomial.false_master(n, c, 0.7),
    "false_non_master": lambda n, c: binomial.false_non_master(n, c, 0.9),
    "chance_by_guessing": lambda n, c: binomial.chance_by_guessing(n, c, 4),
    "beta_binomial": lambda n, c: decision_table.beta_binomial(8, 2, n, c, 0.8),
    "four_parameter": lambda n, c: livingston_lewis.four_parameter(0, 1, 8, 2, n, c, 0.8),
    "single_administration": lambda n, c: subkoviak.single_administration([1, 2], n, c, 0.5),
}


@pytest.mark.parametrize("name", WITH_A_CUT)
@pytest.mark.parametrize(("wrong", "sentence"), ITEMS_AND_CUT)
def test_a_test_without_items_or_with_an_impossible_cut(name: str, wrong: tuple[Any, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        WITH_A_CUT[name](*wrong)


WITH_A_CRITERION: dict[str, Callable[[Any], Any]] = {
    "cut_for": lambda criterion: binomial.cut_for(10, criterion),
    "shortest_test": lambda criterion: binomial.shortest_test(criterion, 0.1, 0.1),
    "shortest_form": lambda criterion: binomial.shortest_form(criterion, 0.1, 0.1),
    "mastery_probability": lambda criterion: posterior.mastery_probability(8, 10, criterion),
    "beta_binomial": lambda criterion: decision_table.beta_binomial(8, 2, 10, 8, criterion),
    "four_parameter": lambda criterion: livingston_lewis.four_parameter(0, 1, 8, 2, 10, 8, criterion),
    "phi_lambda": lambda criterion: reliability.phi_lambda(np.eye(3), criterion),
    "phi_lambda_from_scores": lambda criterion: reliability.phi_lambda_from_scores(0.5, 0.1, 5, criterion),
}


@pytest.mark.parametrize("name", WITH_A_CRITERION)
@pytest.mark.parametrize("criterion", [0.0, -0.2, 1.01, 80, NAN, INF])
def test_a_criterion_that_is_no_share(name: str, criterion: float) -> None:
    with pytest.raises(ValueError, match="criterion must be"):
        WITH_A_CRITERION[name](criterion)


WITH_A_LEVEL: dict[str, Callable[[Any], Any]] = {
    "chance_to_pass": lambda level: binomial.chance_to_pass(5, 4, level),
    "false_master": lambda level: binomial.false_master(5, 4, level),
    "false_non_master": lambda level: binomial.false_non_master(5, 4, level),
    "false_non_master, a cut of 0": lambda level: binomial.false_non_master(5, 0, level),
    "after_retests": lambda level: binomial.after_retests(level, 3),
    "streak_by": lambda level: binomial.streak_by(level, 3, 10),
}


@pytest.mark.parametrize("name", WITH_A_LEVEL)
@pytest.mark.parametrize("level", [-0.01, 1.01, NAN, INF, np.array([0.5, NAN]), np.array([[0.5], [2.0]])], ids=str)
def test_a_level_that_is_no_share(name: str, level: Any) -> None:
    with pytest.raises(ValueError, match="must be from 0 to 1, each of them"):
        WITH_A_LEVEL[name](level)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: binomial.after_retests(0.5, -1), "tests must be at least 0"),
        (lambda: binomial.after_retests(0.5, 1.5), "tests must be a whole number"),
        (lambda: binomial.chance_by_guessing(5, 4, 1), "options must be at least 2"),
        (lambda: binomial.streak_by(0.5, 0, 10), "streak must be at least 1"),
        (lambda: binomial.streak_by(0.5, 3, -1), "trials must be at least 0"),
        (lambda: binomial.expected_trials_to_streak(1.5, 3), "level must be from 0 to 1; it is 1.5"),
        (lambda: binomial.expected_trials_to_streak(NAN, 3), "level must be a finite number"),
        (lambda: binomial.expected_trials_to_streak(0.5, 0), "streak must be at least 1"),
        (lambda: binomial.shortest_test(0.8, 0.0, 0.1), "margin must be above 0"),
        (lambda: binomial.shortest_test(0.8, 0.1, 0.0), "risk must be above 0"),
        (lambda: binomial.shortest_test(0.8, 0.1, 0.6), "risk must be from 0 to 0.5"),
        (lambda: binomial.shortest_test(0.8, 0.1, 0.1, below=0.9, above=0.6), "below must be less than above"),
        (lambda: binomial.shortest_form(0.8, 0.1, 0.1, below=0.8, above=0.8), "they are 0.8 and 0.8"),
        (lambda: binomial.shortest_test(0.8, 0.1, 0.1, below=NAN), "below must be a finite number"),
        (lambda: binomial.shortest_test(0.8, 0.1, 0.05, most=40), "No test of up to 40 items .* widen the margin"),
        (lambda: binomial.shortest_form(0.8, 0.01, 0.05, most=50), "No test of up to 50 items .* widen the margin"),
        (lambda: posterior.mastery_probability(11, 10, 0.8), "right must be from 0 to 10; it is 11"),
        (lambda: posterior.mastery_probability(-1, 10, 0.8), "right must be from 0 to 10"),
        (lambda: posterior.mastery_probability(NAN, 10, 0.8), "right must be a finite number"),
        (lambda: posterior.mastery_probability(0, -1, 0.8), "items must be at least 0"),
        (lambda: posterior.mastery_probability(0, NAN, 0.8), "items must be a finite number"),
        (lambda: posterior.mastery_probability(8, 10, 0.8, prior=(0, 1)), "prior must be above 0"),
        (lambda: posterior.level_interval(8, 10, 1.0), "confidence must be below 1"),
        (lambda: posterior.level_interval(8, 10, 0.0), "confidence must be above 0"),
        (lambda: posterior.level_interval(12, 10), "right must be from 0 to 10"),
        (lambda: posterior.wilson_interval(3, 2), "successes must be from 0 to 2"),
        (lambda: posterior.wilson_interval(0, -1), "trials must be at least 0"),
        (lambda: posterior.wilson_interval(NAN, 5), "successes must be a finite number"),
        (lambda: decision_table.beta_binomial(0, 2, 10, 8, 0.8), "alpha must be above 0"),
        (lambda: decision_table.beta_binomial(8, NAN, 10, 8, 0.8), "beta must be a finite number"),
        (lambda: decision_table.fit_beta_binomial(11, 2, 10), "mean must be from 0 to 10"),
        (lambda: decision_table.fit_beta_binomial(5, 26, 10), "variance must be at most 25 for a mean of 5 of 10"),
        (lambda: decision_table.fit_beta_binomial(5, 2, 0), "items must be at least 1"),
        (lambda: livingston_lewis.four_parameter(0.7, 0.7, 8, 2, 10, 8, 0.8), "lower must be less than upper"),
        (lambda: livingston_lewis.four_parameter(-0.1, 1, 8, 2, 10, 8, 0.8), "lower must be from 0 to 1"),
        (lambda: livingston_lewis.four_parameter(0, 1, -8, 2, 10, 8, 0.8), "alpha must be above 0"),
        (lambda: livingston_lewis.effective_test_length(5, 2, 0.5, 10, 0), "minimum must be less than maximum"),
        (lambda: livingston_lewis.effective_test_length(11, 2, 0.5, 0, 10), "mean must be from 0 to 10"),
        (lambda: livingston_lewis.effective_test_length(5, 26, 0.5, 0, 10), "variance must be at most 25"),
        (lambda: livingston_lewis.effective_test_length(5, -1, 0.5, 0, 10), "variance must be at least 0"),
        (lambda: subkoviak.single_administration([1, 11], 10, 8, 0.5), "scores must be from 0 to the number of items"),
        (lambda: subkoviak.single_administration([1, 2], 10, 8, 1.2), "reliability must be from 0 to 1"),
        (lambda: subkoviak.single_administration([1, 2], 10, 8, NAN), "reliability must be a finite number"),
        (lambda: subkoviak.normal_approximation(NAN, 2, 8, 0.5), "mean must be a finite number"),
        (lambda: subkoviak.normal_approximation(5, -1, 8, 0.5), "sd must be at least 0"),
        (lambda: subkoviak.normal_approximation(5, 2, 8, -0.5), "reliability must be from 0 to 1"),
        (lambda: reliability.kr20([[1, 2], [0, 1]]), "matrix must hold 0 and 1 for KR-20; take alpha for points"),
        (lambda: reliability.kr21(NAN, 1, 5), "mean must be a finite number"),
        (lambda: reliability.kr21(3, -1, 5), "variance must be at least 0"),
        (lambda: reliability.kr21(3, 7, 5), "variance must be at most 6"),
        (lambda: reliability.phi_lambda_from_scores(0.5, 0.3, 5, 0.8), "variance must be at most"),
        (lambda: reliability.livingston_k2(1.2, 3, 1, 4), "reliability must be at most 1"),
        (lambda: reliability.livingston_k2(0.5, 3, 1, NAN), "cut must be a finite number"),
        (lambda: linear_equating(7, -1, 6, 2), "x_sd must be at least 0"),
        (lambda: linear_equating(7, 1, 6, NAN), "y_sd must be a finite number"),
        (lambda: mean_equating(INF, 6), "x_mean must be a finite number"),
        (lambda: Sprt(0.6, 0.85, 0.1, 0.1), "non_master must be less than master"),
        (lambda: Sprt(1.0, 0.6, 0.1, 0.1), "both between 0 and 1"),
        (lambda: Sprt(NAN, 0.6, 0.1, 0.1), "both between 0 and 1"),
        (lambda: Sprt(0.85, 0.6, 0.0, 0.1), "two risks must be above 0 and together below 1"),
        (lambda: Sprt(0.85, 0.6, 0.5, 0.5), "two risks must be above 0 and together below 1"),
        (lambda: Tracing(1.2, 0.1, 0.1, 0.1), "start must be from 0 to 1"),
        (lambda: Tracing(0.1, NAN, 0.1, 0.1), "learn must be from 0 to 1"),
        (lambda: Tracing(0.1, 0.1, 0.0, 0.1), "slip and guess must be above 0 and together below 1"),
        (lambda: Tracing(0.1, 0.1, 0.6, 0.5), "slip and guess must be above 0 and together below 1"),
        (lambda: Tracing(0.1, 0.1, 0.1, 0.1).update(NAN, True), "known must be from 0 to 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


MATRIX_FUNCTIONS = [
    reliability.alpha, reliability.kr20, reliability.phi, reliability.variance_components,
    difficulty, discrimination, alpha_if_deleted,
]  # fmt: skip


@pytest.mark.parametrize("function", MATRIX_FUNCTIONS, ids=lambda function: function.__name__)
def test_a_matrix_that_is_no_table(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match="two dimensions, learners × items; it has 1"):
        function([1.0, 0.0])
    with pytest.raises(ValueError, match="one is infinite"):
        function([[1.0, INF], [0.0, 1.0]])


def loaded_by(module: str) -> set[str]:
    program = f"import sys, kit.psychometrics.{module}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


@pytest.mark.parametrize("module", ["livingston_lewis", "posterior", "subkoviak", "items"])
def test_nothing_slow_is_imported(module: str) -> None:
    assert loaded_by(module).isdisjoint({"scipy.stats", "scipy.integrate", "scipy.optimize", "pandas", "matplotlib"})


@pytest.mark.parametrize("module", ["sequential", "tracing"])
def test_what_needs_no_numpy_imports_none(module: str) -> None:
    assert "numpy" not in loaded_by(module)
