"""Make the pictures of docs/hub.md: the story of tests/hub/test_two_learners_browser.py, photographed step by step."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STORY = "tests/hub/test_two_learners_browser.py"


def main() -> None:
    """Run the story on a real hub, in Chromium; its pictures replace those of an earlier time where it went well."""
    pictures = HERE / "pictures" / "hub"
    pictures.mkdir(parents=True, exist_ok=True)
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", STORY],
        cwd=HERE.parent, env={**os.environ, "KIT_SCREENSHOTS": str(pictures)},
    )  # fmt: skip
    for left in pictures.glob("last-*.png"):
        left.unlink()
    sys.exit(told.returncode)


if __name__ == "__main__":
    main()
