"""What several tests of grading share."""

from __future__ import annotations

import pytest

from kit.grading.executors import Executor
from kit.grading.executors.local import shared_executor


@pytest.fixture(scope="session")
def executor() -> Executor:
    """The real one, with all its walls."""
    return shared_executor("bubblewrap")
