"""What `kit check` says about a course, without running notebooks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.checks import CHECKS, CODES, Check, check_course
from kit.checks.leaks import shows
from kit.checks.tags import meant_tag
from kit.errors import Fault, UnknownName
from tests.checks.cases import CASES, HARMLESS, Case
from tests.checks.course import TOML, UNIT, all_of, append, edit, good_course, marked, tagged, variants


def test_a_good_course_has_no_fault(tmp_path: Path) -> None:
    assert check_course(good_course(tmp_path), fast=True) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.situation)
def test_a_bad_course_is_told_what_where_and_what_next(tmp_path: Path, case: Case) -> None:
    case.spoil(good_course(tmp_path))
    faults = check_course(tmp_path, fast=True)
    mine = [f for f in faults if f.code == case.code and f.where == case.where]
    assert mine, faults
    assert case.words in f"{mine[0].what} {mine[0].next}"
    assert mine[0].severity == case.severity
    assert mine[0].next
    assert {f.code for f in faults} == {case.code, *case.also}, faults


@pytest.mark.parametrize("spoil", HARMLESS.values(), ids=HARMLESS)
def test_what_is_fine_is_not_complained_about(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoil(good_course(tmp_path))
    assert check_course(tmp_path, fast=True) == []


def test_every_rule_says_what_why_and_an_example() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    for code, words in CODES.items():
        assert words.count("example:") == 1 or code in ("build-failed", "check-failed"), code
        assert code == code.lower().replace("_", "-")


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    spoil = all_of(
        append("course.toml", 'executor = "none"\ncriterion = 0.6\n'),
        edit(UNIT, "adding-1", marked("points", -1)),
        edit(UNIT, "adding-2", tagged("objective:nothing")),
        edit(UNIT, "adding-3", lambda cell: cell.update(outputs=[], execution_count=9)),
        variants("variants = {'a': {'n': 1}, 'b': {'n': 2}}"),
    )
    spoil(good_course(tmp_path))
    assert {f.code for f in check_course(tmp_path, fast=True) if f.severity == "error"} == {
        "executor-unknown", "outputs-committed", "objective-unknown", "points-wrong", "threshold-inflation",
    }  # fmt: skip


def test_only_the_units_asked_for_are_judged_but_the_course_always_is(tmp_path: Path) -> None:
    good_course(tmp_path, units={"01-one": (), "02-two": ("01-one",)})
    append("course.toml", 'exchange = "none"\n')(tmp_path)
    edit(UNIT, "adding-1", marked("points", 0))(tmp_path)
    codes = {f.code for f in check_course(tmp_path, units=frozenset({"02-two"}), fast=True)}
    assert codes == {"exchange-unknown", "missteps-missing"}


def test_a_unit_that_is_not_there_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="01-one"):
        check_course(good_course(tmp_path), units=frozenset({"07-seven"}), fast=True)


def test_a_rule_that_fails_does_not_hide_what_the_others_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slip(Check):
        code = "slip"

        def look(self, material: object) -> Iterator[Fault]:
            yield from [][1]

    monkeypatch.setattr("kit.checks.CHECKS", (Slip(), *CHECKS))
    edit(UNIT, "adding-1", marked("points", 0))(good_course(tmp_path))
    faults = check_course(tmp_path, fast=True)
    assert [f.code for f in faults] == ["points-wrong", "check-failed"] or [f.code for f in faults] == [
        "check-failed", "points-wrong",
    ]  # fmt: skip
    assert "IndexError" in next(f.what for f in faults if f.code == "check-failed")


def test_a_fast_check_changes_no_file_and_keeps_what_it_said(tmp_path: Path) -> None:
    good_course(tmp_path)
    edit(UNIT, "adding-1", lambda cell: cell.update(execution_count=3))(tmp_path)

    def files() -> dict[str, str]:
        found = (path for path in tmp_path.rglob("*") if path.is_file())
        return {path.relative_to(tmp_path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    before = files()
    check_course(tmp_path, fast=True)
    after = files()
    assert after.pop("gradebook/.check-verdicts.json")
    assert after == before


def test_the_progress_is_told(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    check_course(good_course(tmp_path), fast=True, watch=lambda *step: steps.append(step))
    assert steps == [("reading", 0, 1), ("reading", 1, 1)]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_a_notebook_holds_the_check_comes_back_with_faults(tmp_path: Path, data: st.DataObject) -> None:
    path = good_course(tmp_path) / UNIT
    book = json.loads(path.read_text())
    places = list(_places(book))
    parent, key = data.draw(st.sampled_from(places))
    parent[key] = data.draw(_JSON)
    path.write_text(json.dumps(book))
    assert "check-failed" not in {f.code for f in check_course(tmp_path, fast=True)}


def _places(value: object) -> Iterator[tuple]:  # type: ignore[type-arg]
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])  # type: ignore[index]


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("instruction", None),
        ("variants", None),
        ("objective:slicing", None),
        ("instrution", "instruction"),
        ("Instructions", "instruction"),
        ("variant", "variants"),
        ("Objective: slicing", "objective:slicing"),
        ("objektive:slicing", "objective:slicing"),
        ("objective-slicing", "objective:slicing"),
        ("objective", "objective:<name>"),
        ("objective:", "objective:<name>"),
        ("hide-input", None),
        ("raises-exception", None),
        ("parameters", None),
        ("construction-site", None),
        ("choices:4", None),
        ("choices: 4", "choices:<number of answers, 2 or more>"),
        ("choice:4", "choices:<number of answers, 2 or more>"),
        ("choices:1", "choices:<number of answers, 2 or more>"),
        ("choices:blue", "choices:<number of answers, 2 or more>"),
        ("choices", "choices:<number of answers, 2 or more>"),
    ],
)
def test_near_misses_of_tags_are_recognised_and_other_tools_tags_left_alone(tag: str, meant: str | None) -> None:
    assert meant_tag(tag) == meant


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        ("x = 1\ntotal=price*people  # so", "total = price * people", True),
        ("assert f('ab', 7) == 9, 'no'", 'assert f("ab", 7) == 9, (\n    "yes")', True),
        ("The answer:\n\n    total = price * people\n", "    total = price * people", True),
        ("Remember `total = price * people`.", "total = price * people", True),
        ("total = price * guests", "total = price * people", False),
        ("Mend this:\n\n    def f(a):\n        b = a * 2\n    return b + 1\n",
         "def f(a):\n    b = a * 2\n    return b + 1", False),
        ("a = 1\nb = 2\nc = 3", "a = 1\nc = 3", False),
    ],
    ids=["other layout", "other message", "a block in a text", "code in a sentence", "another statement",
         "broken indentation to be mended", "not in one piece"],
)  # fmt: skip
def test_a_secret_is_found_in_any_layout_but_not_in_what_is_to_be_mended(text: str, secret: str, shown: bool) -> None:
    assert shows(text, secret) is shown


def test_a_jupytext_source_is_checked_like_a_notebook(tmp_path: Path) -> None:
    root = good_course(tmp_path)
    import jupytext
    import nbformat

    book = nbformat.read(root / UNIT, as_version=4)
    jupytext.write(book, root / "units/01-one/unit.py", fmt="py:percent")
    (root / UNIT).unlink()
    assert check_course(root, fast=True) == []
    put = (root / "units/01-one/unit.py").read_text().replace('"points": 1', '"points": 0')
    (root / "units/01-one/unit.py").write_text(put)
    found = check_course(root, fast=True)
    assert {(f.code, f.where) for f in found} >= {("points-wrong", "units/01-one/unit.py, cell adding-1")}


def test_the_unit_toml_of_a_unit_that_cannot_be_read_does_not_make_it_unknown(tmp_path: Path) -> None:
    good_course(tmp_path, units={"01-one": (), "02-two": ("01-one",)})
    (tmp_path / TOML).write_text("broken = ")
    assert "requires-unknown" not in {f.code for f in check_course(tmp_path, fast=True)}
