"""The reports: questions asked of the frames, with answers worked out by hand."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import kit.reports
from kit.reports import REPORTS
from kit.reports.signs import SIGNS
from tests.reports.conftest import stuck
from tests.reports.test_frames import FRAMES, rows
from tests.reports.written_history import History, write_course


def test_the_cohort_map_has_a_row_per_learner_and_a_column_per_unit_in_the_courses_order(cohort: History) -> None:
    found = REPORTS["cohort-map"](cohort.view().frames)
    assert list(found.columns) == ["01-values", "02-lists"]
    assert found.to_dict("index") == {
        "ada": {"01-values": "mastered", "02-lists": "mastered"},
        "ben": {"01-values": "corrective", "02-lists": "locked"},
        "cleo": {"01-values": "waiting", "02-lists": "locked"},
        "dan": {"01-values": "open", "02-lists": "locked"},
    }


def test_units_stand_in_the_courses_order_and_not_by_name(tmp_path: Path) -> None:
    unit = 'title = "x"\napproach = "worked-example"\n{}[objectives.x]\ntitle = "x"\ncorrectives = ["tracing"]\n'
    units = {"01-needs-the-other": unit.format('requires = ["02-comes-first"]\n'), "02-comes-first": unit.format("")}
    history = History(write_course(tmp_path, units))
    history.enrol("ada")
    order = ["02-comes-first", "01-needs-the-other"]
    assert list(REPORTS["cohort-map"](history.view().frames).columns) == order
    assert list(REPORTS["unit-progress"](history.view().frames).index) == order
    assert list(REPORTS["time-to-mastery"](history.view().frames)["unit"]) == order


NEXT_STEPS = {
    "every form is seen": ("eve", ["After 2 cycles"], ["kit override eve 01-values --another-form", "kit build"]),
    "our grader failed": ("finn", ["failed 3 times", "did not start"], ["kit run --retry-faults"]),
    "an answer waits for a person": ("gina", ["1 answer", "by hand"], ["Formgrader", "kit run"]),
}


@pytest.mark.parametrize(("learner", "reasons", "steps"), NEXT_STEPS.values(), ids=NEXT_STEPS.keys())
def test_who_asks_for_an_instructor_comes_with_the_reason_and_the_next_step(
    learner: str, reasons: list[str], steps: list[str], attention_cohort: History
) -> None:
    found = REPORTS["attention"](attention_cohort.view().frames).set_index("learner").loc[learner]
    assert found["unit"] == "01-values"
    assert [words for words in reasons if words not in found["reason"]] == []
    assert [words for words in steps if words not in found["next"]] == []


def test_who_needs_nobody_is_not_on_the_attention_list(attention_cohort: History) -> None:
    assert list(REPORTS["attention"](attention_cohort.view().frames)["learner"]) == ["eve", "finn", "gina"]


def test_where_a_form_is_left_the_next_step_is_to_talk_and_open_it(tmp_path: Path) -> None:
    history = History(write_course(tmp_path, forms="abcd"))
    stuck(history, "eve")
    found = REPORTS["attention"](history.view().frames).iloc[0]
    assert (
        found["next"]
        == 'Look at `kit record eve` together, then `kit override eve 01-values --another-form --why "…"`.'
    )


def test_unit_progress_counts_every_learner_once_per_unit(cohort: History) -> None:
    found = REPORTS["unit-progress"](cohort.view().frames)
    counted = {unit: {state: n for state, n in row.items() if n} for unit, row in found.to_dict("index").items()}
    assert counted == {
        "01-values": {"learners": 4, "mastered": 1, "corrective": 1, "waiting": 1, "open": 1},
        "02-lists": {"learners": 4, "mastered": 1, "locked": 3},
    }


def test_first_and_final_compare_the_first_attempt_with_what_is_shown_now(cohort: History) -> None:
    columns = ("learner", "unit", "attempts", "first", "final", "all_at_first", "all_now")
    assert rows(REPORTS["first-and-final"](cohort.view().frames), *columns) == [
        ("ada", "01-values", 1, 1.0, 1.0, True, True),
        ("ada", "02-lists", 2, 0.6, 0.8, False, True),
        ("ben", "01-values", 1, 0.6, 0.6, False, False),
        # cleo's only attempt is not fully assessed: there is nothing to compare yet.
    ]


GROWN = {
    # situation: the attempts at (names, text), then what `final` must be over the ten points
    "an objective shown keeps the score that showed it": ([(5, 2), (1, 4)], (5 + 4) / 10),
    "what is not shown counts as it came out last": ([(5, 2), (5, 1)], (5 + 1) / 10),
    "nothing shown at all": ([(1, 2), (3, 1)], (3 + 1) / 10),
    "both shown at different attempts": ([(2, 4), (4, 0)], (4 + 4) / 10),
}


@pytest.mark.parametrize(("attempts", "final"), GROWN.values(), ids=GROWN.keys())
def test_final_takes_each_objective_where_it_was_shown_else_at_the_last(
    attempts: list[tuple[int, int]], final: float, history: History
) -> None:
    history.enrol("ada")
    for number, (names, text) in enumerate(attempts):
        history.attempt("ada", f"01-values.{'abc'[number]}", 3 + 5 * number, {"names": names, "text": text})
    found = REPORTS["first-and-final"](history.view().frames).iloc[0]
    assert found["final"] == pytest.approx(final)
    assert found["first"] == pytest.approx(sum(attempts[0]) / 10)


def test_after_a_reset_final_comes_from_what_was_done_since(history: History) -> None:
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 5})
    history.override("ada", "01-values", "reset", 3, "Somebody else had done it.")
    assert REPORTS["first-and-final"](history.view().frames).iloc[0]["final"] == 1.0
    history.attempt("ada", "01-values.b", 6, {"names": 1, "text": 2})
    found = REPORTS["first-and-final"](history.view().frames).iloc[0]
    assert (found["first"], found["final"], found["all_now"]) == (1.0, pytest.approx(0.3), False)


def test_gaps_by_objective_tell_who_tried_who_had_a_gap_and_who_has_it_now(cohort: History) -> None:
    columns = ("unit", "objective", "tried", "gap_at_first", "shown_now", "not_yet")
    assert rows(REPORTS["gaps-by-objective"](cohort.view().frames), *columns) == [
        ("01-values", "names", 2, 0, 2, 0),
        ("01-values", "text", 2, 1, 1, 1),
        ("02-lists", "slicing", 1, 1, 1, 0),
    ]


def test_approaches_count_what_was_opened_handed_in_and_what_followed(cohort: History) -> None:
    columns = ("approach", "opened", "handed_in", "followed", "shown", "practice")
    assert rows(REPORTS["approaches"](cohort.view().frames), *columns) == [
        ("number-line", 1, 1, 1, 1, 1.0),
        ("tracing", 1, 0, 0, 0, None),
    ]


def test_a_corrective_followed_by_a_gap_counts_among_what_followed(cohort: History) -> None:
    cohort.grade("ben", "01-values.text.tracing", 6, {"text": 1})
    cohort.attempt("ben", "01-values.b", 8, {"names": 5, "text": 3})
    found = REPORTS["approaches"](cohort.view().frames).set_index("approach").loc["tracing"]
    assert found.to_dict() == {"opened": 1, "handed_in": 1, "followed": 1, "shown": 0, "practice": 0.5}


def test_time_to_mastery_leaves_out_what_an_instructor_declared(cohort: History) -> None:
    cohort.override("ben", "01-values", "mastered", 100, "Showed it at the board.")
    columns = ("unit", "learners", "begun", "mastered", "by_override", "at_first", "cycles_median", "time_median")
    assert rows(REPORTS["time-to-mastery"](cohort.view().frames), *columns) == [
        ("01-values", 4, 3, 2, 1, 1, 0, pd.Timedelta(hours=2)),
        ("02-lists", 4, 1, 1, 0, 0, 1, pd.Timedelta(hours=5)),
    ]


def test_the_middle_of_the_times_is_the_median_not_the_mean(history: History) -> None:
    for learner, took in (("ada", 1), ("ben", 2), ("cleo", 30)):
        history.enrol(learner)
        history.attempt(learner, "01-values.a", 40, {"names": 5, "text": 5}, took=took)
    found = REPORTS["time-to-mastery"](history.view().frames).iloc[0]
    hours = [found[f"time_{name}"] / pd.Timedelta(hours=1) for name in ("q1", "median", "q3")]
    assert hours == pytest.approx([1.5, 2, 16])


def test_cycles_to_mastery_count_learners_by_the_attempts_that_left_a_gap(cohort: History) -> None:
    assert rows(REPORTS["cycles-to-mastery"](cohort.view().frames), "unit", "cycles", "learners") == [
        ("01-values", 0, 1),
        ("02-lists", 1, 1),
    ]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("enrolled", [(), ("ada",)], ids=["nobody enrolled", "nobody begun"])
def test_every_report_has_the_same_columns_before_anything_happened(
    name: str, enrolled: tuple[str, ...], history: History
) -> None:
    for learner in enrolled:
        history.enrol(learner)
    before = REPORTS[name](history.view().frames)
    history.enrol("zoe")
    history.attempt("zoe", "01-values.a", 2, {"names": 5, "text": 1})
    after = REPORTS[name](history.view().frames)
    if name == "cohort-map":
        assert set(before.columns) <= set(after.columns)
    else:
        assert list(before.columns) == list(after.columns)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_may_be_asked_of_a_part_of_the_cohort(name: str, cohort: History) -> None:
    frames = cohort.view().frames
    part = SimpleNamespace(**{f: (whole := getattr(frames, f))[whole["learner"] != "ada"] for f in FRAMES})
    found = REPORTS[name](part).reset_index()
    assert "ada" not in set(found.get("learner", ()))
    assert len(found) <= len(REPORTS[name](frames))


def test_what_the_package_offers_is_there_and_documented() -> None:
    offered = {name: getattr(kit.reports, name) for name in kit.reports.__all__}
    assert offered.keys() == {
        "REPORTS", "CourseView", "Frames", "load", "record_page", "status_table",
    }  # fmt: skip


def test_every_report_names_its_columns_in_its_docstring(cohort: History) -> None:
    for name, report in REPORTS.items():
        columns = [] if name == "cohort-map" else [c for c in report(cohort.view().frames).columns if c not in SIGNS]
        assert [column for column in columns if not re.search(rf"\b{column}\b", report.__doc__ or "")] == [], name


def test_gaps_by_objective_tell_how_sure_it_was_when_it_was_shown(cohort: History) -> None:
    found = REPORTS["gaps-by-objective"](cohort.view().frames)
    sure = dict(zip(found["objective"], found["certainty"], strict=True))
    assert sure["text"] == pytest.approx(1 - 0.8**6), "5 of 5"
    assert 0 < sure["slicing"] < 0.345, "4 of 5 after a gap is less than 4 of 5 at once"
