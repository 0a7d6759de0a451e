"""Feature by feature: nbgrader and the kit give the same score for a right and a wrong answer, and for none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.equality.features import THEMES
from tests.equality.features.feature import Feature, Kind
from tests.equality.learners import filled
from tests.equality.ours import Grader, read
from tests.equality.peer import Peer, Verdict
from tests.equality.sharing import once

pytestmark = pytest.mark.xdist_group("nbgrader-features")

HANDED_IN: list[tuple[str, Kind]] = [(theme, kind) for theme in THEMES for kind in ("right", "wrong")]
HANDED_IN += [("scoring", "blank"), ("session", "blank")]
"""(theme, kind of learner)"""
EACH = [
    pytest.param(theme, feature, kind, id=f"{theme}: {feature.name}, {kind}")
    for theme, kind in HANDED_IN
    for feature in THEMES[theme]
]
FILES = {"data/numbers.txt": "1\n2\n3\n", "data/cities.csv": "city,people\nRome,2800000\nBern,134000\n"}


def notebook(features: tuple[Feature, ...]) -> dict[str, Any]:
    cells = [cell for feature in features for cell in feature.cells()]
    for number, cell in enumerate(cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or f"given-{number}"
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return dict(made)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    found: Peer = once(tmp_path_factory, "nbgrader-features", build)
    return found


def build(folder: Path) -> Peer:
    """One assignment for each theme."""
    peer = Peer(folder / "course")
    for theme, features in THEMES.items():
        peer.write_source(theme, theme, notebook(features))
        for name, content in FILES.items():
            path = peer.folder / "source" / theme / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
    peer.generate()
    for theme, kind in HANDED_IN:
        peer.hand_in(kind, theme, {theme: submission(peer, theme, kind)})
    peer.autograde()
    return peer


def submission(peer: Peer, theme: str, kind: Kind) -> dict[str, Any]:
    answers = {cell: text for feature in THEMES[theme] for cell, text in feature.answers(kind).items()}
    return filled(read(peer.release(theme, theme)), answers)


@pytest.fixture(scope="module")
def ours(
    course: Peer, grader: Grader, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, Kind], dict[str, Verdict]]:
    """(theme, kind) → grade_id → verdict."""

    def grade(theme: str, kind: Kind) -> dict[str, Verdict]:
        return grader.verdicts(
            course.source(theme, theme), course.release(theme, theme), submission(course, theme, kind)
        )

    found: dict[tuple[str, Kind], dict[str, Verdict]] = once(
        tmp_path_factory,
        "ours-features",
        lambda folder: {(theme, kind): grade(theme, kind) for theme, kind in HANDED_IN},
    )
    return found


@pytest.mark.parametrize(("theme", "feature", "kind"), EACH)
def test_the_scores_are_those_nbgrader_gives(
    course: Peer, ours: dict[tuple[str, Kind], dict[str, Verdict]], theme: str, feature: Feature, kind: Kind
) -> None:
    theirs = course.verdicts(kind, theme, theme)
    here = {cell: theirs[cell] for cell, _ in feature.ids() if cell in theirs}
    if worth := feature.worth(kind):
        assert here == worth, "nbgrader's own scores are other than the table says"
    assert {cell: ours[theme, kind][cell] for cell in here} == here


@pytest.mark.parametrize(("theme", "kind"), HANDED_IN)
def test_nbgrader_did_grade(course: Peer, theme: str, kind: Kind) -> None:
    assert course.lost == {}
    assert course.verdicts(kind, theme, theme).keys() == {
        cell for feature in THEMES[theme] for cell in feature.worth("right")
    }
