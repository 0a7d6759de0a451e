"""nbgrader as it comes: a plain course of its own, released and autograded by its own converters."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from tests.equality.driver import SHARES

ROOT = Path(__file__).resolve().parents[2]
Verdict = float | Literal["waits", "lost"]
"""Points · no score yet, a person is to give one · the whole submission was given up"""

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "equality"
c.ExecutePreprocessor.timeout = 60
c.ExecutePreprocessor.startup_timeout = 300
"""


class Peer:
    """A plain nbgrader course in the new *folder*; *config* is added to its nbgrader_config.py."""

    def __init__(self, folder: Path, config: str = "") -> None:
        self.folder = folder
        (folder / "source").mkdir(parents=True, exist_ok=True)
        (folder / "submitted").mkdir()
        exchange = f"c.Exchange.root = {str(folder / 'exchange')!r}\n"
        (folder / "nbgrader_config.py").write_text(CONFIG + exchange + config, encoding="utf-8")
        self.lost: dict[str, str] = {}
        self._verdicts: dict[tuple[str, str, str], dict[str, Verdict]] = {}

    def source(self, assignment: str, notebook: str) -> Path:
        """The instructor's notebook, as nbgrader's user wrote it."""
        return self.folder / "source" / assignment / f"{notebook}.ipynb"

    def instantiated(self, assignment: str, notebook: str) -> Path:
        """The instructor's notebook with its AUTOTEST lines written out; there after `instantiate`."""
        return self.folder / "instantiated" / assignment / f"{notebook}.ipynb"

    def release(self, assignment: str, notebook: str) -> Path:
        """The learners' notebook, as nbgrader made it."""
        return self.folder / "release" / assignment / f"{notebook}.ipynb"

    def write_source(self, assignment: str, notebook: str, content: Mapping[str, Any]) -> None:
        path = self.source(assignment, notebook)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def hand_in(self, learner: str, assignment: str, notebooks: Mapping[str, Mapping[str, Any] | str]) -> None:
        """Put *notebooks* (name → content or text) and the released files where ``nbgrader collect`` puts them.

        A second time it takes the place of the first, as there.
        """
        folder = self.folder / "submitted" / learner / assignment
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder / "release" / assignment, folder, ignore=shutil.ignore_patterns("*.ipynb"))
        for name, content in notebooks.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")

    def instantiate(self) -> None:
        """nbgrader's ``InstantiateTests`` on everything in source/."""
        self._drive("instantiate")

    def generate(self) -> None:
        """``nbgrader generate_assignment`` for everything in source/."""
        self._drive("generate")

    def autograde(self) -> None:
        """``nbgrader autograde`` for everything in submitted/ that is new there."""
        with ThreadPoolExecutor(SHARES) as pool:
            results = list(pool.map(lambda share: self._drive("autograde", str(share)), range(SHARES)))
        self._verdicts.clear()
        for result in results:
            self.lost |= result["lost"]
            self._take_over(result["rows"])

    def _take_over(self, rows: list[tuple[str, str, str, str, float | None, bool]]) -> None:
        for learner, assignment, notebook, cell, score, waits in rows:
            assert (score is None) == bool(waits) or f"{learner}/{assignment}" in self.lost, (learner, cell)
            verdict: Verdict = "waits" if score is None else score
            if f"{learner}/{assignment}" in self.lost:
                verdict = "lost"
            self._verdicts.setdefault((learner, assignment, notebook), {})[cell] = verdict

    def verdicts(self, learner: str, assignment: str, notebook: str) -> dict[str, Verdict]:
        """grade_id → what nbgrader's gradebook says; empty if it never got so far."""
        return dict(self._verdicts.get((learner, assignment, notebook), {}))

    def _drive(self, what: str, *more: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.equality.driver", str(self.folder), what, *more]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))
