"""Killed between any two steps and run again: the same end state, nothing lost, nothing counted twice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.courses import write_course
from tests.cycle.school import School

UNITS = {"01-one": [], "02-two": ["01-one"]}


def replay(school: School, run) -> list[int]:  # type: ignore[no-untyped-def]
    """Three rounds of a small cohort: a gap with its corrective, a mastery, a rejected file, a second submission."""
    kills = []
    school.submit("ada", "01-one.a", {"adding": 1, "taking": 0})
    school.submit("ben", "01-one.a", 1)
    folder = school.fetch("cy", "01-one.a")
    (folder / "01-one.ipynb").write_text("{")
    school.hand_in("cy", "01-one.a")
    kills.append(run(school))
    school.submit("ada", "01-one.taking.analogy", 0)
    school.submit("ben", "01-one.a", 0)
    school.submit("cy", "01-one.a", 1)
    kills.append(run(school))
    school.submit("ada", "01-one.b", 1)
    kills.append(run(school))
    return kills


def undisturbed(school: School) -> int:
    school.run()
    return 0


def killed(school: School) -> int:
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(school.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def comparable(state: dict) -> dict:
    """Submission ids carry a time: number them by learner and order instead."""
    text = repr(sorted(state.items()))
    import re

    names: dict[str, str] = {}
    ids = re.findall(r"\d{8}T\d+Z-[0-9a-f]+", text)
    for found in sorted(set(ids)):
        names[found] = f"submission {len(names)}"
    for found, name in names.items():
        text = text.replace(found, name)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00)?", "a time", text)
    return {"text": text}


def test_killed_after_every_single_step_the_end_is_the_same(tmp_path: Path) -> None:
    states = []
    for name, run in (("undisturbed", undisturbed), ("killed", killed)):
        root = write_course(tmp_path / name / "course", UNITS, items=1)
        school = School(root, "ada", "ben", "cy")
        kills = replay(school, run)
        if run is killed:
            assert min(kills) > 5, "it was killed at every boundary of every round"
        states.append(comparable(school.state()))
        assert school.unit("ada").mastered_by == "evidence"
        assert [len(school.unit(learner).attempts) for learner in ("ada", "ben", "cy")] == [2, 1, 1]
        shutil.rmtree(tmp_path / name / "desks")
    assert states[0] == states[1]
