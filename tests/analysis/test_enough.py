"""How many learners it takes; and that the documents say the same numbers as the code."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kit.analysis import enough
from kit.analysis.drawing import new_figure
from kit.errors import KitError

RUNNING = (Path(__file__).resolve().parents[2] / "docs/running.md").read_text()


@pytest.mark.parametrize(("share", "needed"), [(0.05, 59), (0.25, 11), (0.5, 5)])
def test_so_many_in_a_row_bound_the_share_of_exceptions(share: float, needed: int) -> None:
    assert enough.needed_for_none(share) == needed
    assert (1 - share) ** needed <= 0.05 < (1 - share) ** (needed - 1)


@pytest.mark.parametrize(("n", "half_width", "needed"), [(40, 0.2, 160), (40, 0.1, 40), (100, 0.01, 20)])
def test_four_times_as_many_halve_an_interval(n: int, half_width: float, needed: int) -> None:
    assert enough.needed_for_width(n, half_width) == needed


def test_a_correlations_interval_is_fishers() -> None:
    # r = 0.5, n = 28: z = 0.549306 ± 1.959964 / 5.
    assert enough.correlation_interval(0.5, 28) == pytest.approx((np.tanh(0.157313), np.tanh(0.941299)), abs=1e-6)


@pytest.mark.parametrize(("r", "n"), [(float("nan"), 50), (1.0, 50), (-1.0, 50), (0.3, 3), (0.3, 0)])
def test_where_a_correlation_cannot_be_told_neither_can_its_interval(r: float, n: int) -> None:
    assert np.isnan(enough.correlation_interval(r, n)).all()


@pytest.mark.parametrize(
    "words",
    [
        f"nobody of {enough.needed_for_none(enough.RARELY_FAILED)} or more fails",
        f"nobody of {enough.needed_for_none(enough.RARELY_PASSED)} or more passes",
        f"(from {enough.FEWEST_FOR_MODEL} learners on)",
        f"there are {enough.FEWEST} of them",
        f"adds less than {100 * enough.WORTHWHILE:.0f} points of a hundred",
        f"fewer than {enough.FEWEST_FOR_MODEL} learners",
    ],
)
def test_the_document_says_the_numbers_of_the_code(words: str) -> None:
    assert words in " ".join(RUNNING.split())


def test_without_matplotlib_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return honest(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(KitError, match=r'pip install "mastery-kit\[plots\]"'):
        new_figure(4, 3)
