"""A tiny course by hand, and learners with folders of their own; nothing here needs `kit build`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny import write_notebook

from kit.course import Course, Limits, load_course
from kit.exchange import EXCHANGES, Exchange, open_exchange

COURSE_TOML = """\
id = "tiny"
title = "A tiny course"

[limits]
submission_bytes = 20000
submission_files = 12
"""
UNIT_TOML = """\
title = "Names"
approach = "worked-example"

[objectives.naming]
title = "give a value a name"
"""


@pytest.fixture
def course_root(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    (root / "units" / "01-names").mkdir(parents=True)
    (root / "units" / "01-names" / "unit.toml").write_text(UNIT_TOML, encoding="utf-8")
    (root / "course.toml").write_text(COURSE_TOML, encoding="utf-8")
    (root / "gradebook").mkdir()
    for form in ("a", "b"):
        write_notebook(root / "release" / f"01-names.{form}" / "names.ipynb", f"# form {form}\nname = ...")
    (root / "release" / "01-names.a" / "data").mkdir()
    (root / "release" / "01-names.a" / "data" / "prices.csv").write_text("bread,3\n", encoding="utf-8")
    return root


@pytest.fixture
def course(course_root: Path) -> Course:
    return load_course(course_root)


@pytest.fixture
def limits(course: Course) -> Limits:
    return course.limits


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real JupyterHub with three learners of the built course "numbers" and of one that a test serves."""
    from hubs import front_of

    from tests.courses import write_course
    from tests.hub.conftest import built

    folder = tmp_path_factory.mktemp("front")
    with front_of(built(write_course(folder / "course")), folder / "hub") as running:
        yield running


@pytest.fixture(
    params=[*sorted(EXCHANGES), pytest.param("hub", marks=pytest.mark.xdist_group("exchange-hub"))],
)
def reopen(request: pytest.FixtureRequest, course: Course) -> Iterator[Callable[[], Exchange]]:
    """Opens the course's exchange afresh, as another process would; once for every backend there is.

    As "hub" its learners come through the course's service, known by tokens of a real hub.
    """
    if request.param != "hub":
        yield lambda: open_exchange(replace(course, exchange=request.param))
        return
    from hubs import through

    front = request.getfixturevalue("front")
    with front.serving(course) as url:
        yield lambda: through(front, url, course)


@pytest.fixture
def exchange(reopen: Callable[[], Exchange]) -> Exchange:
    return reopen()


@pytest.fixture
def form_a(course: Course) -> Path:
    return course.release_dir / "01-names.a"


@pytest.fixture
def form_b(course: Course) -> Path:
    return course.release_dir / "01-names.b"


@pytest.fixture
def adas(tmp_path: Path) -> Path:
    """Ada's own folder."""
    folder = tmp_path / "home-ada"
    folder.mkdir()
    return folder
