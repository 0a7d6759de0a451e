"""How much an objective's items can tell: the risks, guessing, the length that would do."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.checks import assess_course, check_course
from kit.checks.criteria import false_masters_among_passes
from kit.checks.lengths import ObjectiveForm, chance_of_sum, chance_to_pass, least_sum, sufficient_length
from kit.course import Assessment
from kit.errors import CourseError, UnknownName
from kit.psychometrics import binomial
from tests.checks.course import TOML, UNIT, add, all_of, append, edit, good_course, marked, put, tagged
from tests.courses import item

BOUND = Assessment(risk=0.25, margin=0.15)


def one_form(root: Path) -> ObjectiveForm:
    _, forms = assess_course(root)
    assert len(forms) == 1
    return forms[0]


@pytest.mark.parametrize(
    ("items", "criterion", "level", "chance"),
    [(10, 0.8, 0.7, 0.3828), (5, 0.8, 0.7, 0.5282), (5, 1.0, 0.5, 0.03125), (1, 0.8, 0.7, 0.7), (5, 0.8, 0.95, 0.9774)],
    ids=["eight of ten", "four of five", "all of five", "a single item", "four of five, a master"],
)
def test_the_chance_to_pass_with_equal_points_is_the_binomial_tail(
    items: int, criterion: float, level: float, chance: float
) -> None:
    assert chance_to_pass([2.0] * items, criterion, level) == pytest.approx(chance, abs=1e-4)
    assert chance_of_sum([2.0] * items, [level] * items, criterion) == pytest.approx(chance, abs=1e-4)


@given(
    items=st.integers(1, 30), criterion=st.sampled_from([0.5, 0.6, 0.75, 0.8, 0.85, 0.9, 1.0]), level=st.floats(0, 1),
    worth=st.sampled_from([0.1, 0.5, 1.0, 3.0]),
)  # fmt: skip
def test_the_sum_of_equal_points_is_the_binomial(items: int, criterion: float, level: float, worth: float) -> None:
    expected = binomial.chance_to_pass(items, binomial.cut_for(items, criterion), level)
    assert chance_of_sum([worth] * items, [level] * items, criterion) == pytest.approx(expected, abs=1e-9)


@given(
    parts=st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 1.0, 2.0, 2.5]), st.floats(0, 1)), min_size=1, max_size=7),
    criterion=st.floats(0.05, 1),
)
def test_the_sum_of_unequal_points_is_what_counting_every_outcome_gives(
    parts: list[tuple[float, float]], criterion: float
) -> None:
    points, chances = zip(*parts, strict=True)
    counted = 0.0
    for rights in product((0, 1), repeat=len(points)):
        share = 1.0
        for right, chance in zip(rights, chances, strict=True):
            share *= chance if right else 1 - chance
        earned = sum(worth for worth, right in zip(points, rights, strict=True) if right)
        counted += share if earned >= criterion * sum(points) - 1e-6 else 0.0
    assert chance_of_sum(points, chances, criterion) == pytest.approx(counted, abs=1e-9)


@pytest.mark.parametrize(
    ("points", "criterion", "needed"),
    [((1, 1, 1, 1, 1), 0.8, 4), ((2, 2, 2, 2), 0.8, 8), ((3, 1, 1), 0.8, 4), ((3, 1, 1), 0.5, 3),
     ((0.1,) * 10, 0.8, 0.8), ((5, 1), 0.9, 6)],
    ids=["four of five", "four of four", "the great one and one more", "the great one", "tenths", "all of it"],
)  # fmt: skip
def test_what_has_to_be_reached_is_the_least_sum_that_the_items_can_make(
    points: tuple[float, ...], criterion: float, needed: float
) -> None:
    assert least_sum(points, criterion) == pytest.approx(needed)


@pytest.mark.parametrize(
    ("criterion", "least", "items", "cut"),
    [(0.8, 1, 4, 4), (0.8, 5, 7, 6), (0.8, 7, 7, 6), (0.8, 8, 8, 7), (1.0, 1, 9, 9)],
    ids=["the shortest", "from five up", "seven will do", "from eight up", "all right"],
)
def test_the_next_sufficient_length_keeps_both_risks_and_none_before_it_does(
    criterion: float, least: int, items: int, cut: int
) -> None:
    found = sufficient_length(criterion, BOUND, least)
    assert found is not None
    assert (found.items, found.cut) == (items, cut)
    low, high = BOUND.levels(criterion)

    def risks(length: int) -> tuple[float, float]:
        return chance_to_pass([1.0] * length, criterion, low), 1 - chance_to_pass([1.0] * length, criterion, high)

    assert (found.false_master, found.false_non_master) == pytest.approx(risks(items))
    assert max(risks(items)) <= BOUND.risk
    assert all(max(risks(length)) > BOUND.risk for length in range(least, items))


def test_where_no_length_does_none_is_named() -> None:
    # The upper level is capped at 0.95, which a bar of 0.95 fails half of the time however long the test is.
    assert sufficient_length(0.95, Assessment(risk=0.05, margin=0.05), 1) is None


def test_a_form_is_described_as_its_items_are(tmp_path: Path) -> None:
    form = one_form(good_course(tmp_path))
    assert (form.unit, form.objective, form.items, form.points, form.criterion) == (
        "01-one",
        "adding",
        4,
        (1.0,) * 4,
        0.8,
    )
    assert (form.cut, form.needed, form.equal, form.by_guessing) == (4, 4.0, True, None)
    assert (form.low, form.high) == pytest.approx((0.65, 0.95))
    assert form.false_master == pytest.approx(0.65**4)
    assert form.false_non_master == pytest.approx(1 - 0.95**4)
    assert form.within(0.2)
    assert not form.within(0.18)


def test_unequal_points_are_counted_as_they_are(tmp_path: Path) -> None:
    # Of 3 + 1 + 1 + 1 points 4.8 are needed: the item of three points and two others.
    edit(UNIT, "adding-1", marked("points", 3))(good_course(tmp_path))
    form = one_form(tmp_path)
    assert (form.cut, form.needed, form.equal) == (None, 5.0, False)
    level = form.low
    assert form.false_master == pytest.approx(level * (3 * level**2 * (1 - level) + level**3))


def test_only_items_that_offer_a_choice_can_be_guessed(tmp_path: Path) -> None:
    good_course(tmp_path)
    for name in ("adding-1", "adding-2", "adding-3"):
        edit(UNIT, name, tagged("objective:adding", "choices:4"))(tmp_path)
    assert one_form(tmp_path).choices == (4, 4, 4, None)
    assert one_form(tmp_path).by_guessing == 0.0  # the fourth has to be right as well, and a program is not guessed
    edit(UNIT, "adding-4", tagged("objective:adding", "choices:2"))(tmp_path)
    assert one_form(tmp_path).by_guessing == pytest.approx(0.25**3 * 0.5)


def test_what_cannot_be_judged_yet_is_left_out(tmp_path: Path) -> None:
    edit(UNIT, "adding-1", marked("points", 0))(good_course(tmp_path))
    assert assess_course(tmp_path)[1] == []


def test_a_course_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"course\.toml"):
        assess_course(tmp_path)
    with pytest.raises(UnknownName, match="Did you mean '01-one'"):
        assess_course(good_course(tmp_path), frozenset({"01-noe"}))


FIVE = all_of(
    add(UNIT, *item("adding-5", "adding", "{{n}} + 5")),
    append("units/01-one/missteps.toml", '[[misstep]]\ncell = "adding-5-answer"\nname = "x"\ncode = "adding_5 = 0"\n'),
)


def too_short(root: Path) -> list[str]:
    return [f"{f.what} {f.next}" for f in check_course(root, fast=True) if f.code == "check-too-short"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(FIVE, "65% of such tasks passes with a chance of 43%", id="five items at 0.8"),
        pytest.param(FIVE, "7 items with 6 right would bring both risks below 25% (23% and 4%)", id="what would do"),
        pytest.param(all_of(FIVE, append("course.toml", "criterion = 1.0\n")),
                     "85% of such tasks passes with a chance of 44%. The course allows 25%. Write more items: 9 items "
                     "with 9 right", id="everything has to be right"),
        pytest.param(append("course.toml", "[assessment]\nrisk = 0.15\n"), "passes with a chance of 18%, and somebody "
                     "who can do 95% of such tasks fails with a chance of 19%. The course allows 15%", id="both risks"),
        pytest.param(edit(UNIT, "adding-1", marked("points", 3)), "(5 of 6 points)", id="unequal points"),
        pytest.param(edit(UNIT, "adding-1", marked("points", 3)), "Give its items equal points: 4 right of 4 would do",
                     id="equal points would do"),
        pytest.param(all_of(*(edit(UNIT, f"adding-{n}", tagged("objective:adding", "choices:2")) for n in (1, 2, 3, 4)),
                            append("course.toml", "[assessment]\nrisk = 0.05\nmargin = 0.3\n")),
                     "somebody who only guesses passes with a chance of 6%", id="guessing"),
        pytest.param(append("course.toml", "criterion = 0.95\n[assessment]\nrisk = 0.05\nmargin = 0.05\n"),
                     "No number of items helps at this criterion", id="no length does"),
    ],
)  # fmt: skip
def test_a_check_that_tells_too_little_is_told_with_its_numbers_and_what_would_do(
    tmp_path: Path, spoil, words: str
) -> None:  # type: ignore[no-untyped-def]
    spoil(good_course(tmp_path))
    assert any(words in said for said in too_short(tmp_path)), too_short(tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(append("course.toml", "[assessment]\nrisk = 0.2\n"), id="within the bound"),
        pytest.param(all_of(FIVE, put(TOML, "requires = []", 'requires = []\nrule = "posterior"')), id="another rule"),
        pytest.param(all_of(FIVE, append("course.toml", "criterion = 0.7\n")), id="the criterion is the fault"),
    ],
)
def test_a_check_is_not_called_too_short(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(good_course(tmp_path))
    assert too_short(tmp_path) == []


@pytest.mark.parametrize(
    ("items", "cut", "published"),
    [(5, 0.8, (0.22600, 0.72527)), (10, 0.8, (0.17122, 0.66718)), (20, 0.8, (0.12415, 0.62466))],
    ids=["five items", "ten items", "twenty items"],
)
def test_the_false_masters_among_those_who_pass_are_those_of_the_decision_table(
    items: int, cut: float, published: tuple[float, float]
) -> None:
    assert false_masters_among_passes(items, cut) == pytest.approx(published[0] / published[1], abs=1e-4)


def test_a_lower_bar_lets_more_false_masters_pass() -> None:
    shares = [false_masters_among_passes(10, bar) for bar in (0.9, 0.8, 0.7, 0.6, 0.5)]
    assert shares == sorted(shares)
