"""What ties a learner's work to the calendar, and what only speaks of days and hours."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.checks.deadlines import tied_to_the_calendar
from kit.checks.lockstep import is_about_time
from kit.checks.material import read_material

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    "sentence",
    [
        "Hand it in by Friday.",
        "Please submit your notebook before the end of the week.",
        "- Submit until Sunday",
        "Finish this unit before the next lecture.",
        "Complete this sheet by 23:59 tonight.",
        "You must hand in this unit by Monday.",
        "**Due:** Friday, 3 May",
        "Deadline: 2026-05-03, 23:59",
        "This notebook is due on 3 May.",
        "The deadline for this assignment is June 12.",
        "All exercises have to be handed in by week 5.",
        "The test closes at 18:00 on Friday.",
        "Late submissions lose 10 points per day.",
        "Late work is not accepted.",
        "10 % for each day late.",
        "You have 45 minutes to answer all tasks.",
        "Time limit: 90 minutes",
    ],
)
def test_a_sentence_that_asks_for_work_by_a_date_is_found(sentence: str) -> None:
    assert tied_to_the_calendar(f"# Lists\n\nSome words about lists.\n\n{sentence}\n\nMore words.") == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ada's library book is due on 3 May.", id="somebody else's date"),
        pytest.param("The list holds the due dates of four books: 3 May, 4 May and 9 June.", id="dates as data"),
        pytest.param("Compute how many days are left until 3 May.", id="a task about dates"),
        pytest.param("The train leaves at 18:00 on Friday.", id="a timetable"),
        pytest.param("A loan of 3 weeks ends on Monday.", id="a span in a story"),
        pytest.param("You have 10 minutes to catch the bus.", id="minutes in a story"),
        pytest.param("On Monday 6 buses came late.", id="late buses"),
        pytest.param("Orders that arrive late cost 10 euros more.", id="late orders"),
        pytest.param("The function `late(number)` gives 3.5 times the number.", id="a name in code"),
        pytest.param("`Submit this notebook by Friday` is a text of 30 characters.", id="a text in code"),
        pytest.param("```\nDeadline: 3 May\n```", id="a block of code"),
        pytest.param("    Due: Friday", id="an indented block"),
        pytest.param("> Hand it in by Friday.", id="a quotation"),
        pytest.param("Later cells may need what earlier cells did.", id="later cells"),
        pytest.param("It takes about 10–15 minutes.", id="an estimate"),
        pytest.param("You may work on Friday or Sunday.", id="a free choice"),
        pytest.param("Hand it in when you are ready.", id="no date"),
        pytest.param("There is no deadline. Hand it in when you feel ready, in May or in June.", id="no deadline"),
        pytest.param("Late answers are as good as early ones.", id="a promise"),
        pytest.param("Do the steps 1 to 3 before you go on.", id="an order of steps"),
        pytest.param("Send a greeting to Ada before you read on.", id="before, but no time"),
    ],
)
def test_a_sentence_about_days_and_hours_alone_is_not(text: str) -> None:
    assert tied_to_the_calendar(text) == []


def test_the_course_that_comes_with_the_kit_raises_no_false_alarm() -> None:
    material, _ = read_material(ROOT)
    assert material is not None
    texts = [cell.source for sheet in material.sheets for cell in sheet.cells if cell.kind == "markdown"]
    assert len(texts) > 200
    assert [found for text in texts for found in tied_to_the_calendar(text)] == []


@pytest.mark.parametrize(
    ("key", "about_time"),
    [
        ("due", True), ("due-date", True), ("deadline", True), ("late_penalty", True), ("LateSubmissions", True),
        ("time_limit", True), ("minutes", False), ("latex_envs", False), ("lateral", False), ("title", False),
    ],
)  # fmt: skip
def test_a_key_that_fixes_a_date_is_told_from_one_that_only_sounds_like_it(key: str, about_time: bool) -> None:
    assert is_about_time(key) is about_time
