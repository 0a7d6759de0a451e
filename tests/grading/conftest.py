"""What several tests of grading share."""

from __future__ import annotations

import pytest

from kit.grading.executors import Executor
from kit.grading.executors.nbclient import NbclientExecutor


@pytest.fixture(scope="session")
def executor() -> Executor:
    """The real one: a kernel for each submission, in bubblewrap where that is installed."""
    return NbclientExecutor()
