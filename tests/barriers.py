"""axe-core, which finds barriers in pages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def axe_core(folder: Path) -> Path:
    """The script, brought into *folder* by npm; the test is skipped where npm cannot."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not there to bring axe-core")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), "axe-core@4"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not bring axe-core in time")
    script = folder / "node_modules/axe-core/axe.min.js"
    if done.returncode or not script.is_file():
        pytest.skip("npm could not bring axe-core")
    return script
