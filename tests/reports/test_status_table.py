"""`kit status`: the cohort in the terminal, whatever its size and the terminal's."""

from __future__ import annotations

import io
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from kit.decisions.standing import State
from kit.errors import UnknownName
from kit.reports import status_table
from kit.reports.signs import SIGNS
from tests.reports.written_history import History, write_course


def shown(history: History, width: int = 100, *, colour: bool = False, **options: object) -> str:
    """What a terminal of *width* shows."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None)
    console.print(status_table(history.view(), **options))  # type: ignore[arg-type]
    return out.getvalue()


def row(text: str, learner: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(f"{learner} "))


def test_every_state_has_a_mark_and_a_word_of_its_own() -> None:
    assert list(SIGNS)
    assert set(SIGNS) == set(get_args(State))
    assert len({sign.mark for sign in SIGNS.values()}) == len({sign.word for sign in SIGNS.values()}) == len(SIGNS)


def test_the_cohort_is_told_in_marks_words_and_cycles(cohort: History) -> None:
    text = shown(cohort)
    assert row(text, "ada").split() == ["ada", "●", "mastered", "●", "mastered", "1×"]
    assert row(text, "ben").split() == ["ben", "◐", "corrective", "1×", "·", "locked"]
    assert row(text, "cleo").split() == ["cleo", "◌", "waiting", "·", "locked"]
    assert row(text, "dan").split() == ["dan", "○", "open", "·", "locked"]
    assert "Python for data: 4 learners" in text


def test_learners_stand_in_alphabetical_order_because_this_is_no_ranking(cohort: History) -> None:
    text = shown(cohort)
    places = [text.index(row(text, learner)) for learner in ("ada", "ben", "cleo", "dan")]
    assert places == sorted(places)


def test_colour_is_added_to_the_words_and_never_instead(cohort: History) -> None:
    assert "\x1b[32m● mastered" in shown(cohort, colour=True)
    assert "\x1b" not in shown(cohort)


def test_each_unit_is_summed_up_in_one_line(cohort: History) -> None:
    text = shown(cohort)
    summary = text[text.index("All together") :].splitlines()
    assert summary[1].split("  ", 1)[0] == "01-values"
    assert "● 1 mastered" in summary[1]
    assert "◐ 1 corrective" in summary[1]
    assert "○ 1 open" in summary[1]
    assert "● 1 mastered" in summary[2]
    assert "· 3 locked" in summary[2]


def test_what_an_instructor_decided_is_marked(cohort: History) -> None:
    cohort.override("ben", "01-values", "mastered", 10, "Showed it at the board.")
    assert "● mastered 1×✎" in row(shown(cohort), "ben")


def test_who_needs_the_instructor_comes_with_reason_and_command(attention_cohort: History) -> None:
    text = shown(attention_cohort)
    told = text[text.index("Who needs you (3)") :]
    assert told.index("eve") < told.index("finn") < told.index("gina")
    for words in ("After 2 cycles of corrective and new form a gap is left.",
                  "kit override eve 01-values --another-form",
                  "kit run --retry-faults", "Formgrader"):  # fmt: skip
        assert words in " ".join(told.split())


def test_where_nobody_needs_the_instructor_it_says_so(history: History) -> None:
    history.enrol("ada")
    assert "Nobody needs you right now." in shown(history)


def test_attention_only_leaves_out_everyone_else(attention_cohort: History) -> None:
    text = shown(attention_cohort, attention_only=True)
    assert "hugo" not in text
    assert row(text, "eve").split()[1] == "!"


def test_one_unit_can_be_looked_at_alone(cohort: History) -> None:
    text = shown(cohort, unit="02-lists")
    assert "01-values" not in text
    assert row(text, "ben").split() == ["ben", "·", "locked"]
    with pytest.raises(UnknownName, match="03-none"):
        shown(cohort, unit="03-none")


SANDBOXES = {
    "a sandbox": ("bubblewrap", "Sandbox: bubblewrap"),
    "none, with what to install": ("none: install bubblewrap", "Sandbox: none: install bubblewrap"),
    "not told": (None, ""),
}


@pytest.mark.parametrize(("isolation", "words"), SANDBOXES.values(), ids=SANDBOXES.keys())
def test_it_says_how_learners_code_is_kept_apart(isolation: str | None, words: str, history: History) -> None:
    text = shown(history, isolation=isolation)
    assert words in text
    assert ("Sandbox" in text) == bool(words)


def test_an_empty_course_names_the_next_command(history: History) -> None:
    assert "kit enrol" in shown(history)


def test_a_course_that_is_not_built_names_the_next_command(tmp_path: Path) -> None:
    history = History(write_course(tmp_path, build=False))
    history.enrol("ada")
    assert "kit build" in shown(history)


UNIT = 'title = "Unit {0}"\napproach = "worked-example"\n[objectives.x]\ntitle = "do x"\ncorrectives = ["tracing"]\n'


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("units", [2, 9, 30])
def test_no_line_is_wider_than_the_terminal_and_no_unit_is_lost(units: int, width: int, tmp_path: Path) -> None:
    names = [f"{number:02}-unit-with-a-name" for number in range(1, units + 1)]
    history = History(write_course(tmp_path, {name: UNIT.format(name) for name in names}))
    for learner in ("ada", "somebody.with.a.long.account.name@example.org"):
        history.enrol(learner)
    history.attempt("ada", f"{names[-1]}.a", 2, {"x": 1})
    text = shown(history, width)
    assert max(len(line) for line in text.splitlines()) <= width
    table = text[: text.index("All together")]
    heads = [word for word in table.split() if word in names or word in {name[:2] for name in names}]
    assert len({head[:2] for head in heads}) == units
    # Every cell is there, and none is cut: each unit once for each of the two.
    assert table.count("○") + table.count("◐") == 2 * units


def test_units_whose_names_begin_alike_are_numbered_and_explained(tmp_path: Path) -> None:
    names = [f"python-part-number-{word}" for word in ("one", "two", "three", "four", "five", "six")]
    history = History(write_course(tmp_path, {name: UNIT.format(name) for name in names}))
    history.enrol("ada")
    text = " ".join(shown(history, 80).split())
    for number, unit in enumerate(sorted(names), start=1):
        assert f"{number} = {unit}" in text


def test_five_hundred_learners_are_a_row_each_and_what_matters_stands_last(history: History) -> None:
    for number in range(500):
        history.enrol(f"learner{number:03}")
    history.fetch("learner007", "01-values.a", 1)
    submission = history.submit("learner007", "01-values.a", 2)
    for hours in (3, 4, 5):
        history.happen("fault", "learner007", "01-values.a", hours, submission=submission, what="No kernel.")
    lines = shown(history, 80).splitlines()
    assert sum(line.strip().startswith("learner") and "locked" in line for line in lines) == 500
    assert "○ 499 open" in "".join(lines[-12:])
    assert "Who needs you (1)" in "".join(lines[-6:])
    assert len(shown(history, 80, attention_only=True).splitlines()) < 20


def test_a_name_cannot_steer_the_terminal(history: History) -> None:
    history.enrol("ada", "Ada\x1b[2J\u202eevil[red]")
    history.fetch("ada", "01-values.a", 1)
    submission = history.submit("ada", "01-values.a", 2)
    for hours in (3, 4, 5):
        history.happen("fault", "ada", "01-values.a", hours, submission=submission, what="No \x1b[31mkernel.")
    text = shown(history)
    assert "\x1b" not in text
    assert "\u202e" not in text
    # Square brackets are text and no markup.
    assert "Ada�[2J�evil[red]" in text


def test_how_sure_the_decisions_are_is_told_once_for_all(cohort: History) -> None:
    assert "Objectives shown: 4, at the median 54\u00a0% sure" in shown(cohort)
