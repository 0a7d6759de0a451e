"""The figures on docs/checks.md are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scipy import stats

from kit.checks.criteria import LEVELS
from kit.checks.lengths import chance_to_pass
from kit.checks.repetition import (
    LONG_SHINGLE,
    SHARE_OF_CODE,
    SHARE_OF_RENAMED,
    SHARE_OF_WORDS,
    SHARED_WORDS,
    TOKENS_OF_A_RENAMED,
    TOKENS_OF_A_SHINGLE,
    WORDS_IN_A_ROW,
    WORDS_OF_A_SHINGLE,
)
from kit.course import Assessment

PAGE = re.sub(r"\s+", " ", (Path(__file__).resolve().parents[2] / "docs/checks.md").read_text())
_NUMBERS = {5: "five", 8: "eight", 12: "twelve", 0.75: "three quarters", 0.8: "four fifths"}


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


LOW, HIGH = Assessment().levels(0.8)
SPREAD = stats.beta(*LEVELS).ppf([1 / 6, 5 / 6])

SENTENCES = [
    f"With five items at 80 % four right pass, and somebody who can do {percent(LOW)} of such tasks passes in "
    f"{100 * chance_to_pass([1] * 5, 0.8, LOW):.0f} of 100 cases.",
    f"the criterion and `margin`, at most {percent(HIGH)}",
    f"spread as Beta({LEVELS[0]:.0f}, {LEVELS[1]:.0f}): {percent(LEVELS[0] / sum(LEVELS))} on average, two of three "
    f"learners between {100 * SPREAD[0]:.0f} and {percent(SPREAD[1])}.",
    f"{percent(SHARE_OF_WORDS)} of its runs of {_NUMBERS[WORDS_OF_A_SHINGLE]} words stand there, too "
    f"({_NUMBERS[SHARED_WORDS]} at least), or {WORDS_IN_A_ROW} words in a row.",
    f"{_NUMBERS[SHARE_OF_CODE]} of the runs of {_NUMBERS[TOKENS_OF_A_SHINGLE]} tokens are.",
    f"in a cell of {TOKENS_OF_A_RENAMED} tokens or more, {_NUMBERS[SHARE_OF_RENAMED]} of the runs of "
    f"{_NUMBERS[LONG_SHINGLE]} tokens are the same",
]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence[:40])
def test_a_sentence_of_the_page_has_the_figures_of_the_code(sentence: str) -> None:
    assert sentence in PAGE


@pytest.mark.parametrize(("items", "right"), [(7, 6), (4, 4)])
def test_the_lengths_the_page_calls_enough_are_enough(items: int, right: int) -> None:
    bound = Assessment()
    points = [1.0] * items
    assert stats.binom.sf(right - 1, items, LOW) == pytest.approx(chance_to_pass(points, 0.8, LOW))
    assert chance_to_pass(points, 0.8, LOW) <= bound.risk
    assert 1 - chance_to_pass(points, 0.8, HIGH) <= bound.risk
