"""The frames: as documented whatever happened, hand-calculated where small, the same as kit.psychometrics gives."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kit.analysis
from kit.analysis import columns, plots, views
from kit.analysis.drawing import as_file
from kit.analysis.sheets import sheets
from kit.errors import UnknownName
from kit.psychometrics.decision_table import beta_binomial, fit_beta_binomial
from kit.psychometrics.items import alpha_if_deleted, difficulty, discrimination
from kit.psychometrics.posterior import wilson_interval
from kit.psychometrics.reliability import alpha, kr21
from kit.records import SYSTEM, Event
from kit.reports import CourseView
from tests.analysis.cohort import UNIT, World, make_course, play
from tests.reports.test_frames import rows
from tests.reports.written_history import BEGIN, History, write_course

FRAMES = {
    "items": columns.ITEMS, "forms": columns.FORMS, "form_comparison": columns.COMPARISON,
    "form_drift": columns.DRIFT, "correctives": columns.CORRECTIVES, "decisions": columns.DECISIONS,
    "certainties": columns.CERTAINTIES, "retests": columns.RETESTS,
}  # fmt: skip


def nobody(history: History) -> None:
    """No learner at all."""


def one(history: History) -> None:
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 2})
    history.attempt("ada", "01-values.text.tracing", 3, {"text": 1}, took=0.5)
    history.attempt("ada", "01-values.b", 5, {"names": 4, "text": 5})


def two(history: History) -> None:
    one(history)
    history.enrol("ben")
    history.attempt("ben", "01-values.a", 4, {"names": 5, "text": None})


def begun(history: History) -> None:
    history.enrol("ada")
    history.fetch("ada", "01-values.a", 1)


def unread(history: History) -> None:
    """A corrective and a form that were handed in and not graded yet."""
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 2})
    history.fetch("ada", "01-values.text.tracing", 3)
    history.submit("ada", "01-values.text.tracing", 4)
    history.fetch("ada", "01-values.b", 5)
    history.submit("ada", "01-values.b", 6)


SITUATIONS = {"n = 0": nobody, "begun": begun, "n = 1": one, "n = 2, one with a NULL": two, "not graded yet": unread}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(write_course(tmp_path))


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("happened", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_columns_and_dtypes_are_the_documented_ones_whatever_happened(
    name: str, happened: Callable[[History], None], history: History
) -> None:
    happened(history)
    frame = getattr(kit.analysis, name)(history.view())
    assert [(column, str(dtype)) for column, dtype in frame.dtypes.items()] == documented(name)


def documented(name: str) -> list[tuple[str, str]]:
    lines = inspect.cleandoc(getattr(kit.analysis, name).__doc__).splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("----"))
    found = []
    for line in lines[head + 1 :]:
        if not line.strip():
            break
        if not line.startswith(" "):  # a meaning that goes on in a second line
            column, dtype, unit, meaning = re.split(r"\s{2,}", line, maxsplit=3)
            assert unit in {"–", "number", "points", "points²", "0–1", "−1–1", "≤ 1", "UTC", "duration"}, line
            assert len(meaning.split()) >= 2, line
            found.append((column, dtype))
    return found


@pytest.mark.parametrize("name", views.VIEWS)
@pytest.mark.parametrize("happened", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_with_so_few_nothing_is_flagged_and_everything_can_be_shown(
    name: str, happened: Callable[[History], None], history: History
) -> None:
    happened(history)
    view = history.view()
    for part in views.VIEWS[name].parts:
        frame = part.frame(view, None)
        assert "flags" not in frame or frame["flags"].isna().all()
    assert as_file(views.VIEWS[name].plot(view, None))[:4] == b"\x89PNG"


def test_one_learner_by_hand(history: History) -> None:
    one(history)
    view = history.view()
    items = kit.analysis.items(view, "01-values", "a")
    assert rows(items, "item", "n", "difficulty", "discrimination", "alpha", "form_time")[4:8] == [
        ("names-5", 1, 1.0, None, None, timedelta(hours=1)),
        ("text-1", 1, 1.0, None, None, timedelta(hours=1)),
        ("text-2", 1, 1.0, None, None, timedelta(hours=1)),
        ("text-3", 1, 0.0, None, None, timedelta(hours=1)),
    ]
    assert rows(kit.analysis.forms(view), "form", "n", "first_attempts", "mean", "variance", "mean_se") == [
        ("a", 1, 1, 7.0, 0.0, None),
        ("b", 1, 0, 9.0, 0.0, None),
    ]
    found = kit.analysis.correctives(view)
    counts = ("objective", "approach", "given", "taken", "completed", "followed", "success", "rate", "retest", "flags")
    assert rows(found, *counts) == [("text", "tracing", 1, 1, 1, 1, 1, 1.0, None, None)]
    assert rows(found, "work_time", "until_next") == [(timedelta(hours=0.5), timedelta(hours=2))]
    low, high = wilson_interval(1, 1)
    assert rows(found, "rate_low", "rate_high") == [(pytest.approx(low), pytest.approx(high))]


def test_what_is_not_assessed_is_counted_and_never_a_zero(history: History) -> None:
    two(history)
    view = history.view()
    text = kit.analysis.items(view, "01-values", "a").set_index("item").loc["text-1"]
    assert (text["n"], text["not_assessed"], text["difficulty"]) == (1, 1, 1.0)
    form = kit.analysis.forms(view).iloc[0]
    assert (form["n"], form["mean"]) == (1, 7.0)


def test_too_few_are_told_with_the_number_that_is_needed(history: History) -> None:
    two(history)
    view = history.view()
    told = dict(rows(kit.analysis.form_comparison(view), "objective", "told"))
    # ben's text is not assessed: he cannot be counted on either objective, since selection knows both.
    assert told == dict.fromkeys(
        ("names", "text"), "Too few learners with form a to tell: 1 so far, about 30 are needed."
    )
    assert set(kit.analysis.form_drift(view)["told"]) == {"Too few learners to tell: 1 so far, about 40 are needed."}
    assert kit.analysis.correctives(view)["told"].iloc[0] == (
        "Too few learners with a next attempt to tell: 1 so far, about 43 are needed."
    )
    told = kit.analysis.decisions(view).set_index("objective").loc["names", "told"]
    assert told.startswith("Too few learners to tell: 2 so far, about 30 are needed. Whoever the learners are: with 5")


def test_a_corrective_offered_and_taken_back_was_given_to_nobody(history: History) -> None:
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 2})
    tracing = "01-values.text.tracing"
    event = Event("granted", "granted", "ada", BEGIN + timedelta(hours=3), SYSTEM, "01-values", tracing,
                  history.catalogue.assignment(tracing).grant_data())  # fmt: skip
    history.write(event)
    assert rows(kit.analysis.correctives(history.view()), "given", "taken", "completed") == [(1, 0, 0)]
    history.happen("withdrawn", "ada", tracing, 4)
    assert kit.analysis.correctives(history.view()).empty


@pytest.mark.parametrize("name", FRAMES)
def test_a_unit_that_is_not_there_is_told(name: str, history: History) -> None:
    with pytest.raises(UnknownName, match="01-values"):
        getattr(kit.analysis, name)(history.view(), "03-nothing")


def test_items_are_what_psychometrics_computes(healthy: CourseView) -> None:
    sheet = sheets(healthy, UNIT, "a")[0]
    scores = healthy.frames.items
    points = scores[scores["form"] == "a"].pivot(index="learner", columns="item", values="score")
    mine = points[[item for item in sheet.items if item.startswith("counting")]].to_numpy(dtype=float)
    found = kit.analysis.items(healthy, UNIT, "a")
    found = found[found["objective"] == "counting"]
    np.testing.assert_allclose(found["difficulty"].to_numpy(dtype=float), difficulty(mine))
    np.testing.assert_allclose(found["discrimination"].to_numpy(dtype=float), discrimination(mine))
    np.testing.assert_allclose(found["alpha_without"].to_numpy(dtype=float), alpha_if_deleted(mine))
    np.testing.assert_allclose(found["alpha"].to_numpy(dtype=float), alpha(mine))


def test_forms_are_what_psychometrics_computes(healthy: CourseView) -> None:
    first = kit.analysis.forms(healthy).iloc[0]
    score = healthy.frames.attempts[healthy.frames.attempts["form"] == "a"]["score"].to_numpy(dtype=float)
    assert first["mean"] == pytest.approx(score.mean())
    assert first["variance"] == pytest.approx(score.var())
    assert first["mean_se"] == pytest.approx(score.std(ddof=1) / np.sqrt(len(score)))
    assert first["kr21"] == pytest.approx(kr21(score.mean(), score.var(), 30))
    assert first["kr20"] == pytest.approx(alpha(sheets(healthy, UNIT, "a")[0].points))


def test_decisions_are_huynhs_table_of_first_attempts(healthy: CourseView) -> None:
    verdicts = healthy.frames.objectives
    first = verdicts[(verdicts["attempt"] == 1) & (verdicts["objective"] == "nesting")]
    right = first["score"].to_numpy(dtype=float)
    table = beta_binomial(*fit_beta_binomial(right.mean(), right.var(), 10), 10, 8, 0.8)
    found = kit.analysis.decisions(healthy).set_index("objective").loc["nesting"]
    for name in ("passes", "masters", "consistency", "kappa", "accuracy", "false_master", "false_non_master"):
        assert found[name] == pytest.approx(getattr(table, name)), name
    assert found["not_masters_of_passed"] == pytest.approx(table.false_master / table.passes)


def test_points_that_do_not_add_up_exactly_are_no_trouble(tmp_path: Path) -> None:
    course = make_course(tmp_path, items=3, points=0.1)
    view = play(course, 3, World(chance=lambda item, level, number: 1.0))
    first = kit.analysis.forms(view).iloc[0]
    assert first["mean"] == pytest.approx(0.9)
    assert pd.isna(first["kr21"])
    assert set(kit.analysis.items(view)["difficulty"]) == {1.0}


def test_a_plot_shows_itself_in_a_notebook(healthy: CourseView) -> None:
    figure = plots.plot_items(healthy)
    assert figure._repr_png_()[:4] == b"\x89PNG"  # type: ignore[attr-defined]


def test_frames_of_everybody_are_small_enough_to_be_read_at_once(healthy: CourseView) -> None:
    for name in FRAMES:
        assert isinstance(getattr(kit.analysis, name)(healthy), pd.DataFrame)


def test_scores_of_all_or_nothing_and_all_alike_are_told_and_break_nothing(tmp_path: Path) -> None:
    world = World(chance=lambda item, level, number: float(number % 2 == 0) if item.startswith("counting") else 1.0)
    view = play(make_course(tmp_path, items=2), 40, world)
    told = kit.analysis.decisions(view).set_index("objective")["told"]
    assert "all or nothing" in told["counting"]
    assert "alike" in told["nesting"]
    assert kit.analysis.correctives(view)["retest"].notna().all()
