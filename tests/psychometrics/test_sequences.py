"""Answers one after another: Wald's test (1947) and knowledge tracing (Corbett & Anderson 1995)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.psychometrics.sequential import Sprt
from kit.psychometrics.tracing import Tracing

TEST = Sprt(master=0.85, non_master=0.60, false_master=0.1, false_non_master=0.1)
answers = st.lists(st.booleans(), max_size=40)


def test_the_bounds_and_steps() -> None:
    assert TEST.bounds == pytest.approx((-2.19722, 2.19722), abs=5.1e-6)
    assert TEST.step(True) == pytest.approx(0.34831, abs=5.1e-6)
    assert TEST.step(False) == pytest.approx(-0.98083, abs=5.1e-6)


@pytest.mark.parametrize(
    ("given_", "verdict"),
    [
        pytest.param("", "more", id="no answer yet"),
        pytest.param("111111", "more", id="six right: one more, please"),
        pytest.param("1111111", "master", id="seven straight right"),
        pytest.param("000", "non-master", id="three straight wrong"),
        pytest.param("00", "more", id="two wrong"),
        pytest.param("11101111111", "master", id="one slip is made good by three"),
        pytest.param("1111111000000", "master", id="decided is decided"),
        pytest.param("1010", "more", id="half and half"),
    ],
)
def test_what_the_answers_say(given_: str, verdict: str) -> None:
    assert TEST.answers(answer == "1" for answer in given_) == verdict


def test_unequal_risks_move_one_bound_more_than_the_other() -> None:
    lower, upper = Sprt(0.85, 0.60, false_master=0.05, false_non_master=0.2).bounds
    assert (lower, upper) == pytest.approx((math.log(0.2 / 0.95), math.log(0.8 / 0.05)))


@given(answers)
def test_a_wrong_answer_turned_right_never_takes_mastery_away(given_: list[bool]) -> None:
    order = ["non-master", "more", "master"]
    for place, answer in enumerate(given_):
        if not answer:
            better = [*given_[:place], True, *given_[place + 1 :]]
            assert order.index(TEST.answers(better)) >= order.index(TEST.answers(given_))


@given(st.lists(st.booleans(), min_size=60, max_size=60), st.data())
def test_what_was_decided_stays_decided(given_: list[bool], data: st.DataObject) -> None:
    first = TEST.answers(given_[: data.draw(st.integers(0, 60))])
    assert first in ("more", TEST.answers(given_))


PLAIN = Tracing(start=0.1, learn=0.1, slip=0.1, guess=0.1)


@pytest.mark.parametrize(
    ("tracing", "given_", "path"),
    [
        pytest.param(PLAIN, "111111", [0.55, 0.925, 0.991964, 0.999191, 0.999919, 0.999992], id="six right"),
        pytest.param(PLAIN, "10111", [0.55, 0.207609, 0.731985, 0.964817, 0.996368], id="one wrong"),
        pytest.param(Tracing(0.4, 0.2, 0.1, 0.25), "111", [0.764706, 0.937008, 0.985335], id="a better start"),
        pytest.param(PLAIN, "", [], id="no answers"),
    ],
)
def test_the_trace_of_answers(tracing: Tracing, given_: str, path: list[float]) -> None:
    assert tracing.trace(answer == "1" for answer in given_) == pytest.approx(path, abs=5.1e-7)


def test_three_right_in_a_row_reach_95_percent() -> None:
    assert [known >= 0.95 for known in PLAIN.trace([True] * 3)] == [False, False, True]


chances = st.floats(0.01, 0.49)


@given(st.floats(0, 1), st.floats(0, 1), chances, chances, st.floats(0, 1), st.floats(0, 1))
def test_a_right_answer_never_speaks_against_knowing(
    start: float, learn: float, slip: float, guess: float, one: float, other: float
) -> None:
    tracing = Tracing(start, learn, slip, guess)
    low, high = sorted((one, other))
    for known in (low, high):
        assert 0.0 <= tracing.update(known, False) <= tracing.update(known, True) + 1e-12 <= 1.0 + 1e-9
    for right in (False, True):
        assert tracing.update(low, right) <= tracing.update(high, right) + 1e-12


@given(st.floats(0, 1), chances, chances)
def test_on_average_an_answer_moves_nothing_but_what_was_learned(known: float, slip: float, guess: float) -> None:
    tracing = Tracing(start=known, learn=0.0, slip=slip, guess=guess)
    right = known * (1 - slip) + (1 - known) * guess
    mean = right * tracing.update(known, True) + (1 - right) * tracing.update(known, False)
    assert mean == pytest.approx(known, abs=1e-12)
