"""Our own course: every form of one unit, a form of each other one, correctives and an enrichment."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from kit.build import build, load_catalogue
from kit.build.convert import CODE_STUB
from kit.course import Course, load_course
from kit.gradebook import Gradebook
from kit.simulate import SimulatedLearner
from kit.simulate.answers import AnswerBook
from tests.equality.learners import LEARNERS
from tests.equality.ours import Grader, read
from tests.equality.peer import ROOT, Peer
from tests.equality.sharing import once

pytestmark = pytest.mark.xdist_group("nbgrader-course")

FORMS = [f"02-lists.{form}" for form in "abcde"]
OTHERS = ["01-values.b", "03-functions.d"]
MORE = ["01-values.text.debugging", "02-lists.slicing.number-line", "03-functions.scope.tracing", "02-lists.enrichment"]
HANDED_IN = [
    *[(FORMS[0], learner) for learner in (*LEARNERS, "typically-wrong")],
    *zip(FORMS[1:], ("noisy", "typically-wrong", "noisy", "typically-wrong"), strict=True),
    *[(form, learner) for form in OTHERS for learner in ("noisy", "typically-wrong")],
    *[(more, "noisy") for more in MORE],
    *[(more, "other-half") for more in MORE[:2]],
]
"""(assignment, learner)"""


class TypicallyWrong(SimulatedLearner):
    """Has every misconception there is an answer for."""

    def does(self, unit: str, objective: str) -> bool:
        return False


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Peer]:
    found: tuple[Course, Peer] = once(tmp_path_factory, "nbgrader-course", make_both)
    return found


@pytest.fixture(scope="module")
def course(both: tuple[Course, Peer]) -> Course:
    return both[0]


@pytest.fixture(scope="module")
def peer(both: tuple[Course, Peer]) -> Peer:
    return both[1]


def make_both(folder: Path) -> tuple[Course, Peer]:
    course = make_course(folder / "ours")
    return course, make_peer(folder / "theirs", course)


def make_course(folder: Path) -> Course:
    for name in ("units", "corrective"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "course.toml", folder)
    course = load_course(folder)
    with Gradebook(course) as gradebook:
        build(course, gradebook, set())
    return course


def make_peer(folder: Path, course: Course) -> Peer:
    """nbgrader, with the instructor's notebooks that the kit built, and the same text in empty answer cells."""
    stub = f'c.ClearSolutions.code_stub = {{"python": {CODE_STUB!r}}}\n'
    peer = Peer(folder, stub)
    for assignment in dict(HANDED_IN):
        shutil.copytree(course.gradebook_dir / "source" / assignment, peer.folder / "source" / assignment)
    peer.generate()
    for assignment, learner in HANDED_IN:
        peer.hand_in(learner, assignment, {notebook_of(course, assignment): submission(course, assignment, learner)})
    peer.autograde()
    return peer


def notebook_of(course: Course, assignment: str) -> str:
    return load_catalogue(course).assignment(assignment).notebook


def paths(course: Course, assignment: str) -> tuple[Path, Path]:
    """The built source and the release."""
    file = Path(assignment) / f"{notebook_of(course, assignment)}.ipynb"
    return course.gradebook_dir / "source" / file, course.release_dir / file


def submission(course: Course, assignment: str, learner: str) -> dict[str, Any]:
    source, release = paths(course, assignment)
    if learner in LEARNERS:
        return LEARNERS[learner](read(source), read(release))
    with tempfile.TemporaryDirectory() as folder:
        desk = shutil.copytree(release.parent, Path(folder) / assignment)
        who = TypicallyWrong(learner, random.Random(0), 0.0)
        AnswerBook(course).fill(who, load_catalogue(course).assignment(assignment), desk)
        return read(desk / release.name)


@pytest.mark.parametrize(("assignment", "learner"), HANDED_IN, ids=[f"{a}-{who}" for a, who in HANDED_IN])
def test_every_cell_has_the_score_nbgrader_gives_it(
    course: Course, peer: Peer, grader: Grader, assignment: str, learner: str
) -> None:
    source, release = paths(course, assignment)
    ours = grader.verdicts(source, release, submission(course, assignment, learner))
    assert ours == peer.verdicts(learner, assignment, source.stem)


def test_nbgrader_did_grade_and_the_learners_are_what_they_are_called(course: Course, peer: Peer) -> None:
    assert peer.lost == {}
    for assignment, learner in HANDED_IN:
        reached = peer.verdicts(learner, assignment, notebook_of(course, assignment))
        worth = {item.id: float(item.points) for item in load_catalogue(course).assignment(assignment).items}
        assert reached.keys() == worth.keys()
        if learner in ("perfect", "noisy"):
            assert reached == worth, (assignment, learner)
        elif learner in ("blank", "typically-wrong"):
            assert set(reached.values()) == {0.0}, (assignment, learner)
        else:
            assert 0 < sum(map(float, reached.values())) < sum(worth.values()), (assignment, learner)
