"""What takes long is made once, whichever worker of pytest-xdist comes first, and not once by each."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """What *make* gives for a new folder; other workers get a copy of it. Others wait meanwhile."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = root / f"{name}.pickle"
    with open(root / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            (root / name).mkdir()
            kept.write_bytes(pickle.dumps(make(root / name)))
        return pickle.loads(kept.read_bytes())
