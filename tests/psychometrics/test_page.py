"""docs/how-sure.md says what the code computes: every number of it, and its plots can be drawn."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from kit.course import Assessment
from kit.decisions.rules import RULES
from kit.psychometrics.binomial import (
    after_retests,
    chance_by_guessing,
    chance_to_pass,
    false_master,
    false_non_master,
    shortest_form,
    streak_by,
)
from kit.psychometrics.decision_table import beta_binomial, fit_beta_binomial
from kit.psychometrics.equating import linear_equating
from kit.psychometrics.posterior import mastery_probability
from tests.psychometrics.published import MATH20_BOTH, MATH20_X, MATH20_Y, scores

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/how-sure.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
"""The page as one line: where a sentence is broken does not matter."""

GROUP = {bar: beta_binomial(8, 2, 10, bar, 0.8) for bar in (6, 8, 9)}
"""The group whose levels average 80 %."""
LONG = beta_binomial(8, 2, 40, 32, 0.8)
X, Y = scores(MATH20_X), scores(MATH20_Y)
DEFAULT = Assessment()
LOW, HIGH = DEFAULT.levels(0.8)


def hundred(share: float) -> str:
    """A share as so many of 100; below one with a decimal."""
    return f"{100 * share:.0f}" if share >= 0.005 else f"{100 * share:.1f}"


def passing(level: float) -> list[str]:
    return [hundred(chance_to_pass(items, items * 4 // 5, level)) for items in (5, 10, 20)]


def failing(level: float) -> list[str]:
    return [hundred(false_non_master(items, items * 4 // 5, level)) for items in (5, 10, 20)]


def lengths(risk: float, margin: float) -> str:
    form = shortest_form(0.8, margin, risk)
    ends = f"{hundred(0.8 - margin)} % and {hundred(0.8 + margin)} %"
    return f"| {hundred(risk)} of 100 cases | {hundred(margin)} points: {ends} | {form.items} | {form.cut} |"


def retests(items: int, forms: int) -> str:
    return hundred(after_retests(chance_to_pass(items, items * 4 // 5, 0.7), forms))


def row(level: float, items: int) -> str:
    """Three in a row within so many items."""
    return hundred(streak_by(level, 3, items))


def sure(right: int, items: int, prior: tuple[float, float] = (1.0, 1.0)) -> str:
    return hundred(mastery_probability(right, items, 0.8, prior))


def below_the_bar(cut: int) -> str:
    return hundred(GROUP[cut].false_master / GROUP[cut].passes)


def sent_away(cut: int) -> str:
    return hundred(GROUP[cut].false_non_master / GROUP[cut].masters)


def next_length() -> int:
    """The next length from five items up that keeps both risks."""
    for items in range(5, 400):
        cut = -(-items * 4 // 5)
        if max(false_master(items, cut, LOW), false_non_master(items, cut, HIGH)) <= DEFAULT.risk:
            return items
    raise AssertionError


CLAIMS = [
    "| 60 % | passes in {} of 100 cases | {} | {} |".format(*passing(0.6)),
    "| 70 % | {} | {} | {} |".format(*passing(0.7)),
    "| 90 % | fails in {} of 100 cases | {} | {} |".format(*failing(0.9)),
    "| 95 % | {} | {} | {} |".format(*failing(0.95)),
    f"4 of 5 right gives {sure(4, 5)} %, 8 of 10 gives {sure(8, 10)} %, 16 of 20 gives {sure(16, 20)} %.",
    f"18 of 20 gives {sure(18, 20)} %, 10 of 10 gives {sure(10, 10)} %.",
    f"At 6 of 10, a learner at 60 % passes in {hundred(chance_to_pass(10, 6, 0.6))} of 100 cases, one at 70 % in "
    f"{hundred(chance_to_pass(10, 6, 0.7))}, and even one at 50 % in {hundred(chance_to_pass(10, 6, 0.5))}.",
    f"Of those who pass at 6 of 10, {below_the_bar(6)} of 100 are below 80 %. Of those who pass at 8 of 10 it is "
    f"{below_the_bar(8)}, at 9 of 10 it is {below_the_bar(9)}.",
    f"at 9 of 10, {sent_away(9)} of 100 in this group who *are* at 80 % are sent to a corrective, at 8 of 10 it is "
    f"{sent_away(8)}.",
    f"A learner at 70 % passes a form of ten items in {retests(10, 1)} of 100 cases; one of two forms in "
    f"{retests(10, 2)}, one of three in {retests(10, 3)}, one of four in {retests(10, 4)}. With five items it is "
    f"{retests(5, 4)} after four forms.",
    f"A learner at 50 % has them within ten items in {row(0.5, 10)} of 100 cases and within twenty in {row(0.5, 20)}; "
    f"one at 70 % in {row(0.7, 10)} and {row(0.7, 20)}.",
    *(lengths(risk, margin) for margin in (0.15, 0.1) for risk in (0.25, 0.1)),
    f"it passes a learner at {hundred(LOW)} % in {hundred(false_master(5, 4, LOW))} of 100 cases.",
    f"Nobody writes {shortest_form(0.8, 0.1, 0.1).items} items",
    f"blind guessing passes 4 of 5 in {100 * chance_by_guessing(5, 4, 4):.1f} of 100 cases, with two answers in "
    f"{hundred(chance_by_guessing(5, 4, 2))}.",
    f"passed at 8 of 10, {hundred(GROUP[8].accuracy)} of 100 decisions are right and "
    f"{hundred(GROUP[8].consistency)} of 100 would come out the same on a parallel form; with 40 items it is "
    f"{hundred(LONG.accuracy)} and {hundred(LONG.consistency)}.",
    f"given to {len(X):,} people",
    f"a cut of 16 on one is {linear_equating(X.mean(), X.std(), Y.mean(), Y.std())(16.0):.1f} on the other",
    f"8 of 10 gives {sure(8, 10, (8.0, 2.0))} % instead of {sure(8, 10)} %",
    f"with a cut of 12, people were decided alike in {hundred((MATH20_BOTH[12][0] + MATH20_BOTH[12][3]) / len(X))} of "
    "100 cases; foretold from one test alone it is "
    f"{hundred(beta_binomial(*fit_beta_binomial(X.mean(), X.var(), 20), 20, 12, 0.8).consistency)}.",
]
"""Every sentence of the page with a number that is computed."""

GIVEN = {
    "5 items, 4 to pass", "10 items, 8 to pass", "20 items, 16 to pass", "forms of 5, 10 and 20 items",
    "8 of 10 items right", "8 of 10 right", "after 4 of 5, 8 of 10, 16 of 20 and 18 of 20 right",
    "79 %", "81 %", "80 %", "70 %",
    "levels average 80 %, most of them between 60 % and 95 %", "bar at 60 %", "a criterion of 0.60 or less",
    "one below 0.80", "tests of 20 mathematics items",
}  # fmt: skip
"""What the page sets, and does not compute."""


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_page_says_what_is_computed(claim: str) -> None:
    assert claim in WORDS


def test_no_other_number_is_on_the_page() -> None:
    text, sources = WORDS.split("## Where the formulas come from")
    for said in sorted([*CLAIMS, *GIVEN], key=len, reverse=True):
        text = text.replace(said, " ")
    text = re.sub(r"\]\([^)]*\)|`[^`]*`| \d\. \*\*", " ", text)
    assert re.findall(r"\S*\d\S*", text) == []
    assert all(1900 < int(year) < 2030 for year in re.findall(r"\d+", sources))


def test_the_numbers_in_words() -> None:
    assert "Five items pass more than half of those who are ten points below the bar." in WORDS
    assert chance_to_pass(5, 4, 0.7) > 1 / 2
    assert "Ten items still pass more than a third." in WORDS
    assert 1 / 3 < chance_to_pass(10, 8, 0.7) < 1 / 2
    assert "Four of four does it" in WORDS
    assert shortest_form(0.8, DEFAULT.margin, DEFAULT.risk).items == 4
    assert pytest.approx((0.65, 0.95)) == (LOW, HIGH)
    assert "From five items up, seven are the next length" in WORDS
    assert next_length() == 7
    assert "differ by four tenths of an item on average" in WORDS
    assert X.mean() - Y.mean() == pytest.approx(0.4, abs=0.05)
    assert "more likely below it than above" in WORDS
    assert all(mastery_probability(right, items, 0.8) < 0.5 for right, items in ((4, 5), (8, 10), (16, 20)))


def test_most_of_the_group_lies_where_the_page_says() -> None:
    from scipy import special

    assert special.betainc(8, 2, 0.95) - special.betainc(8, 2, 0.6) > 0.8


def test_every_rule_is_in_the_table() -> None:
    assert [name for name in RULES if f"| `{name}` |" not in PAGE] == []


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", ROOT / "docs/figures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_plots_can_be_drawn_and_are_those_of_the_page(figures: ModuleType, tmp_path: Path) -> None:
    figures.main(tmp_path)
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert set(drawn) == set(figures.FIGURES) == set(re.findall(r"\(pictures/(how-sure-\w+\.png)\)", PAGE))
    for name in drawn:
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
        assert (ROOT / "docs/pictures" / name).stat().st_size > 10_000


def test_the_plots_show_the_pages_numbers(figures: ModuleType) -> None:
    lengths_, retests_, certainty_ = (draw().axes[0] for draw in figures.FIGURES.values())
    five, ten, twenty = (line.get_data() for line in lengths_.get_lines()[:3])
    for (level, chance), items in ((five, 5), (ten, 10), (twenty, 20)):
        assert np.interp(0.7, level, chance) == pytest.approx(chance_to_pass(items, items * 4 // 5, 0.7), abs=1e-4)
    curves = [line.get_ydata() for line in retests_.get_lines()]
    assert curves[1][:4] == pytest.approx([after_retests(chance_to_pass(10, 8, 0.7), forms) for forms in range(1, 5)])
    said = [text.get_text() for text in certainty_.texts]
    assert {f"{sure(right, items)} % sure" for right, items in ((4, 5), (8, 10), (16, 20), (18, 20))} <= set(said)
