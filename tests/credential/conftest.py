"""A course two learners have gone through, and a key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.credential import Key, award, load_key, new_key
from tests.reports.written_history import History, write_course

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with the key `school`."""
    folder = tmp_path / "keys"
    new_key(folder, "school", "School of Examples", url="https://school.example/")
    return folder


@pytest.fixture
def key(keys: Path) -> Key:
    return load_key(keys, "school")


@pytest.fixture
def school(tmp_path: Path) -> History:
    """ada has mastered both units (one cycle in the second), bob the first alone, cleo has one by override."""
    (tmp_path / "course").mkdir()
    history = History(write_course(tmp_path / "course"))
    for learner, name in (("ada", "Ada Lovelace"), ("bob", "Bob"), ("cleo", "Cleo <script>alert(1)</script>")):
        history.enrol(learner, name)
        history.attempt(learner, "01-values.a", 3, {"names": 5, "text": 5}, took=2)
    history.attempt("ada", "02-lists.a", 6, {"slicing": 3}, took=2)
    history.attempt("ada", "02-lists.slicing.number-line", 7, {"slicing": 2}, took=0.5)
    history.attempt("ada", "02-lists.b", 9, {"slicing": 4}, took=1)
    history.override("cleo", "02-lists", "mastered", 8, "was ill; showed it at the blackboard")
    history.view()
    return history


@pytest.fixture
def document(school: History, key: Key) -> dict[str, Any]:
    """ada's credential."""
    return award(school.course, "ada", key, now=NOW)
