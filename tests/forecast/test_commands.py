"""`kit simulate`, `kit plan` and `kit replay` at a terminal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kit.forecast import ARMS
from kit.forecast.learning import CAUTION
from kit.forecast.measures import COLUMNS
from kit.forecast.plan import PASSAGE_COLUMNS
from kit.forecast.replay import DECISION_COLUMNS
from tests.cli.terminal import Terminal
from tests.courses import write_course
from tests.forecast.recordings import write_recording


@pytest.fixture
def nowhere(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_simulate_needs_no_course_and_says_that_it_is_no_evidence(nowhere: Terminal) -> None:
    said = nowhere.kit("simulate", "--learners", "200")
    assert all(name in said for name in ARMS)
    assert CAUTION in said


def test_simulate_writes_the_frame_as_csv(nowhere: Terminal) -> None:
    arms = "different,conventional"
    said = nowhere.kit("simulate", "--learners", "50", "--units", "2", "--arms", arms, "--csv", "arms.csv")
    assert "The frame is in arms.csv" in said
    table = pd.read_csv(nowhere.folder / "arms.csv", index_col="arm")
    assert list(table.index) == ["different", "conventional"]
    assert list(table.columns) == list(COLUMNS)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_simulate_draws_a_plot(nowhere: Terminal, suffix: str) -> None:
    said = nowhere.kit("simulate", "--learners", "50", "--plot", f"arms.{suffix}")
    assert f"The plot is in arms.{suffix}" in said
    assert (nowhere.folder / f"arms.{suffix}").stat().st_size > 5_000


def test_one_learner_is_simulated_without_a_warning(nowhere: Terminal) -> None:
    assert "–" in nowhere.kit("simulate", "--learners", "1", "--units", "1", "--plot", "one.svg")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--arms", "sideways"), "There is no arm 'sideways'. The arms are: conventional,"),
        (("--arms", ","), "Name at least one arm"),
        (("--learners", "50", "--plot", "arms.xyz"), "cannot be written as arms.xyz. Name a file such as plot.png"),
        (("--learners", "50", "--plot", "arms"), "cannot be written as arms"),
        (("--learners", "50", "--csv", "taken/arms.csv"), "taken"),
        (("--learners", "0"), "is not in the range"),
    ],
    ids=["an unknown arm", "no arm", "an unknown format", "no format", "a file in the way", "nobody"],
)
def test_simulate_refuses_in_words(nowhere: Terminal, words: tuple[str, ...], answer: str) -> None:
    (nowhere.folder / "taken").write_text("a file, not a folder")
    assert answer in nowhere.kit("simulate", *words, ok=False)


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    root = tmp_path_factory.mktemp("planned") / "course"
    return Terminal(write_course(root, {"01-one": (), "02-two": ("01-one",)}, items=4))


def test_plan_answers_the_five_questions(author: Terminal) -> None:
    said = " ".join(author.kit("plan", "--learners", "200").split())
    for words in (
        "A cohort of 200", "Are there enough forms?", "Are there enough correctives?", "How long does it take?",
        "Who will need you?", "What does a higher bar cost?", "every criterion at least 90%", "01-one, adding", CAUTION,
    ):  # fmt: skip
        assert words in said
    assert "65% of the tasks (an assumption: fewer than 20 learners have taken a first form here)" in said


def test_plan_takes_what_is_said_about_the_learners(author: Terminal, tmp_path: Path) -> None:
    for first in ("0.4", "0.9"):
        author.kit("plan", "--first", first, "--csv", str(tmp_path / first))
    frames = [pd.read_csv(tmp_path / first) for first in ("0.4", "0.9")]
    assert list(frames[0].columns) == list(PASSAGE_COLUMNS)
    assert frames[0]["forms"].mean() > frames[1]["forms"].mean() + 0.5
    assert "(as you said)" in " ".join(author.kit("plan", "--first", "0.8", "--criterion", "0.95").split())


def test_plan_shows_what_another_rule_would_cost(author: Terminal, tmp_path: Path) -> None:
    forms = {}
    for rule in ("every-objective", "posterior"):
        author.kit("plan", "--rule", rule, "--csv", str(tmp_path / rule))
        forms[rule] = pd.read_csv(tmp_path / rule).query("scenario == 'without end'")["forms"].mean()
    assert forms["posterior"] > forms["every-objective"] + 0.3, "surer decisions take more evidence"
    assert "There is no rule 'hunch'. The rules are: every-objective," in author.kit(
        "plan", "--rule", "hunch", ok=False
    )


def test_plan_draws_a_plot_and_writes_nothing_else(author: Terminal, tmp_path: Path) -> None:
    before = set(author.folder.rglob("*"))
    author.kit("plan", "--plot", str(tmp_path / "plan.png"))
    assert (tmp_path / "plan.png").stat().st_size > 10_000
    assert set(author.folder.rglob("*")) == before


def test_from_twenty_learners_on_plan_begins_where_the_courses_own_learners_did(tmp_path: Path) -> None:
    from benchmarks.cohort import write_history
    from kit.build import build
    from kit.course import load_course
    from kit.gradebook import Gradebook
    from kit.reports import load

    course = load_course(write_course(tmp_path / "course", {"01-one": ()}, items=2))
    with Gradebook(course) as gradebook:
        build(course, gradebook, set())
    write_history(course, 20)
    first = load(course.root).frames.attempts.query("form == 'a'")
    share = (first["score"].sum() / first["max"].sum()).item()
    said = " ".join(Terminal(course.root).kit("plan").split())
    assert f"can do {share:.0%} of the tasks (seen in the first forms of 20 learners of this course)" in said


def test_plan_without_a_course_says_how_to_name_one(nowhere: Terminal) -> None:
    assert "There is no course.toml" in nowhere.kit("plan", ok=False)


def test_replay_compares_the_rules(nowhere: Terminal) -> None:
    write_recording(nowhere.folder / "answers.csv")
    said = " ".join(nowhere.kit("replay", "answers.csv").split())
    for words in (
        "60 sequences of answers",
        "every-objective",
        "posterior",
        "On how many sequences two rules end alike",
    ):
        assert words in said


def test_replay_writes_the_frame_as_csv(nowhere: Terminal) -> None:
    write_recording(nowhere.folder / "answers.csv")
    nowhere.kit("replay", "answers.csv", "--csv", "said.csv")
    decisions = pd.read_csv(nowhere.folder / "said.csv")
    assert list(decisions.columns) == list(DECISION_COLUMNS)
    assert len(decisions) == 60 * 5


def test_replay_takes_other_names_of_columns_and_other_settings(nowhere: Terminal) -> None:
    (nowhere.folder / "other.csv").write_text("student,kc,outcome\n" + "ada,x,1\n" * 4)
    names = ("--learner-column", "student", "--objective-column", "kc", "--correct-column", "outcome")
    by_rule = {}
    for streak in ("4", "5"):
        nowhere.kit("replay", "other.csv", *names, "--every", "2", "--streak", streak, "--csv", "said.csv")
        table = pd.read_csv(nowhere.folder / "said.csv")
        by_rule[streak] = table.set_index("rule").loc["streak", "state"]
    assert by_rule == {"4": "mastered", "5": "more"}


def test_replay_of_a_broken_file_names_the_places(nowhere: Terminal) -> None:
    (nowhere.folder / "bad.csv").write_text("learner,objective,correct\nada,x,perhaps\n")
    said = nowhere.kit("replay", "bad.csv", ok=False)
    assert "bad.csv, line 2, column 'correct': 'perhaps' is not understood" in said
    assert "cannot be read" in nowhere.kit("replay", "none.csv", ok=False)


def test_replay_of_a_file_without_answers_says_so(nowhere: Terminal) -> None:
    (nowhere.folder / "empty.csv").write_text("learner,objective,correct\n")
    assert "0 sequences of answers" in nowhere.kit("replay", "empty.csv")
