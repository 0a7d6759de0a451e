"""What counts as a copy, in words and in code; the course that comes with the kit sets the measure."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from kit.checks import check_course
from kit.checks.material import Sheet, read_material
from kit.checks.repetition import (
    LONG_SHINGLE,
    SHARE_OF_CODE,
    SHARE_OF_RENAMED,
    SHARE_OF_WORDS,
    TOKENS_OF_A_RENAMED,
    TOKENS_OF_A_SHINGLE,
    TOKENS_OF_AN_EXAMPLE,
    WORDS_OF_A_SHINGLE,
    code_tokens,
    containment,
    repeated,
    shingles,
    side_by_side,
    words,
)
from kit.errors import Fault
from tests.checks.course import CORRECTIVE, UNIT, add, all_of, edit, good_course, source
from tests.courses import cell

ROOT = Path(__file__).resolve().parent.parent.parent
OTHER = CORRECTIVE.replace("diagram", "tracing")

LOANS = (
    "A library keeps a list of its books. Each book has a place in the list, and the places are counted from zero. To "
    "find a book you say its place in square brackets behind the name of the list."
)
SAME_IN_OTHER_WORDS = (
    "Imagine the coats in a cloakroom: every hook has a number, and the first hook is number zero. Whoever wants a "
    "coat calls the number, and the attendant hands over what hangs there, without taking it off the hook."
)
EXAMPLE = """books = ["Emma", "Dune", "Kim"]
first = books[0]
print("first:", first)
for book in books:
    if len(book) > 3:
        print(book, "is long")
    else:
        print(book, "is short")
"""
RENAMED = """# another shop
teas = ["green", "black", "white", "mint"]
cup = teas[1]
print("in the cup:", cup)
for tea in teas:
    if len(tea) > 4:
        print(tea, "with milk")
    else:
        print(tea, "without")
"""
ANOTHER = """shelf = ["Emma", "Dune", "Kim"]
position = 0
while position < len(shelf):
    print(position, shelf[position])
    position = position + 1
print("that was all of", len(shelf))
"""


def told(root: Path) -> list[Fault]:
    return [fault for fault in check_course(root, fast=True) if fault.code == "repeated-same-instruction"]


def text(words: str, where: str = UNIT):  # type: ignore[no-untyped-def]
    return edit(where, 1 if where == UNIT else 0, source(words))


def example(code: str, where: str = UNIT):  # type: ignore[no-untyped-def]
    return add(where, cell(code, *(["instruction"] if where == UNIT else [])))


@pytest.mark.parametrize(
    ("spoil", "how"),
    [
        pytest.param(all_of(text(LOANS), text(LOANS, CORRECTIVE)), "100% of its text", id="the same text"),
        pytest.param(
            all_of(text(LOANS), text(LOANS.replace("library", "shop").replace("zero", "nought"), CORRECTIVE)),
            "of its text", id="a word changed here and there",
        ),
        pytest.param(
            all_of(text(LOANS), text(f"{SAME_IN_OTHER_WORDS}\n\n**{LOANS.upper()}**", CORRECTIVE)), "of its text",
            id="copied in capitals and in bold, among words of its own",
        ),
        pytest.param(all_of(example(EXAMPLE), example(EXAMPLE, CORRECTIVE)), "cell 4 is the same example as cell 12",
                     id="the same example"),
        pytest.param(all_of(example(EXAMPLE), example(f"# look:\n{EXAMPLE}print(first)\n", CORRECTIVE)),
                     "nearly the same example", id="the same example with a line more"),
        pytest.param(all_of(example(EXAMPLE), example(RENAMED, CORRECTIVE)),
                     "with other names and values the same example", id="the example with other names and values"),
    ],
)  # fmt: skip
def test_a_corrective_that_repeats_the_unit_is_found(tmp_path: Path, spoil, how: str) -> None:  # type: ignore[no-untyped-def]
    spoil(good_course(tmp_path))
    found = told(tmp_path)
    assert [(fault.where, fault.severity) for fault in found] == [(CORRECTIVE, "error")]
    assert f"It repeats {UNIT}: " in found[0].what
    assert how in found[0].what


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(all_of(text(LOANS), text(SAME_IN_OTHER_WORDS, CORRECTIVE)), id="the same idea in other words"),
        pytest.param(all_of(example(EXAMPLE), example(ANOTHER, CORRECTIVE)), id="another way with the same list"),
        pytest.param(all_of(example("total = 3 + 4"), example("total = 3 + 4", CORRECTIVE)), id="one line alike"),
        pytest.param(
            all_of(text(LOANS + " Leave the other lines as they are."),
                   text(SAME_IN_OTHER_WORDS + " Leave the other lines as they are.", CORRECTIVE)),
            id="a sentence the course always says",
        ),
        pytest.param(all_of(text(f"```python\n{EXAMPLE}```"), text(f"```text\n{EXAMPLE}```", CORRECTIVE)),
                     id="a block of code in the text counts as no words"),
    ],
)  # fmt: skip
def test_a_corrective_that_goes_another_way_is_not(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(good_course(tmp_path))
    assert told(tmp_path) == []


def test_two_correctives_of_one_objective_may_not_repeat_each_other(tmp_path: Path) -> None:
    all_of(text(LOANS, CORRECTIVE), text(LOANS, OTHER))(good_course(tmp_path))
    assert [(fault.where, fault.what.split(":")[0]) for fault in told(tmp_path)] == [
        (OTHER, f"It repeats {CORRECTIVE}")
    ]


def test_a_copied_paragraph_is_found_in_a_long_notebook(tmp_path: Path) -> None:
    own = "\n\n".join(" ".join(f"w{n}x{m}" for m in range(20)) for n in range(80))
    all_of(text(LOANS), text(f"{own}\n\n{LOANS}", CORRECTIVE))(good_course(tmp_path))
    assert "3% of its text (counted in runs of 5 words) is there, too, up to 40 words" in told(tmp_path)[0].what


def test_copied_sentences_are_shown_side_by_side(tmp_path: Path) -> None:
    changed = LOANS.replace("find a book", "find the book")
    all_of(text(LOANS), text(changed, CORRECTIVE))(good_course(tmp_path))
    lines = told(tmp_path)[0].details.splitlines()
    assert [part.strip() for part in lines[0].split("│")] == [CORRECTIVE, UNIT]
    here, there = (" ".join(line.split("│")[side].strip() for line in lines[2:] if "│" in line) for side in (0, 1))
    assert "To find the book you say its place in square brackets" in here
    assert "To find a book you say its place in square brackets" in there


def test_what_is_shown_is_bounded() -> None:
    long = "\n".join(f"line {n} " + "x" * 40 for n in range(100))
    shown = side_by_side("here.py", "there.py", [(long, long)] * 50).splitlines()
    assert len(shown) < 45
    assert max(map(len, shown)) <= 110


@pytest.mark.parametrize(
    ("source", "tokens"),
    [
        ("total = price * 3  # so", ["name", "=", "name", "*", "0", "\n"]),
        ("x.append('a')", ["name", ".", "append", "(", "''", ")", "\n"]),
        ("if len(a) > 2: pass", ["if", "len", "(", "name", ")", ">", "0", ":", "pass", "\n"]),
        ("print('never closed", ["print", "("]),
        ("", []),
    ],
    ids=["names, numbers", "what is behind a dot stays", "keywords and built-ins stay", "broken code", "nothing"],
)
def test_a_renamed_copy_has_the_same_tokens(source: str, tokens: list[str]) -> None:
    found = code_tokens(source, renamed=True)
    assert found[: len(tokens)] == tokens


def test_shingles_are_runs_of_neighbours() -> None:
    assert shingles(list("abcd"), 3) == [("a", "b", "c"), ("b", "c", "d")]
    assert shingles(list("ab"), 3) == []
    assert containment(list("abcd"), list("xbcdy"), 3) == 0.5
    assert containment([], list("abc"), 3) == 0.0
    assert words("It **isn't** over: 3 dogs_") == ["it", "isn't", "over", "3", "dogs"]


def pairs() -> list[tuple[Sheet, Sheet]]:
    """(corrective, what a learner had before) of the course that comes with the kit."""
    material, _ = read_material(ROOT)
    assert material is not None
    found = []
    for unit in material.units:
        assert unit.sheet is not None
        for corrective in unit.correctives:
            found += [(corrective, unit.sheet)]
            found += [
                (corrective, other)
                for other in unit.correctives
                if other is not corrective and other.objective == corrective.objective
            ]
    return found


def test_the_course_that_comes_with_the_kit_stays_well_below_the_thresholds() -> None:
    texts: list[float] = []
    examples: list[float] = []
    renamed: list[float] = []
    for mine, theirs in pairs():
        assert repeated(mine, theirs) is None, (mine.where, theirs.where)
        texts.append(containment(prose(mine), prose(theirs), WORDS_OF_A_SHINGLE))
        for one, other in product(code(mine), code(theirs)):
            if len(tokens := code_tokens(one)) >= TOKENS_OF_AN_EXAMPLE:
                examples.append(containment(tokens, code_tokens(other), TOKENS_OF_A_SHINGLE))
            if len(tokens := code_tokens(one, renamed=True)) >= TOKENS_OF_A_RENAMED:
                renamed.append(containment(tokens, code_tokens(other, renamed=True), LONG_SHINGLE))
    assert 0 < max(texts) < SHARE_OF_WORDS / 2
    assert 0 < max(examples) < SHARE_OF_CODE * 0.8
    assert 0 < max(renamed) < SHARE_OF_RENAMED * 0.9


def prose(sheet: Sheet) -> list[str]:
    return words("\n".join(c.source for c in sheet.cells if c.kind == "markdown"))


def code(sheet: Sheet) -> list[str]:
    kinds = (c for c in sheet.cells if c.kind == "code" and "variants" not in c.tags)
    return [c.source for c in kinds if not c.is_item and not c.solution]
