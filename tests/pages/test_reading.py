"""A standing read back from what the exchange gives: the same values, or words about why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kit.decisions import standing
from kit.errors import StorageError
from kit.pages.learning import learner_page
from kit.pages.reading import read_standing
from kit.records import LearnerRecord
from tests.histories import History, make_catalogue, make_revision


def two_units() -> History:
    return History(make_catalogue(make_revision("u1"), make_revision("u2"), requires={"u2": ("u1",)}))


def corrective_done(history: History) -> None:
    history.submit("u1.a", {"x": 5, "y": 3})
    history.submit("u1.y.analogy")


PLAYED: dict[str, Callable[[History], object]] = {
    "nothing yet": lambda h: None,
    "fetched": lambda h: h.fetch("u1.a"),
    "a corrective was handed in": corrective_done,
    "a unit is mastered": lambda h: h.submit("u1.a", 5),
    "something could not be taken": lambda h: h.reject("u1.a"),
}


@pytest.mark.parametrize("play", PLAYED.values(), ids=PLAYED)
def test_what_was_published_is_read_back_as_it_was(play: Callable[[History], object]) -> None:
    history = two_units()
    play(history)
    now = standing(history.record, history.catalogue)
    assert read_standing(json.loads(json.dumps(now.to_json()))) == now


@pytest.mark.parametrize("play", PLAYED.values(), ids=PLAYED)
def test_the_learners_page_is_the_same_without_the_record_but_for_what_is_said_of_attempts(
    play: Callable[[History], object],
) -> None:
    history = two_units()
    play(history)
    now = standing(history.record, history.catalogue)
    whole = learner_page(now, history.record, {})
    poor = learner_page(read_standing(now.to_json()), LearnerRecord(now.learner), {})
    assert poor.step == whole.step
    assert [[(card.now, card.state, card.requires, card.is_next) for card in level] for level in poor.levels] == [
        [(card.now, card.state, card.requires, card.is_next) for card in level] for level in whole.levels
    ]
    assert [[one.work for one in card.happened] for level in poor.levels for card in level] == [
        [one.work for one in card.happened] for level in whole.levels for card in level
    ]


def published() -> dict[str, Any]:
    history = two_units()
    corrective_done(history)
    return standing(history.record, history.catalogue).to_json()


def without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def test_fields_that_a_newer_service_adds_do_no_harm() -> None:
    now = published()
    assert read_standing({**now, "weather": "fine"}) == read_standing(now)


STRANGE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a field is missing": lambda now: without(now, "next_action"),
    "no list of units": lambda now: {**now, "units": 3},
    "a unit without its work": lambda now: {**now, "units": [without(now["units"][0], "work")]},
    "a state nobody knows": lambda now: {**now, "units": [{**now["units"][0], "state": "perhaps"}]},
    "no time": lambda now: {**now, "units": [{**now["units"][0], "begun_at": "yesterday"}]},
    "an unhashable word": lambda now: {**now, "next_action": ["open"]},
}


@pytest.mark.parametrize("spoil", STRANGE.values(), ids=STRANGE)
def test_what_cannot_be_understood_is_said_kindly(spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with pytest.raises(StorageError, match=r"Your work is safe; please tell your instructor"):
        read_standing(spoil(published()))
