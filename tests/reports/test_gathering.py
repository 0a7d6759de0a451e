"""Gathering in several processes, and reading what repeats once: the same as reading everything as it is."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.ledger import Ledger
from kit.records import fold_all
from kit.reports import Frames, gathering
from kit.reports.decoding import Decoder
from kit.reports.view import Written
from tests.reports.test_frames import FRAMES
from tests.reports.written_history import History


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_frames_are_the_same_from_any_number_of_processes(
    processes: int, cohort: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        cohort.enrol(f"learner{number}", f"Übung {number}")
        cohort.attempt(f"learner{number}", "01-values.a", 2 + number, {"names": 5, "text": number % 6})
    view = cohort.view()
    alone = Frames(Written(tuple(view.history)).gather(view.catalogue, None), view.catalogue, list)
    monkeypatch.setattr(gathering, "PER_PROCESS", 1)
    monkeypatch.setattr(gathering, "_cores", lambda: processes)
    started: list[object] = []
    start = gathering._start
    monkeypatch.setattr(gathering, "_start", lambda job: started.append(job) or start(job))
    for name in FRAMES:
        if name != "events":
            pd.testing.assert_frame_equal(getattr(view.frames, name), getattr(alone, name))
    assert len(started) == processes - 1


def test_where_a_process_cannot_be_started_its_part_is_done_here(
    cohort: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PER_PROCESS", 1)
    monkeypatch.setattr(gathering, "_cores", lambda: 2)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert list(cohort.view().frames.learners["learner"]) == ["ada", "ben", "cleo", "dan"]


def test_records_of_what_is_read_once_are_those_of_what_is_read_each_time(cohort: History) -> None:
    view = cohort.view()
    with Ledger(cohort.course.ledger_url) as ledger:
        decoder = Decoder()
        found = [event for stretch in ledger.stretches(10**6, 1)
                 for _, events in ledger.histories(stretch, decoder.event) for event in events]  # fmt: skip
    assert fold_all(found) == fold_all(view.history)


NOTES = st.text(alphabet=st.sampled_from('a"\\{}[], :é\n'), max_size=12) | st.sampled_from(
    ["}, {", '"}, {"item": "x"', "}], ", '"items": [{', '\\"}, {\\"', '"}], "version": 1}']
)


@given(notes=st.lists(NOTES, min_size=0, max_size=4), reason=NOTES)
def test_no_note_can_be_taken_for_the_end_of_an_item(notes: list[str], reason: str) -> None:
    items = [
        {"item": f"i{n}", "objective": "o", "score": 1.0, "max": 1.0, "note": note} for n, note in enumerate(notes)
    ]
    data = {"submission": reason, "items": items, "version": 1, "by_hand": [reason]}
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    row = ("k", "graded", "ada", "2026-03-02T09:00:00.000000+00:00", "who", "u", "a", text, "")
    found = Decoder().event(row).data
    assert found["submission"] == reason
    leaves = [(s["item"], s["note"]) if isinstance(s, dict) else (s.item, s.note) for s in found["items"]]
    assert leaves == [(f"i{n}", note) for n, note in enumerate(notes)]
