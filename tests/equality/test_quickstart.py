"""nbgrader's example course: problem set 1 with its two notebooks, its header, a picture, a manual cell and a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.equality.examples import GUIDE, quickstart
from tests.equality.learners import LEARNERS
from tests.equality.ours import Grader, read
from tests.equality.peer import Peer
from tests.equality.sharing import once

pytestmark = pytest.mark.xdist_group("nbgrader-quickstart")

NOTEBOOKS = ("problem1", "problem2")
DOCUMENTED = ("bitdiddle", "hacker")
"""The people of nbgrader's documentation, whose submissions come with it."""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    found: Peer = once(tmp_path_factory, "nbgrader-quickstart", build)
    return found


def build(folder: Path) -> Peer:
    peer = quickstart(folder / "course")
    for name, learner in LEARNERS.items():
        peer.hand_in(
            name, "ps1", {n: learner(read(peer.source("ps1", n)), read(peer.release("ps1", n))) for n in NOTEBOOKS}
        )
    for name in DOCUMENTED:
        peer.hand_in(name, "ps1", {n: read(GUIDE / "submitted" / name / "ps1" / f"{n}.ipynb") for n in NOTEBOOKS})
    peer.autograde()
    return peer


@pytest.mark.parametrize("notebook", NOTEBOOKS)
@pytest.mark.parametrize("learner", [*LEARNERS, *DOCUMENTED])
def test_every_cell_has_the_score_nbgrader_gives_it(course: Peer, grader: Grader, learner: str, notebook: str) -> None:
    handed_in = read(course.folder / "submitted" / learner / "ps1" / f"{notebook}.ipynb")
    ours = grader.verdicts(course.source("ps1", notebook), course.release("ps1", notebook), handed_in)
    theirs = course.verdicts(learner, "ps1", notebook)
    if notebook == "problem1" and learner in TASK_LEFT_OPEN:
        assert (theirs.pop(TASK), ours.pop(TASK)) == ("waits", 0.0), "see test_differences.py"
    assert ours == theirs


TASK = "cell-938593c4a215c6cc"
TASK_LEFT_OPEN = ("blank", "half", "other-half")

WORTH = {
    "perfect": {
        "correct_squares": 1, "squares_invalid_input": 1, "correct_sum_of_squares": 0.5,
        "sum_of_squares_uses_squares": 0.5, "sum_of_squares_equation": "waits",
        "sum_of_squares_application": "waits", TASK: "waits",
    },
    "blank": {
        "correct_squares": 0, "squares_invalid_input": 0, "correct_sum_of_squares": 0,
        "sum_of_squares_uses_squares": 0, "sum_of_squares_equation": 0,
        "sum_of_squares_application": 0, TASK: "waits",
    },
}  # fmt: skip


@pytest.mark.parametrize(("learner", "worth"), WORTH.items(), ids=WORTH)
def test_nbgrader_did_grade(course: Peer, learner: str, worth: dict[str, float | str]) -> None:
    """Else two empty gradebooks would be equal."""
    assert course.lost == {}
    assert course.verdicts(learner, "ps1", "problem1") == worth
