"""Which cell of a submission answers which cell of the source, and the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kit.grading.match import place
from kit.grading.read import LearnerCell
from kit.grading.trusted import Role, SourceCell


def of_source(name: str, role: Role, kind: str = "code") -> SourceCell:
    marked = role != "plain"
    metadata = {"nbgrader": {"grade_id": name}} if marked else {}
    return SourceCell(
        role, kind, f"{name} (author)", f"{name} (released)", f"id-{name}", name if marked else "", metadata
    )


SOURCE = (
    of_source("intro", "plain", "markdown"),
    of_source("a", "answer"),
    of_source("A", "check"),
    of_source("middle", "plain", "markdown"),
    of_source("b", "answer"),
    of_source("B", "check"),
    of_source("data", "locked"),
    of_source("c", "manual", "markdown"),
)


def sent(words: str) -> list[LearnerCell]:
    """A submission in short: each word is one cell.

    ``a`` as released · ``a!`` answered · ``a~`` without grade_id but with its cell id · ``a?`` with neither ·
    ``+x`` a cell of the learner's own · ``a=b`` answered, with the grade_id of b · ``a?=b`` and without its cell id
    """
    kinds = {cell.grade_id or cell.id.removeprefix("id-"): cell.type for cell in SOURCE}
    cells = []
    for word in words.split():
        name = word.split("=")[0].strip("!~?")
        if word.startswith("+"):
            cells.append(LearnerCell("code", word, "", ""))
            continue
        grade_id = "" if name in ("intro", "middle") else word.split("=")[1] if "=" in word else name
        source = f"{name} (released)" if word == name else f"{name} (mine)"
        cells.append(
            LearnerCell(
                kinds[name], source, "" if "?" in word else f"id-{name}", grade_id if word[-1] not in "~?" else ""
            )
        )
    return cells


def shown(cells: Sequence[LearnerCell]) -> str:
    """The placed cells in short: ``a!`` the learner's text, ``A`` the author's, ``A+`` put back, ``A*`` replaced,
    ``(a)`` deleted."""
    words = []
    for placed in place(SOURCE, cells):
        name = placed.source.split(" ")[0]
        mark = {"restored": "+", "replaced": "*"}.get(placed.fate, "!" if placed.changed and placed.origin else "")
        words.append(f"({name})" if placed.fate == "absent" else f"{name}{mark if not name.startswith('+') else ''}")
    return " ".join(words)


TABLE = {
    "as released": ("intro a A middle b B data c", "intro a A middle b B data c"),
    "answered": ("intro a! A middle b! B data c!", "intro a! A middle b! B data c!"),
    "an edited check is replaced": ("intro a! A! middle b! B data c", "intro a! A* middle b! B data c"),
    "a deleted check is put back": ("intro a! middle b! B data c", "intro a! A+ middle b! B data c"),
    "all checks and data are deleted": ("a! b! c!", "a! A+ b! B+ data+ c!"),
    "everything is deleted": ("", "(a) A+ (b) B+ data+ (c)"),
    "an answer is deleted": ("intro A middle b! B data c", "intro (a) A middle b! B data c"),
    "own cells run where they stand": (
        "+x intro a! +y A +z middle b! B data c", "+x intro a! +y A +z middle b! B data c"),
    "a check put back comes after the cells that follow its answer": (
        "intro a! +helper middle b! B data c", "intro a! +helper A+ middle b! B data c"),
    "a check moved to the top goes back": ("B A intro a! middle b! data c", "intro a! A middle b! B data c"),
    "answers in another order take their checks along": (
        "intro b! B data a! A middle c", "intro b! B data a! A middle c"),
    "grade_id lost, cell id kept": ("intro a~ A~ middle b~ B~ data~ c~", "intro a! A* middle b! B* data* c!"),
    "both lost, one place it can be": ("intro a? A middle b! B data c", "intro a! A middle b! B data c"),
    "both lost, two places it can be": ("intro a? +x A middle b! B data c", "intro a +x (a) A middle b! B data c"),
    "a copy that was worked in wins over the untouched first": (
        "intro a a! A middle b! B data c", "intro a a! A middle b! B data c"),
    "a copy beside a worked-in first is an own cell": (
        "intro a! a A middle b! B data c", "intro a! a A middle b! B data c"),
    "an answer with the name of its check": ("intro a=A A middle b! B data c", "intro a! A middle b! B data c"),
    "an answer with the name of its check, which is gone": (
        "intro a=A middle b! B data c", "intro a! A+ middle b! B data c"),
    "an answer with the name of its check, without its cell id": (
        "intro a?=A A middle b! B data c", "intro a! A middle b! B data c"),
    "an answer with the name of its check, which is gone, without its cell id": (
        "intro a?=A middle b! B data c", "intro a! A+ middle b! B data c"),
    "an answer with the name of its check, which was edited": (
        "intro a=A A! middle b! B data c", "intro a! A* middle b! B data c"),
    "an answer with the name of a locked cell": ("intro a! A middle b=data B data c", "intro a! A middle b! B data c"),
    "an edited check without its cell id": ("intro a! A?=A middle b! B data c", "intro a! A* middle b! B data c"),
    "an edited check and an answer, both without what they had": (
        "intro a? A?=A middle b! B data c", "intro a! A* middle b! B data c"),
    "a check and an edited copy of it": ("intro a! A A?=A middle b! B data c", "intro a! A A middle b! B data c"),
    "the wrong grade_id, the right cell id": ("intro a! A middle b=a B data c", "intro a! A middle b! B data c"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), TABLE.values(), ids=TABLE.keys())
def test_cells_are_found_and_ordered(words: str, expected: str) -> None:
    assert shown(sent(words)) == expected


@pytest.mark.parametrize("words", [words for words, _ in TABLE.values()], ids=TABLE.keys())
def test_every_cell_of_the_author_is_there_once_and_no_cell_of_the_learner_is_lost(words: str) -> None:
    cells = sent(words)
    placed = place(SOURCE, cells)
    graded = [cell for cell in SOURCE if cell.role != "plain"]
    assert [sum(p.origin is cell for p in placed) for cell in graded] == [1] * len(graded)
    trusted = {id(p.cell) for p in placed if p.cell}
    lost = [c for c in cells if id(c) not in trusted and c.source.split()[0] not in ("A", "B", "data")]
    assert not lost
    assert len({p.key for p in placed}) == len(placed)


def test_locked_cells_always_run_the_authors_text() -> None:
    for words, _ in TABLE.values():
        for placed in place(SOURCE, sent(words)):
            if placed.role in ("check", "locked"):
                assert placed.source.endswith("(author)")
            elif placed.origin is not None:
                assert "(author)" not in placed.source


def test_an_answer_turned_into_text_is_still_code() -> None:
    cells = [LearnerCell("markdown", "a = 1", "id-a", "a")]
    placed = next(p for p in place(SOURCE, cells) if p.origin is SOURCE[1])
    assert (placed.type, placed.source, placed.runs) == ("code", "a = 1", True)
