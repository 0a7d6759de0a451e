"""The one next step: the sentence, the unit, the assignment and the action always speak of the same thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.decisions import Standing, standing
from tests.histories import History, make_catalogue, make_revision

Play = Callable[[History], object]


def two_units() -> History:
    return History(make_catalogue(make_revision("u1"), make_revision("u2"), requires={"u2": ("u1",)}))


def now(history: History) -> Standing:
    return standing(history.record, history.catalogue)


def gap(history: History) -> None:
    history.submit("u1.a", {"x": 3, "y": 3})


def fetched_corrective(history: History) -> None:
    gap(history)
    history.fetch("u1.x.diagram")


def second_corrective_refused(history: History) -> None:
    gap(history)
    history.reject("u1.y.analogy")


def both_correctives(history: History) -> None:
    gap(history)
    history.submit("u1.x.diagram")
    history.submit("u1.y.analogy")


def everything(history: History) -> None:
    history.submit("u1.a", 5)
    history.submit("u2.a", 5)


def stuck(history: History) -> None:
    history.fetch("u1.a")
    history._add("submitted", "u1.a", data={"submission": "s"})
    for _ in range(3):
        history._add("fault", "u1.a", data={"submission": "s", "what": "The kernel did not start."})


STEPS: dict[str, tuple[Play, str | None, str | None, str, str]] = {
    "enrolled: open the first form": (lambda h: None, "u1", "u1.a", "open", "Open u1.a"),
    "fetched: go on with it": (lambda h: h.fetch("u1.a"), "u1", "u1.a", "go-on", "hand in u1.a"),
    "refused: go on with the same": (lambda h: h.reject("u1.a"), "u1", "u1.a", "go-on", "It is not a notebook."),
    "a part waits for a person: wait": (lambda h: h.submit("u1.a", {"x": None}), "u1", None, "wait", "A person reads"),
    "a gap: its first corrective": (gap, "u1", "u1.x.diagram", "open", "Open u1.x.diagram"),
    "the corrective is begun: go on with it": (
        fetched_corrective, "u1", "u1.x.diagram", "go-on", "Go on with u1.x.diagram"),
    "the second of two correctives was refused: that one": (
        second_corrective_refused, "u1", "u1.y.analogy", "go-on", "It is not a notebook."),
    "correctives handed in: a new form": (both_correctives, "u1", "u1.b", "open", "Open u1.b"),
    "mastered: the unit behind it": (lambda h: h.submit("u1.a", 5), "u2", "u2.a", "open", "Open u2.a"),
    "the grader fails: ask": (stuck, "u1", None, "ask", "the fault is ours"),
    "everything mastered: done": (everything, None, None, "done", "every unit"),
}  # fmt: skip


@pytest.mark.parametrize(("play", "unit", "assignment", "action", "said"), STEPS.values(), ids=STEPS)
def test_the_next_step_is_the_same_in_the_sentence_and_in_the_fields(
    play: Play, unit: str | None, assignment: str | None, action: str, said: str
) -> None:
    history = two_units()
    play(history)
    where = now(history)
    assert (where.next_unit, where.next_assignment, where.next_action) == (unit, assignment, action)
    assert said in where.next


def test_before_the_first_build_there_is_nothing_but_waiting() -> None:
    history = two_units()
    where = standing(history.record, make_catalogue())
    assert (where.next_unit, where.next_assignment, where.next_action) == (None, None, "wait")


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 3, 5, None]), st.booleans()), max_size=12))
def test_whatever_happens_there_is_exactly_one_next_step(steps: list[tuple[int, int | None, bool]]) -> None:
    history = two_units()
    for which, points, hand_in in steps:
        todo = sorted(history.todo)
        if todo:
            name = todo[which % len(todo)]
            history.submit(name, {"x": points, "y": 5}) if hand_in else history.fetch(name)
    where = now(history)
    unit = next((one for one in where.units if one.unit == where.next_unit), None)
    assert where.next == unit.sentence if unit else where.next_action in ("done", "wait")
    assert (where.next_assignment is not None) == (where.next_action in ("open", "go-on"))
    if where.next_assignment:
        assert unit is not None
        assert where.next_assignment in unit.todo
        assert where.next_assignment in history.wanted


WORK: dict[str, tuple[Play, list[tuple[str, str, str]]]] = {
    "open": (lambda h: None, [("u1.a", "form", "open")]),
    "begun": (lambda h: h.fetch("u1.a"), [("u1.a", "form", "begun")]),
    "handed in": (stuck, [("u1.a", "form", "handed-in")]),
    "refused": (lambda h: h.reject("u1.a"), [("u1.a", "form", "not-counted")]),
    "a gap": (gap, [("u1.a", "form", "checked"), ("u1.x.diagram", "corrective", "open"),
                    ("u1.y.analogy", "corrective", "open")]),
    "at once": (lambda h: h.submit("u1.a", 5), [("u1.a", "form", "checked"), ("u1.enrichment", "enrichment", "open")]),
}  # fmt: skip


@pytest.mark.parametrize(("play", "expected"), WORK.values(), ids=WORK)
def test_everything_that_was_opened_is_told_with_what_became_of_it(
    play: Play, expected: list[tuple[str, str, str]]
) -> None:
    history = two_units()
    play(history)
    assert [(w.assignment, w.kind, w.state) for w in now(history).units[0].work] == expected


def test_work_says_what_it_is_for_and_when_it_was_handed_in() -> None:
    history = two_units()
    submission = history.submit("u1.a", {"x": 3, "y": 5})
    form, corrective = now(history).units[0].work
    assert (form.title, form.submission, form.at) == (
        "Unit u1, form a", submission, history.record.unit("u1").attempts[0].submission.at,
    )  # fmt: skip
    assert (corrective.title, corrective.objective, corrective.approach, corrective.submission, corrective.at) == (
        "Corrective by diagram: do x", "x", "diagram", None, None,
    )  # fmt: skip


def test_a_unit_says_what_it_requires_and_when_it_was_begun() -> None:
    history = two_units()
    history.fetch("u1.a")
    first, second = now(history).units
    assert (first.requires, second.requires) == ((), ("u1",))
    assert (first.begun_at, second.begun_at) == (history.record.unit("u1").engaged_at, None)


def test_the_new_fields_are_plain_values_in_the_published_standing() -> None:
    history = two_units()
    history.submit("u1.a", {"x": 3, "y": 5})
    published = now(history).to_json()
    assert published["next_assignment"] == "u1.x.diagram"
    assert published["units"][1]["requires"] == ["u1"]
    assert published["units"][0]["work"][1] == {
        "assignment": "u1.x.diagram", "kind": "corrective", "objective": "x", "approach": "diagram",
        "title": "Corrective by diagram: do x", "state": "open", "submission": None, "at": None,
    }  # fmt: skip
