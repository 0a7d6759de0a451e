"""`kit demo`: a cohort goes through the sample course by the public doors, and the README shows what comes out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kit
from kit.simulate import make_cohort

pytestmark = pytest.mark.xdist_group("demo")  # one demo serves all of them
ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from kit.cli import main; main()", "-C", str(ROOT), "demo"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    environment = {**os.environ, "COLUMNS": "120"}
    done = subprocess.run([*COMMAND, str(folder)], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_it_shows_the_cohort_a_story_the_two_distributions_and_what_to_open(demo: tuple[Path, str]) -> None:
    folder, output = demo
    for part in (
        "The cohort, unit by unit",
        "One learner's story",
        "First attempt and final level",
        "notebooks executed",
    ):
        assert part in output
    assert (folder / "gradebook/report.html").is_file()
    assert str(folder / "gradebook/report.html") in output


def test_nobody_is_moved_on_without_having_shown_it(demo: tuple[Path, str]) -> None:
    course = kit.load(demo[0])
    mastered = course.frames.units[course.frames.units["mastered_at"].notna()]
    assert len(mastered) > 20
    assert not mastered["by_override"].any()
    assert (mastered["objectives_shown"] == mastered["objectives"]).all()


def test_correctives_help_the_way_they_were_meant_to(demo: tuple[Path, str]) -> None:
    course = kit.load(demo[0])
    first = course.frames.attempts.query("attempt == 1")["share"].mean()
    last = course.frames.attempts.groupby(["learner", "unit"])["share"].last().mean()
    assert last > first
    assert len(course.frames.correctives) > 10


def test_every_score_comes_from_an_executed_notebook(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    course = kit.load(folder)
    executed = {path.parent.name for path in folder.glob("gradebook/autograded/ada/*/*.ipynb")}
    assert set(course.frames.attempts.query("learner == 'ada'")["assignment"]) <= executed


def test_the_lines_of_the_readme_print_what_the_readme_says(demo: tuple[Path, str]) -> None:
    text = (ROOT / "README.md").read_text()
    code, said = re.search(r"```python\n(.*?)```.*?<!-- output.*?-->\n```\n(.*?)```", text, re.S).groups()
    printed = io.StringIO()
    before = Path.cwd()
    os.chdir(demo[0].parent)
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, {})
    finally:
        os.chdir(before)
    assert printed.getvalue().rstrip() == said.rstrip()


def test_a_folder_that_is_no_former_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not a former demo" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_same_seed_is_the_same_cohort() -> None:
    def drawn(seed: int) -> list[float]:
        return [learner.level("u", "o") for learner in make_cohort(5, seed)]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
    assert drawn(7)[:3] == [learner.level("u", "o") for learner in make_cohort(3, 7)]


def test_a_corrective_by_a_new_approach_helps_more_than_the_same_again() -> None:
    def gain(approaches: list[str]) -> float:
        total = 0.0
        for learner in make_cohort(200, 1):
            learner.levels["u", "o"] = 0.4
            for approach in approaches:
                learner.learn("u", "o", approach)
            total += learner.level("u", "o")
        return total / 200

    assert gain(["diagram"]) > 0.55
    assert gain(["diagram", "tracing"]) > gain(["diagram", "diagram"]) > gain(["diagram"])
