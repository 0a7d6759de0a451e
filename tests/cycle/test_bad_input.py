"""Bad input gets a clear answer and loses nothing."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import GradebookError, LedgerError, NotGranted, SubmissionRefused
from kit.exchange import open_exchange
from kit.gradebook import Gradebook
from kit.grading.show import as_text
from tests.courses import write_course
from tests.cycle.school import School


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(write_course(tmp_path / "course", items=1), "ada")


def archived(school: School) -> int:
    return len(list((school.root / "gradebook/archive/ada").glob("*")))


def test_a_form_already_checked_is_kept_not_counted_and_the_learner_is_told(school: School) -> None:
    school.submit("ada", "01-one.a", 0)
    school.run()
    school.submit("ada", "01-one.a", 1)
    school.run()
    unit = school.unit("ada")
    assert unit.attempts[0].decision.outcome == "gaps"
    assert len(unit.attempts) == 1
    assert archived(school) == 2
    assert "01-one.a has been checked already" in school.notices("ada")[0]


def test_of_two_handed_in_before_anything_was_checked_the_later_one_counts(school: School) -> None:
    school.submit("ada", "01-one.a", 0)
    school.submit("ada", "01-one.a", 1)
    school.run()
    assert school.unit("ada").mastered_at
    assert len(school.unit("ada").attempts) == 1
    assert archived(school) == 2


def test_the_notebook_of_another_form_is_rejected_and_the_right_one_still_counts(school: School) -> None:
    school.submit("ada", "01-one.a", 0)
    school.run()
    for name in ("01-one.adding.diagram", "01-one.taking.analogy"):
        school.submit("ada", name, 0)
    school.run()
    folder = school.fetch("ada", "01-one.b")
    shutil.copy(school.desk("ada") / "01-one.a/01-one.ipynb", folder)
    school.hand_in("ada", "01-one.b")
    school.run()
    assert "form a" in school.next("ada")
    assert "form b" in school.next("ada")
    assert len(school.unit("ada").attempts) == 1
    school.submit("ada", "01-one.b", 1)
    school.run()
    assert school.unit("ada").mastered_at


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"cells": [', id="cut off in the middle"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"{}", id="no notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_rejected_with_a_sentence_and_may_be_handed_in_again(school, content) -> None:
    folder = school.fetch("ada", "01-one.a")
    (folder / "01-one.ipynb").write_bytes(content)
    school.hand_in("ada", "01-one.a")
    school.run()
    assert school.unit("ada").submissions["01-one.a"].state == "rejected"
    (page,) = open_exchange(school.course).feedback("ada", "01-one.a")
    assert html.escape(school.unit("ada").submissions["01-one.a"].reason).encode() in page.html
    assert "submit" in school.next("ada") or "hand it in" in school.next("ada")
    assert school.todo("ada") == ["01-one.a"]
    school.submit("ada", "01-one.a", 1)
    school.run()
    assert school.unit("ada").mastered_at


def test_a_hundred_megabytes_are_refused_at_the_counter_and_nothing_is_taken_in(school: School) -> None:
    folder = school.fetch("ada", "01-one.a")
    with (folder / "junk.bin").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SubmissionRefused, match="MB"):
        school.hand_in("ada", "01-one.a")
    assert list(open_exchange(school.course).arrivals()) != [], "the fetch is there"
    school.run()
    assert archived(school) == 0


def test_a_hundred_megabytes_put_past_the_counter_do_not_count_and_are_not_copied(school: School) -> None:
    receipt = school.submit("ada", "01-one.a")
    waiting = next((school.root / "gradebook/exchange/ada/inbox").glob(f"*{receipt.submission}*"))
    with (waiting / "junk.bin").open("wb") as file:
        file.truncate(100_000_000)
    school.run()
    assert archived(school) == 0
    assert "MB" in school.notices("ada")[0]
    assert school.todo("ada") == ["01-one.a"]


@pytest.mark.parametrize("name", ["01-one.b", "02-two.a", "../ada", "01-one.adding.diagram"])
def test_what_is_not_open_cannot_be_fetched_or_handed_in(school: School, name: str) -> None:
    exchange = open_exchange(school.course)
    folder = school.fetch("ada", "01-one.a")
    with pytest.raises(NotGranted):
        exchange.fetch("ada", name, school.desk("ada"))
    with pytest.raises(NotGranted):
        exchange.submit("ada", name, folder)


def test_a_damaged_ledger_stops_everything_and_names_the_way_back(school: School) -> None:
    from kit.ledger import journal_path, restore

    school.submit("ada", "01-one.a", 1)
    school.run()
    before = school.state()
    for path in (school.root / "gradebook").glob("mastery.db*"):
        path.unlink()
    (school.root / "gradebook/mastery.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerError, match="kit restore"):
        school.run()
    (school.root / "gradebook/mastery.db").rename(school.root / "gradebook/mastery.db.broken")
    restore(school.course.ledger_url, journal_path(school.course))
    school.run()
    assert school.state() == before


def test_a_damaged_gradebook_stops_everything_before_anything_is_changed(school: School) -> None:
    school.submit("ada", "01-one.a", 1)
    path = school.root / "gradebook/gradebook.db"
    good = path.read_bytes()
    for found in path.parent.glob("gradebook.db*"):
        found.unlink()
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(GradebookError, match="damaged"):
        school.run()
    path.write_bytes(good)
    school.run()
    assert school.unit("ada").mastered_at


def test_our_graders_fault_is_nobodys_zero(school: School) -> None:
    school.submit("ada", "01-one.a", 1)
    source = school.root / "gradebook/source/01-one.a/01-one.ipynb"
    good = source.read_text()
    source.write_text("broken by somebody")
    for _ in range(3):
        school.run()
    unit = school.unit("ada")
    assert unit.submissions["01-one.a"].faults == 3
    assert unit.attempts[0].decision is None
    assert "the fault is ours" in school.next("ada")
    assert "grader failed 3 times" in school.standing("ada").attention[0][1]
    school.run()
    assert school.unit("ada").submissions["01-one.a"].faults == 3, "it is not tried for ever"
    source.write_text(good)
    school.run(retry_faults=True)
    assert school.unit("ada").mastered_at


def test_a_submission_of_somebody_never_enrolled_changes_nothing(school: School) -> None:
    receipt = school.submit("ada", "01-one.a", 1)
    exchange = school.root / "gradebook/exchange"
    shutil.copytree(exchange / "ada", exchange / "eve")
    school.run()
    assert school.records()["eve"].enrolled_at is None
    assert school.records()["eve"].units == {}
    assert school.unit("ada").submissions["01-one.a"].id == receipt.submission
    assert "eve" not in {row[0] for row in school.state()["scores"]}


# --- what cannot be written down --------------------------------------------------------------------------------------

HALF_A_CHARACTER = {
    "printed": "print('\\ud800')",
    "raised": "raise ValueError('\\ud800')",
    "shown": "class Odd:\n    def __repr__(self): return '\\ud800'\nOdd()",
    "as the answer": "adding_1 = taking_1 = '\\ud800'",
}


def answer_everywhere(school: School, source: str) -> None:
    """Ada's form, with *source* in every answer cell."""
    path = school.fetch("ada", "01-one.a") / "01-one.ipynb"
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = source
    path.write_text(json.dumps(book))
    school.hand_in("ada", "01-one.a")


@pytest.mark.parametrize("source", HALF_A_CHARACTER.values(), ids=HALF_A_CHARACTER.keys())
def test_half_a_character_is_graded_like_anything_else_and_so_is_everybody(tmp_path: Path, source: str) -> None:
    school = School(write_course(tmp_path / "course", items=1), "ada", "ben")
    answer_everywhere(school, source)
    school.submit("ben", "01-one.a", 1)
    school.run()
    assert school.unit("ada").submissions["01-one.a"].state == "graded"
    assert school.unit("ada").attempts[0].decision.outcome == "gaps"
    assert school.unit("ben").mastered_at


@pytest.mark.parametrize("part", ["the page", "the notebook", "the gradebook"])
def test_a_result_that_cannot_be_put_out_is_our_fault_and_holds_up_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    school = School(write_course(tmp_path / "course", items=1), "ada", "ben")
    answer_everywhere(school, "adding_1 = 'breaks'")
    school.submit("ben", "01-one.a", 1)
    broken = breaking(part)
    monkeypatch.setattr(*broken)
    school.run()
    ada = school.unit("ada").submissions["01-one.a"]
    assert (ada.state, ada.faults) == ("waiting", 1)
    assert school.unit("ben").mastered_at
    monkeypatch.undo()
    school.run()
    assert school.unit("ada").submissions["01-one.a"].state == "graded"


def breaking(part: str) -> tuple[str, object]:
    """A place in the kit and what breaks there, as a mistake of ours would, for the answer with "breaks" in it."""
    if part == "the notebook":
        return "kit.stages.grade.as_text", lambda notebook: _unless("breaks" in str(notebook), as_text, notebook)
    if part == "the page":
        return "kit.grading.feedback._cut", lambda text: _unless("breaks" in text, str, text)
    write = Gradebook.write_scores
    return "kit.gradebook.Gradebook.write_scores", lambda *args: _unless(args[1] == "ada", write, *args)


def _unless(broken: bool, function: Callable[..., Any], *args: Any) -> Any:
    if broken:
        raise RecursionError("\ud800")
    return function(*args)
