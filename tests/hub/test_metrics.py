"""The service's figures: what waits is what was received and is still to be checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kit.course import load_course
from kit.errors import LedgerError
from kit.hub.metrics import CONTENT_TYPE, Metrics, Waiting
from kit.records import Event
from kit.records.events import EventKind
from kit.stages.opened import open_ledger
from tests.courses import write_course
from tests.cycle.school import School

NOW = datetime(2026, 5, 4, 8, 15, tzinfo=UTC)


def about(
    kind: EventKind, submission: str, assignment: str = "01-one.a", learner: str = "ana", more: str = ""
) -> Event:
    return Event(f"{kind}:{learner}:{submission}{more}", kind, learner, NOW, learner, "01-one", assignment)


HISTORIES: dict[str, tuple[Sequence[Event], int]] = {
    "nothing": ((), 0),
    "received": ((about("received", "1"),), 1),
    "received and collected is one": ((about("received", "1"), about("submitted", "1")), 1),
    "by a door without receipts": ((about("submitted", "1"),), 1),
    "checked": ((about("received", "1"), about("submitted", "1"), about("graded", "1")), 0),
    "checked again": ((about("submitted", "1"), about("graded", "1"), about("graded", "1", more=":2")), 0),
    "could not be checked": ((about("received", "1"), about("submitted", "1"), about("rejected", "1")), 0),
    "our grader failed: it waits": ((about("submitted", "1"), about("fault", "1", more=":1")), 1),
    "two wait and the later one is checked": (
        (about("submitted", "1"), about("submitted", "2"), about("graded", "2")), 0,
    ),
    "a later one came while the first was checked": (
        (about("submitted", "1"), about("received", "2"), about("graded", "1")), 1,
    ),
    "and was set aside": (
        (about("submitted", "1"), about("received", "2"), about("graded", "1"), about("set-aside", "2")), 0,
    ),
    "of another learner, of another assignment": (
        (about("submitted", "1"), about("submitted", "1", learner="ben"), about("submitted", "2", "01-one.b")), 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("history", "waiting"), HISTORIES.values(), ids=HISTORIES)
def test_what_waits(tmp_path: Path, history: Sequence[Event], waiting: int) -> None:
    course = load_course(write_course(tmp_path / "course"))
    at_once, step_by_step = Waiting(course), Waiting(course)
    with open_ledger(course) as ledger:
        for event in history:
            ledger.append([event])
            step_by_step()
    assert at_once() == step_by_step() == waiting


def test_it_agrees_with_a_course_at_work_before_and_after_checking(tmp_path: Path) -> None:
    school = School(write_course(tmp_path / "course"), "ana", "ben")
    waiting = Waiting(school.course)
    for learner in ("ana", "ben", "ana"):
        school.submit(learner, "01-one.a")
    seen: list[int] = []
    school.run(watch=lambda step: seen.append(waiting()))
    assert max(seen) == 2, "ana's later one and ben's; nobody waits for ana's earlier one"
    assert waiting() == 0


def figures(**asked: Any) -> tuple[Metrics, dict[str, float]]:
    defaults = {"waiting": lambda: 0, "controller_up": lambda: True, "controller_restarts": lambda: 0}
    metrics = Metrics(**{**defaults, "listeners": lambda: 0, **asked})
    return metrics, read(metrics)


def read(metrics: Metrics) -> dict[str, float]:
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        ",".join([sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))]): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_figures_can_be_read_as_prometheus_reads_them() -> None:
    metrics, before = figures(waiting=lambda: 7, listeners=lambda: 50, controller_restarts=lambda: 2)
    assert before["kit_submissions_waiting"] == 7
    assert before["kit_controller_up"] == 1
    assert before["kit_controller_restarts_total"] == 2
    assert before["kit_listeners"] == 50
    assert before["kit_submissions_total,outcome=received"] == 0
    for status in (201, 201, 503):
        metrics.request(method="POST", route="api/x/<a>", status=status, seconds=0.02)
    metrics.request(method="GET", route="api/events", status=200, seconds=3600.0, timed=False)
    metrics.submission("received")
    after = read(metrics)
    assert after["kit_requests_total,method=POST,route=api/x/<a>,status=201"] == 2
    assert after["kit_requests_total,method=POST,route=api/x/<a>,status=503"] == 1
    assert after["kit_request_seconds_bucket,le=0.025,method=POST,route=api/x/<a>"] == 3
    assert not [name for name in after if name.startswith("kit_request_seconds") and "api/events" in name]
    assert after["kit_submissions_total,outcome=received"] == 1
    assert after["process_resident_memory_bytes"] > 0
    assert CONTENT_TYPE.startswith("text/plain")


def test_two_services_in_one_process_do_not_add_up() -> None:
    one, _ = figures()
    two, _ = figures()
    one.submission("received")
    assert read(two)["kit_submissions_total,outcome=received"] == 0


def test_a_database_that_is_away_takes_one_figure_with_it_and_no_other() -> None:
    def away() -> int:
        raise LedgerError("away")

    _, told = figures(waiting=away)
    assert told["kit_submissions_waiting"] != told["kit_submissions_waiting"], "not a number"
    assert told["kit_controller_up"] == 1
