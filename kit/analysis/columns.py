"""The columns of every frame of the analysis with their dtypes: the same for an empty course as for a full one.

What each column means, and in which unit it is, stands in the docstring of the function that makes the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import isnan
from statistics import median
from typing import Any

import pandas as pd

from kit.reports.columns import DURATION, Columns

_BASIS = pd.CategoricalDtype(["first attempts", "shown before"])
"""What two forms were compared on: see `kit.analysis.comparison`."""

_VERDICT = pd.CategoricalDtype(["mastered", "gap", "not-enough"])

_FORM: Columns = {"unit": "string", "revision": "Int64", "form": "string"}

ITEMS: Columns = {
    **_FORM, "item": "string", "objective": "string", "n": "Int64", "not_assessed": "Int64", "max": "Float64",
    "difficulty": "Float64", "difficulty_low": "Float64", "difficulty_high": "Float64", "discrimination": "Float64",
    "discrimination_low": "Float64", "discrimination_high": "Float64", "discrimination_form": "Float64",
    "alpha": "Float64", "alpha_without": "Float64", "form_time": DURATION, "flags": "string",
}  # fmt: skip

FORMS: Columns = {
    **_FORM, "items": "Int64", "max": "Float64", "n": "Int64", "first_attempts": "Int64", "mean": "Float64",
    "variance": "Float64", "mean_se": "Float64", "kr20": "Float64", "kr21": "Float64", "difference": "Float64",
    "difference_low": "Float64", "difference_high": "Float64", "flags": "string", "told": "string",
}  # fmt: skip

COMPARISON: Columns = {
    **_FORM, "objective": "string", "reference": "string", "basis": _BASIS, "n_reference": "Int64", "n": "Int64",
    "n_needed": "Int64", "expected": "Float64", "observed": "Float64", "difference": "Float64",
    "difference_low": "Float64", "difference_high": "Float64", "cut": "Float64", "mean_cut": "Float64",
    "linear_cut": "Float64", "flags": "string", "told": "string",
}  # fmt: skip

DRIFT: Columns = {
    **_FORM, "n_early": "Int64", "n_late": "Int64", "n_needed": "Int64", "early": "Float64", "late": "Float64",
    "difference": "Float64", "difference_low": "Float64", "difference_high": "Float64", "flags": "string",
    "told": "string",
}  # fmt: skip

CORRECTIVES: Columns = {
    "unit": "string", "objective": "string", "approach": "string", "given": "Int64", "taken": "Int64",
    "completed": "Int64", "followed": "Int64", "success": "Int64", "rate": "Float64", "rate_low": "Float64",
    "rate_high": "Float64", "retest": "Float64", "gain": "Float64", "gain_low": "Float64", "gain_high": "Float64",
    "others": "Int64", "difference": "Float64", "difference_low": "Float64", "difference_high": "Float64",
    "work_time": DURATION, "until_next": DURATION, "n_needed": "Int64", "flags": "string", "told": "string",
}  # fmt: skip

DECISIONS: Columns = {
    "unit": "string", "revision": "Int64", "objective": "string", "n": "Int64", "items": "Int64", "cut": "Int64",
    "criterion": "Float64", "mean": "Float64", "kr21": "Float64", "passes": "Float64", "masters": "Float64",
    "consistency": "Float64", "kappa": "Float64", "accuracy": "Float64", "false_master": "Float64",
    "false_non_master": "Float64", "not_masters_of_passed": "Float64", "mastered": "Int64", "rated": "Int64",
    "unsure": "Int64", "told": "string",
}  # fmt: skip

CERTAINTIES: Columns = {
    "learner": "string", "unit": "string", "revision": "Int64", "attempt": "Int64", "form": "string",
    "objective": "string", "state": _VERDICT, "share": "Float64", "criterion": "Float64", "certainty": "Float64",
}  # fmt: skip

RETESTS: Columns = {
    "unit": "string", "objective": "string", "attempt": "Int64", "tried": "Int64", "mastered": "Int64",
    "rated": "Int64", "certainty": "Float64", "unsure": "Int64", "by_chance": "Float64",
}  # fmt: skip


def row(*values: Any) -> tuple[Any, ...]:
    """*values* with None for every NaN: in a frame both are NA, but only None is in a column of any dtype."""
    return tuple(None if isinstance(value, float) and isnan(value) else value for value in values)


def middle(seconds: Sequence[float]) -> timedelta | None:
    """The median of *seconds* as a time span; None without any."""
    return timedelta(seconds=median(seconds)) if seconds else None
