"""What is said of a check that did not pass, by where it was carried out, where it failed, and when."""

from __future__ import annotations

import pytest

from kit.grading.executors import CellRun
from kit.grading.executors.job import Trouble
from kit.grading.notes import of_check, short
from kit.grading.trusted import SourceCell

FURTHER = "A further check with other values did not pass."
ONLY_THAT = "The check did not pass. Run it in your notebook and read what it says."
THAT_OR_FURTHER = f"{ONLY_THAT} If it passes there: a further check with other values did not pass."
SECRET = "7302"
SHOWN = "assert f(1) == 1, 'One stays one.'\nassert f(2) == 2, f'not {f(2)}'"
HIDDEN = f"{SHOWN}\n### BEGIN HIDDEN TESTS\nassert f({SECRET}) == {SECRET}, 'Large ones too.'\n### END HIDDEN TESTS"


def cell(source: str) -> SourceCell:
    return SourceCell("check", "code", source, SHOWN, "c", "c", {})


def said(source: str, name: str, line: int, *, inside: bool = False, late: bool = False) -> str:
    trouble = Trouble(name, f"'{SECRET}'", (("c", line),) if line else ())
    return of_check(cell(source), CellRun("c", "failed", trouble=trouble, late=late), 3, inside)


NAMES = ("ValueError", "ZeroDivisionError", "KeyError", "NameError", "NotImplementedError", "NotAPlainValue", "Own")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("source", "line", "where", "expected"),
    [
        pytest.param(HIDDEN, 4, {}, FURTHER, id="in the hidden part"),
        pytest.param(HIDDEN, 0, {}, FURTHER, id="nowhere"),
        pytest.param(HIDDEN, 1, {"inside": True}, THAT_OR_FURTHER, id="inside, as if in the visible part"),
        pytest.param(HIDDEN, 4, {"inside": True}, THAT_OR_FURTHER, id="inside, in the hidden part"),
        pytest.param(HIDDEN, 1, {"late": True}, THAT_OR_FURTHER, id="late, in the visible part"),
        pytest.param(SHOWN, 1, {"late": True}, ONLY_THAT, id="late, and no hidden part"),
        pytest.param(SHOWN, 1, {"late": True, "inside": True}, ONLY_THAT, id="late and inside, and no hidden part"),
    ],
)
def test_neither_the_message_nor_the_kind_of_an_exception_is_said_where_it_could_tell_a_hidden_value(
    name: str, source: str, line: int, where: dict[str, bool], expected: str
) -> None:
    assert said(source, name, line, **where) == expected


ASSERTIONS = {
    "visible, its message": (HIDDEN, 1, {}, "'7302'"),
    "hidden, the author's words": (HIDDEN, 4, {}, "A further check: Large ones too."),
    "inside, whatever line it says": (HIDDEN, 4, {"inside": True}, THAT_OR_FURTHER),
    "inside without a hidden part, its message": (SHOWN, 2, {"inside": True}, "'7302'"),
    "late, the author's words": (SHOWN, 1, {"late": True}, "One stays one."),
    "late, words made while it runs": (SHOWN, 2, {"late": True}, ONLY_THAT),
}


@pytest.mark.parametrize(("source", "line", "where", "expected"), ASSERTIONS.values(), ids=ASSERTIONS.keys())
def test_of_an_assertion_the_authors_own_words_are_said(
    source: str, line: int, where: dict[str, bool], expected: str
) -> None:
    assert said(source, "AssertionError", line, **where) == expected


def test_a_visible_failure_is_explained() -> None:
    assert said(HIDDEN, "ZeroDivisionError", 1).endswith("Something was divided by zero.")


def test_half_a_character_becomes_a_question_mark() -> None:
    assert short("a \ud800\n b") == "a ? b"
