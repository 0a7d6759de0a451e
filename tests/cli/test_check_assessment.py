"""What `kit check` prints: the table of `--assessment`, and what bears a fault out."""

from __future__ import annotations

from pathlib import Path

from tests.checks.course import UNIT, all_of, append, edit, good_course, marked, tagged
from tests.checks.sample_units import lay_out, samples
from tests.cli.terminal import Terminal


def table(root: Path, *words: str, ok: bool = True) -> str:
    return Terminal(root).kit("check", "--assessment", *words, ok=ok)


def rows(shown: str) -> list[list[str]]:
    """The cells of the lines that name an objective."""
    lines = (line for line in shown.splitlines() if "adding" in line)
    return [[part.strip() for part in line.split("  ") if part.strip()] for line in lines]


def test_a_line_for_each_objective_says_the_risks_and_what_would_be_enough(tmp_path: Path) -> None:
    shown = table(good_course(tmp_path, items=5))
    assert rows(shown) == [
        ["01-one", "adding", "5", "4 right (80%)", "▲ 43% at 65%", "2% at 95%", "–", "7, 6 right"],
    ]  # fmt: skip
    assert "above the 25% that course.toml allows ([assessment] risk and margin)" in shown
    assert "a program is not guessed" in shown


def test_a_form_that_tells_enough_is_left_as_it_is(tmp_path: Path) -> None:
    assert rows(table(good_course(tmp_path)))[0][-1] == "as it is"


def test_unequal_points_and_choices_are_shown_and_explained(tmp_path: Path) -> None:
    good_course(tmp_path)
    all_of(
        edit(UNIT, "adding-1", marked("points", 3)),
        *(edit(UNIT, f"adding-{n}", tagged("objective:adding", "choices:2")) for n in (1, 2, 3, 4)),
        append("course.toml", "[assessment]\nrisk = 0.1\n"),
    )(tmp_path)
    shown = table(tmp_path)
    # The item of three points and two of the other three: 1/2 · 4/8.
    assert rows(shown)[0][3:7] == ["5 of 6 points (80%)", "▲ 47% at 65%", "6% at 95%", "▲ 25%"]
    assert "every item is taken to give all of its points or none" in shown
    assert "items tagged choices:… are guessed" in shown


def test_only_the_units_that_are_asked_for_are_shown(tmp_path: Path) -> None:
    good_course(tmp_path, units={"01-one": (), "02-two": ("01-one",)})
    assert [row[0] for row in rows(table(tmp_path, "--unit", "02-two"))] == ["02-two"]
    assert "Did you mean '02-two'?" in table(tmp_path, "--unit", "02-tow", ok=False)


def test_a_course_without_items_is_told_what_to_do(tmp_path: Path) -> None:
    good_course(tmp_path)
    (tmp_path / UNIT).unlink()
    assert "`kit check` says what is missing" in table(tmp_path)


def test_what_was_copied_is_printed_side_by_side_below_the_fault(tmp_path: Path) -> None:
    sample = next(s for s in samples() if s.code == "repeated-same-instruction")
    shown = Terminal(lay_out(sample, tmp_path)).kit("check", "--fast", ok=False).splitlines()
    pairs = [line.split("│") for line in shown if "│" in line]
    assert [part.strip() for part in pairs[0]] == ["corrective/01-one/adding/diagram.py", "units/01-one/unit.py"]
    assert any("cats = 10" in here and "pens = 4" in there for here, there in pairs)
