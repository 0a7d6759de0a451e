"""Submission ids and idempotency keys: who hands in twice under one key has handed in once."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tiny import A, B, write_notebook

from kit.course import Limits
from kit.errors import NotGranted, StorageError, SubmissionRefused
from kit.exchange import Submitted, inbox
from kit.exchange.folder import FolderExchange
from kit.exchange.names import ending_of, ends_with, is_key, new_submission, submission_time

KEY = "key-of-one-submission"
MOMENT = datetime(2026, 5, 4, 8, 15, 30, 123456, tzinfo=UTC)


@pytest.fixture
def exchange(tmp_path: Path, limits: Limits, form_a: Path) -> FolderExchange:
    """Ada has one assignment and may fetch it."""
    made = FolderExchange(tmp_path / "exchange", limits)
    made.grant("ada", A, form_a)
    return made


@pytest.fixture
def work(exchange: FolderExchange, adas: Path) -> Path:
    return exchange.fetch("ada", A, adas)


def handed_in(exchange: FolderExchange) -> list[str]:
    return [receipt.submission for offer in exchange.offers("ada") for receipt in offer.submissions]


def test_an_id_that_follows_from_a_key_says_its_moment_and_sorts_by_it() -> None:
    earlier = new_submission(MOMENT, ending_of("ada", A, KEY))
    later = new_submission(MOMENT.replace(microsecond=123457), ending_of("ada", A, "another-key"))
    assert submission_time(earlier) == MOMENT
    assert sorted([later, earlier]) == [earlier, later]
    assert ends_with(earlier, ending_of("ada", A, KEY))
    assert not ends_with(later, ending_of("ada", A, KEY))


def test_the_same_key_of_another_learner_or_assignment_is_another_key() -> None:
    endings = {ending_of(*of) for of in (("ada", A, KEY), ("bob", A, KEY), ("ada", B, KEY), ("ada", A, KEY + "x"))}
    assert len(endings) == 4


def test_ids_from_before_there_were_keys_are_still_ids() -> None:
    assert submission_time("20261123T165501123456Z-1f3a9c") is not None
    assert submission_time("20261123T165501123456Z-1f3a9") is None
    assert submission_time(f"20261123T165501123456Z-{'a' * 33}") is None


NO_KEYS = ["", "short", "a" * 101, "with space", "../../etc", "käse-key-1", "new\nline-key", "zero\x00byte"]


@pytest.mark.parametrize("key", NO_KEYS, ids=[repr(key[:12]) for key in NO_KEYS])
def test_what_is_no_key_is_refused(key: str) -> None:
    assert not is_key(key)
    with pytest.raises(ValueError, match="idempotency key"):
        ending_of("ada", A, key)


def test_a_key_used_again_gives_the_receipt_of_then(exchange: FolderExchange, work: Path) -> None:
    first = exchange.submit("ada", A, work, KEY)
    write_notebook(next(work.glob("*.ipynb")), "# changed meanwhile")
    assert exchange.submit("ada", A, work, KEY) == first
    assert handed_in(exchange) == [first.submission]


def test_without_a_key_each_time_is_a_submission(exchange: FolderExchange, work: Path) -> None:
    exchange.submit("ada", A, work)
    exchange.submit("ada", A, work)
    assert len(handed_in(exchange)) == 2


def test_it_is_known_after_the_controller_has_settled_it_and_taken_the_grant_back(
    exchange: FolderExchange, work: Path
) -> None:
    first = exchange.submit("ada", A, work, KEY)
    for arrival in list(exchange.arrivals()):
        exchange.settle(arrival)
    assert exchange.submit("ada", A, work, KEY) == first
    exchange.withdraw("ada", A)
    assert exchange.submit("ada", A, work, KEY) == first
    with pytest.raises(NotGranted):
        exchange.submit("ada", A, work, "a-new-key-for-it")


def test_a_refused_submission_has_not_used_its_key_up(exchange: FolderExchange, work: Path) -> None:
    notebook = next(work.glob("*.ipynb"))
    kept = notebook.read_bytes()
    notebook.unlink()
    with pytest.raises(SubmissionRefused):
        exchange.submit("ada", A, work, KEY)
    notebook.write_bytes(kept)
    exchange.submit("ada", A, work, KEY)
    assert len(handed_in(exchange)) == 1


@pytest.mark.parametrize("assignment", ["01-names.zzz", "../ada", "A" * 10, ""])
def test_a_key_opens_nothing_that_was_not_granted(assignment: str, exchange: FolderExchange, work: Path) -> None:
    with pytest.raises(NotGranted):
        exchange.submit("ada", assignment, work, KEY)
    with pytest.raises(NotGranted):
        exchange.submit("bob", A, work, KEY)


def test_eight_at_the_same_time_are_one(exchange: FolderExchange, work: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: exchange.submit("ada", A, work, KEY), range(8)))
    assert len(set(receipts)) == 1
    assert [type(arrival) for arrival in exchange.arrivals()].count(Submitted) == 1


def test_who_keeps_the_inbox_locked_keeps_only_their_own_waiting(
    exchange: FolderExchange, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_PATIENCE_SECONDS", 0.1)
    descriptor = os.open(exchange.path / "ada" / "inbox", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        with pytest.raises(StorageError, match="at the same time"):
            exchange.submit("ada", A, work, KEY)
    finally:
        os.close(descriptor)
    exchange.submit("ada", A, work, KEY)
    assert len(handed_in(exchange)) == 1
