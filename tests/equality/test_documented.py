"""What nbgrader's documentation describes, on notebooks that come with it: generated, edited and hidden tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.equality.examples import FILES, GUIDE
from tests.equality.learners import LEARNERS
from tests.equality.ours import Grader, of_worth, read
from tests.equality.peer import Peer
from tests.equality.sharing import once

pytestmark = pytest.mark.xdist_group("nbgrader-documented")

SOURCES = {
    "guide": GUIDE / "source" / "ps1_autotest" / "problem1.ipynb",
    "simple": FILES / "autotest-simple.ipynb",
    "multi": FILES / "autotest-multi.ipynb",
    "hashed": FILES / "autotest-hashed.ipynb",
    "hidden": FILES / "autotest-hidden.ipynb",
    "plain": FILES / "submitted-unchanged.ipynb",
    "hidden-tests": FILES / "test-hidden-tests.ipynb",
}
"""Assignment → the instructor's notebook."""

HANDED_IN: dict[tuple[str, str], Path | str] = {
    ("guide", "perfect"): "perfect",
    ("guide", "half"): "half",
    ("guide", "noisy"): "noisy",
    ("simple", "blank"): FILES / "autotest-simple-unchanged.ipynb",
    ("simple", "right"): FILES / "autotest-simple-changed.ipynb",
    ("multi", "perfect"): "perfect",
    ("multi", "wrong-types"): FILES / "autotest-multi-changed.ipynb",
    ("hashed", "blank"): FILES / "autotest-hashed-unchanged.ipynb",
    ("hashed", "right"): FILES / "autotest-hashed-changed.ipynb",
    ("hidden", "blank"): FILES / "autotest-hidden-unchanged.ipynb",
    ("hidden", "right"): FILES / "autotest-hidden-changed-right.ipynb",
    ("hidden", "wrong"): FILES / "autotest-hidden-changed-wrong.ipynb",
    ("plain", "blank"): "blank",
    ("plain", "right"): FILES / "submitted-changed.ipynb",
    ("plain", "check-edited"): FILES / "submitted-grade-cell-changed.ipynb",
    ("plain", "locked-cell-edited"): FILES / "submitted-locked-cell-changed.ipynb",
    ("hidden-tests", "half-right"): "perfect",  # the author's own answer there fails the hidden tests
}
"""(assignment, learner) → the submission, or the kind of learner who makes it."""

WORTH: dict[tuple[str, str], dict[str, Any]] = {
    ("simple", "blank"): {"test_simple": 0},
    ("simple", "right"): {"test_simple": 1},
    ("multi", "perfect"): {"test_multi": 1, "cell-f2803ba7c42d03ab": 1, "cell-693350420ec62f1b": 1,
                           "cell-13479eb0e5fff152": 1},
    ("multi", "wrong-types"): {"test_multi": 1, "cell-f2803ba7c42d03ab": 1, "cell-693350420ec62f1b": 0,
                               "cell-13479eb0e5fff152": 1},
    ("hashed", "blank"): {"test_hashed": 0},
    ("hashed", "right"): {"test_hashed": 1},
    ("hidden", "blank"): {"test_hidden": 0},
    ("hidden", "right"): {"test_hidden": 1},
    ("hidden", "wrong"): {"test_hidden": 0},
    ("plain", "blank"): {"foo": 1, "bar": 0, "baz": 0, "quux": 0},
    ("plain", "right"): {"foo": 1, "bar": 1, "baz": "waits", "quux": "waits"},
    ("plain", "check-edited"): {"foo": 1, "bar": 0, "baz": 0, "quux": 0},
    ("plain", "locked-cell-edited"): {"foo": 1, "bar": 0, "baz": 0, "quux": 0},
}  # fmt: skip
"""What nbgrader's own tests say about these, and so that two empty gradebooks are not equal."""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    found: Peer = once(tmp_path_factory, "nbgrader-documented", build)
    return found


def build(folder: Path) -> Peer:
    peer = Peer(folder / "course")
    shutil.copyfile(FILES / "autotests.yml", peer.folder / "autotests.yml")
    for assignment, path in SOURCES.items():
        peer.write_source(assignment, "p1", read(path))
    shutil.copyfile(GUIDE / "autotests.yml", peer.folder / "source" / "guide" / "autotests.yml")
    peer.instantiate()
    peer.generate()
    for assignment, learner in HANDED_IN:
        peer.hand_in(learner, assignment, {"p1": submission(peer, assignment, learner)})
    peer.autograde()
    return peer


def submission(peer: Peer, assignment: str, learner: str) -> dict[str, Any]:
    what = HANDED_IN[assignment, learner]
    if isinstance(what, Path):
        return read(what)
    return LEARNERS[what](read(peer.source(assignment, "p1")), read(peer.release(assignment, "p1")))


@pytest.mark.parametrize(("assignment", "learner"), HANDED_IN, ids=[f"{a}-{who}" for a, who in HANDED_IN])
def test_every_cell_has_the_score_nbgrader_gives_it(
    course: Peer, grader: Grader, assignment: str, learner: str
) -> None:
    source = course.instantiated(assignment, "p1")
    ours = grader.verdicts(source, course.release(assignment, "p1"), submission(course, assignment, learner))
    theirs = of_worth(course.verdicts(learner, assignment, "p1"), source)
    if (assignment, learner) == ("guide", "half"):
        assert (theirs.pop(TASK), ours.pop(TASK)) == ("waits", 0.0), "see test_differences.py"
    assert ours == theirs


TASK = "cell-938593c4a215c6cc"


@pytest.mark.parametrize(("assignment", "learner"), WORTH, ids=[f"{a}-{who}" for a, who in WORTH])
def test_nbgrader_did_grade(course: Peer, assignment: str, learner: str) -> None:
    assert course.lost == {}
    assert course.verdicts(learner, assignment, "p1") == WORTH[assignment, learner]


def test_what_the_guide_generates_is_worth_something(course: Peer) -> None:
    perfect, half = (course.verdicts(learner, "guide", "p1") for learner in ("perfect", "half"))
    assert [score for score in perfect.values() if score != "waits"] == [1, 1, 0.5, 0.5, 0]
    assert perfect != half
