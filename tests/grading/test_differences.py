"""The page of differences from nbgrader names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "grading-differences.md"


def test_every_test_it_names_is_there() -> None:
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 10
    for file, name in named:
        assert f"def {name or 'test_'}" in (HERE / file).read_text(encoding="utf-8"), (file, name)
