"""The instructor's report: every number against a small course worked out by hand."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from kit.errors import UnknownName
from kit.overview import Report, report, report_html
from kit.overview.evenness import WHOLE
from tests.reports.conftest import stuck
from tests.reports.test_frames import rows
from tests.reports.written_history import BEGIN, History, write_course

# Per learner: items right (names, text; of five each) on form a, then on form b if there was one.
CLASS = {
    "ann": ((1, 1), (4, 4)),  # 20 % → 80 %
    "bob": ((2, 2), (4, 4)),  # 40 % → 80 %
    "cat": ((3, 3), (5, 5)),  # 60 % → 100 %
    "dee": ((4, 4), None),    # 80 %, mastered at once
}  # fmt: skip


@pytest.fixture
def class_of_four(history: History) -> History:
    for learner, (first, second) in CLASS.items():
        history.enrol(learner)
        for hours, form, right in ((2, "a", first), (9, "b", second)):
            if right:
                history.attempt(learner, f"01-values.{form}", hours, dict(zip(("names", "text"), right, strict=True)))
    return history


def made(history: History, hours: float = 12, **how: object) -> Report:
    return report(history.view(), now=BEGIN + timedelta(hours=hours), **how)  # type: ignore[arg-type]


def test_the_achievement_gap_is_what_four_learners_give_by_hand(class_of_four: History) -> None:
    found = made(class_of_four).achievement_gap.set_index("unit").loc["01-values"]
    by_hand = {
        "n": 4, "first_mean": 0.5, "final_mean": 0.85,
        "first_sd": 0.05**0.5, "final_sd": 0.0075**0.5, "sd_ratio": 0.15**0.5,
        "first_gap": 0.8 - 0.2, "final_gap": 1.0 - 0.8,
        # Covariance: mean of the products 0.16, 0.32, 0.6 and 0.64, less 0.5 × 0.85.
        "correlation": 0.005 / (0.05 * 0.0075) ** 0.5,
    }  # fmt: skip
    assert {name: pytest.approx(float(found[name])) for name in by_hand} == by_hand
    assert found.filter(regex="_low|_high").isna().all(), "no interval from four learners"


def test_a_cohort_of_twenty_gets_intervals_that_hold_the_number_itself(history: History) -> None:
    for number in range(20):
        first, second = list(CLASS.values())[number % 4]
        history.enrol(f"l{number:02}")
        history.attempt(f"l{number:02}", "01-values.a", 2, dict(zip(("names", "text"), first, strict=True)))
        if second:
            history.attempt(f"l{number:02}", "01-values.b", 9, dict(zip(("names", "text"), second, strict=True)))
    found = made(history).achievement_gap.iloc[0]
    for name in (
        "first_mean",
        "final_mean",
        "first_sd",
        "final_sd",
        "sd_ratio",
        "first_gap",
        "final_gap",
        "correlation",
    ):
        assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"], name
        assert found[f"{name}_low"] < found[f"{name}_high"], name
    # Normal theory: 0.5 ± 1.96 · 0.2236 / √20.
    assert (found["first_mean_low"], found["first_mean_high"]) == pytest.approx((0.402, 0.598), abs=0.02)


def test_the_whole_course_takes_each_learners_mean(cohort: History) -> None:
    found = made(cohort).achievement_gap.set_index("unit")
    # ada: (1.0 + 0.6) / 2 → (1.0 + 0.8) / 2; ben: 0.6 → 0.6
    assert (found.loc[WHOLE, "n"], found.loc[WHOLE, "first_mean"], found.loc[WHOLE, "final_mean"]) == (2, 0.7, 0.75)
    assert pd.isna(found.loc["02-lists", "first_sd"]), "one learner has no spread"


def test_reteach_groups_are_those_who_miss_the_same_after_the_same(cohort: History) -> None:
    for learner in ("fay", "gus"):
        cohort.enrol(learner)
        cohort.attempt(learner, "01-values.a", 4, {"names": 5, "text": 1})
    assert rows(made(cohort).reteach, "unit", "objective", "had", "learners", "who") == [
        ("01-values", "text", "", 2, "fay, gus"),
        ("01-values", "text", "tracing", 1, "ben"),
    ]


def test_idle_is_who_could_go_on_and_gave_no_sign_for_a_week(cohort: History) -> None:
    found = made(cohort, hours=8 * 24).idle
    # ada is done, cleo waits for us.
    assert rows(found, "learner", "quiet", "unit", "state") == [
        ("dan", pd.Timedelta(days=8), "01-values", "open"),
        ("ben", pd.Timedelta(days=8) - pd.Timedelta(hours=5), "01-values", "corrective"),
    ]
    assert made(cohort, hours=7 * 24 - 1).idle.empty


def test_wheel_spinning_is_three_attempts_of_which_two_showed_nothing_new(history: History) -> None:
    stuck(history, "eve")
    for learner, third in (("ida", 5), ("joe", 0)):
        history.enrol(learner)
        for hours, form, text in ((2, "a", 0), (5, "b", 0), (9, "c", third)):
            history.attempt(learner, f"01-values.{form}", hours, {"names": 5, "text": text})
    found = made(history).wheel_spinning
    assert rows(found, "learner", "unit", "attempts", "without_progress", "shown", "objectives", "correctives") == [
        ("eve", "01-values", 3, 3, 0, 2, 4),
        ("joe", "01-values", 3, 2, 1, 2, 0),
    ]


def test_slow_against_fast_is_the_ninth_of_ten_over_the_first(history: History) -> None:
    for hours in range(1, 11):
        history.enrol(f"l{hours:02}")
        history.attempt(f"l{hours:02}", "01-values.a", 20, {"names": 5, "text": 5}, took=hours)
    found = made(history).time_ratio.set_index("unit")
    first = found.loc["01-values"]
    assert (first["n"], first["fast"], first["slow"]) == (10, pd.Timedelta(hours=1), pd.Timedelta(hours=9))
    assert first["ratio"] == 9
    assert found.loc["02-lists", "n"] == 0
    assert pd.isna(found.loc["02-lists", "ratio"])


@pytest.mark.parametrize(("learners", "moved", "flag"), [(19, 19, False), (20, 2, False), (20, 6, True)])
def test_lockstep_is_the_share_that_an_instructor_moved_on(
    learners: int, moved: int, flag: bool, history: History
) -> None:
    for number in range(learners):
        history.enrol(f"l{number:02}")
        if number < moved:
            history.override(f"l{number:02}", "01-values", "mastered", 3, "The class went on.")
        else:
            history.attempt(f"l{number:02}", "01-values.a", 2, {"names": 5, "text": 5})
    found = made(history).lockstep.set_index("unit").loc["01-values"]
    assert (found["mastered"], found["by_override"], found["share"]) == (learners, moved, moved / learners)
    assert found["flag"] == flag


def test_the_states_are_those_of_the_standing(attention_cohort: History) -> None:
    view = attention_cohort.view()
    told = {(s.learner, u.unit): (u.state, u.cycles) for s in view.standings.values() for u in s.units}
    found = report(view).map
    shown = zip(found["learner"], found["unit"], found["state"], found["cycles"], strict=True)
    assert {(who, unit): (state, cycles) for who, unit, state, cycles in shown} == told


SMALL = {
    "nobody": lambda history: None,
    "one who has not begun": lambda history: history.enrol("ada"),
    "one with a gap": lambda history: (
        history.enrol("ada"),
        history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 1}),
    ),
}


@pytest.mark.parametrize("happened", SMALL.values(), ids=SMALL.keys())
def test_every_frame_can_be_made_for_hardly_anybody(happened, history: History) -> None:  # type: ignore[no-untyped-def]
    happened(history)
    found = report(history.view())
    names = [name for name in dir(Report) if not name.startswith("_") and name not in ("title", "frames", "as_of")]
    assert len(names) >= 16
    assert all(isinstance(getattr(found, name), pd.DataFrame) for name in names)


def test_without_names_nothing_of_a_learner_is_on_the_page_and_the_pseudonym_stays(attention_cohort: History) -> None:
    cohort = attention_cohort
    cohort.enrol("zoe", "Zoë Zimmermann")
    cohort.attempt("zoe", "01-values.a", 4, {"names": 5, "text": 1})
    page, again = (report_html(made(cohort, 400, anonymous=True)) for _ in range(2))
    words = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    for told in ("zoe", "Zimmermann", "eve", "finn", "gina", "hugo", "kit override", "did not start"):
        assert not re.search(rf"\b{told}\b", words), told
    pseudonyms = set(re.findall(r"L-[A-Z2-7]{6}\b", page))
    assert len(pseudonyms) == 5
    assert page == again
    assert (cohort.course.gradebook_dir / "pseudonyms.key").stat().st_mode & 0o777 == 0o600
    assert "Zoë Zimmermann" in report_html(made(cohort))


def test_pseudonyms_of_two_courses_have_nothing_in_common(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        history = History(write_course(tmp_path / name))
        history.enrol("ada")
        found.append(made(history, anonymous=True).people["learner"].iloc[0])
    assert found[0] != found[1]


def test_a_section_that_is_not_there_is_told(cohort: History) -> None:
    with pytest.raises(UnknownName, match="No learner of this course is in a section"):
        made(cohort, section="monday")
