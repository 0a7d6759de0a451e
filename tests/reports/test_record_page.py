"""`kit record LEARNER`: everything that happened to one learner, in words."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from kit.errors import UnknownName
from kit.records import Event
from kit.reports import record_page
from kit.reports.record import BAR, bar
from tests.reports.conftest import stuck
from tests.reports.written_history import BEGIN, History


def told(history: History, learner: str, width: int = 100) -> str:
    """The page as one line of words, without the line breaks of the terminal."""
    return " ".join(lines(history, learner, width).replace("\u00a0", " ").split())


def lines(history: History, learner: str, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(record_page(history.view(), learner))
    return out.getvalue()


def in_order(text: str, *words: str) -> bool:
    """Whether *words* occur in *text* one after the other."""
    place = 0
    for word in words:
        found = text.find(word, place)
        if found < 0:
            raise AssertionError(f"{word!r} does not come after {text[max(0, place - 80) : place]!r}")
        place = found + len(word)
    return True


def test_a_learner_who_needed_a_corrective_reads_as_a_story_in_order_of_time(cohort: History) -> None:
    text = told(cohort, "ada")
    assert in_order(
        text,
        "Ada Lovelace (ada)",
        "01-values Values and names mastered", "2 of 2 objectives shown", "1 attempt", "0 cycles",
        "2 h after it was begun", "Attempt 1, form a", "10 of 10 points", "5 of 5, needs 80 %", "● shown",
        "02-lists Lists and slicing mastered", "5 h after it was begun",
        "Attempt 1, form a", "3 of 5, needs 80 %", "◐ not yet",
        "Not yet there: “take a run of elements out of a list”.",
        "Corrective for slicing by number-line", "opened 2026-03-02 15:30, handed in 2026-03-02 16:00",
        "practice 100 % → attempt 2: shown",
        "Attempt 2, form b 2026-03-02 18:00", "4 of 5, needs 80 %", "● shown", "You have shown the objective",
    )  # fmt: skip


def test_what_is_open_is_told_too(cohort: History) -> None:
    cohort.fetch("ben", "01-values.text.tracing", 5)
    cohort.fetch("dan", "01-values.a", 8)
    assert in_order(told(cohort, "ben"), "Corrective for text by tracing", "not handed in yet")
    assert in_order(told(cohort, "dan"), "Form a opened 2026-03-02 17:00, fetched 2026-03-02 17:00")


def test_an_item_that_waits_for_a_person_is_not_a_zero(cohort: History) -> None:
    text = told(cohort, "cleo")
    assert in_order(text, "Attempt 1, form a", "It is graded; a part waits for a person.")
    assert "points" not in text


def test_overrides_say_who_when_and_why(cohort: History) -> None:
    cohort.override("ben", "01-values", "mastered", 10, "Showed it at the board, without help.", who="prof.hopper")
    text = told(cohort, "ben")
    assert in_order(text, "mastered by an instructor 2026-03-02 19:00", "8 h after it was begun")
    assert in_order(text, "✎ prof.hopper decided: mastered 2026-03-02 19:00", "Showed it at the board, without help.")


def test_attempts_before_a_reset_are_kept_and_marked(cohort: History) -> None:
    cohort.override("ben", "01-values", "reset", 10, "Was ill.")
    text = told(cohort, "ben")
    assert in_order(text, "Attempt 1, form a", "before the reset, no longer counted", "decided: reset", "Was ill.")


def test_submissions_that_do_not_count_are_told_with_their_reason(cohort: History) -> None:
    again = "01-values.a has been checked already; the first one that was checked counts."
    cohort.happen("set-aside", "ben", "01-values.a", 7, submission="s9", reason=again)
    cohort.fetch("dan", "01-values.a", 1)
    broken = cohort.submit("dan", "01-values.a", 2)
    cohort.happen("rejected", "dan", "01-values.a", 2, submission=broken, reason="It is not a notebook.")
    cohort.grade("dan", "01-values.a", 3, {"names": 5, "text": 5})
    stray = {"submission": "s8", "reason": "03-none.a was never opened for dan, so it does not count. It is kept."}
    cohort.write(Event("stray", "set-aside", "dan", BEGIN, "mastery-kit", None, "03-none.a", stray))
    assert in_order(told(cohort, "ben"), "Attempt 1", "Set aside: 01-values.a", again)
    # The rejected one stays told after a good one was handed in, and is no attempt.
    assert in_order(
        told(cohort, "dan"),
        "1 attempt", "Could not be taken: 01-values.a", "It is not a notebook.", "Attempt 1, form a", "10 of 10",
        "Not part of any unit", "03-none.a was never opened for dan",
    )  # fmt: skip


def test_a_fault_of_our_grader_is_told_as_ours(attention_cohort: History) -> None:
    text = told(attention_cohort, "finn")
    assert in_order(text, "It waits to be graded. The grader failed 3 times: The kernel did not start.")
    assert "0 of" not in text.replace("0 of 2 objectives", "").replace("0 of 1 objective", "")


def test_the_instructor_reads_why_they_are_asked_for(history: History) -> None:
    stuck(history, "eve")
    assert in_order(
        told(history, "eve"),
        "01-values",
        "look",
        "For the instructor: After 2 cycles of corrective and new form a gap is left.",
    )


def test_enrichment_is_part_of_the_record(cohort: History) -> None:
    cohort.fetch("ada", "01-values.enrichment", 4)
    assert in_order(told(cohort, "ada"), "Attempt 1, form a", "Enrichment opened 2026-03-02 13:00")


def test_a_unit_that_has_left_the_course_stays_in_the_record(cohort: History) -> None:
    view = cohort.view()
    for file in (view.course.units_dir / "02-lists").iterdir():
        file.unlink()
    (view.course.units_dir / "02-lists").rmdir()
    text = told(cohort, "ada")
    assert in_order(text, "02-lists (no longer part of the course)", "Corrective for slicing", "Attempt 2, form b")


@pytest.mark.parametrize("width", [60, 80, 140])
def test_it_fits_the_terminal(width: int, cohort: History) -> None:
    page = lines(cohort, "ada", width)
    assert max(len(line) for line in page.splitlines()) <= width
    assert in_order(told(cohort, "ada", width), "Attempt 2, form b", "4 of 5, needs 80 %", "● shown")


def test_a_learner_who_is_not_enrolled_is_unknown(cohort: History) -> None:
    with pytest.raises(UnknownName, match="kit status"):
        record_page(cohort.view(), "zoroaster")


BARS = {
    # share, criterion, cells filled (the stroke takes one)
    "nothing": (0.0, 0.8, 0),
    "just below the criterion": (0.79, 0.8, 15),
    "at the criterion": (0.8, 0.8, 16),
    "all": (1.0, 0.8, BAR - 1),
    "more than there is": (1.2, 0.8, BAR - 1),
}


@pytest.mark.parametrize(("share", "criterion", "filled"), BARS.values(), ids=BARS.keys())
def test_a_bar_reaches_the_stroke_exactly_when_the_score_does(share: float, criterion: float, filled: int) -> None:
    drawn = bar(share, criterion, "green").plain
    assert (len(drawn), drawn.count("━"), drawn.index("┃")) == (BAR, filled, 16)


def test_each_answer_is_told_with_how_sure_it_is(cohort: History) -> None:
    page = told(cohort, "ada")
    assert in_order(page, "5 of 5, needs 80 %", "● shown (73 % sure)", "3 of 5, needs 80 %", "◐ not yet (90 % sure)")


def test_a_decision_from_before_says_nothing_about_it() -> None:
    from kit.records import Verdict
    from kit.reports.sureness import how_sure

    assert how_sure(Verdict("x", "mastered", 5, 5, 0.8)) == ""
    assert how_sure(Verdict("x", "not-enough", 5, 5, 0.8, 0.738)) == "73\u00a0% likely so far"
    assert how_sure(Verdict("x", "mastered", 50, 50, 0.8, 0.99999)) == "99\u00a0% sure"
