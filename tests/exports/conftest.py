"""The cohort of the reports' tests, in two sections and with names that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.records import Event
from tests.cli.terminal import Terminal
from tests.reports.conftest import cohort, history
from tests.reports.written_history import BEGIN, History

__all__ = ["cohort", "history"]

HOME = "https://hub.example.org"
FORMULA = '=HYPERLINK("http://evil.example","x"),"\n<script>'


def in_sections(history: History, **sections: str) -> History:
    for learner, section in sections.items():
        data = {"section": section}
        history.write(Event(f"enrolled:{learner}:{section}", "enrolled", learner, BEGIN, "grace", data=data))
    return history


@pytest.fixture
def terminal(cohort: History) -> Terminal:
    """At the cohort's course: ada and ben are in the section monday, cleo and dan in none."""
    in_sections(cohort, ada="monday", ben="monday")
    cohort.view()
    return Terminal(cohort.course.root)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"
