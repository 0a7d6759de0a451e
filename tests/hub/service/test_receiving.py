"""What is handed in is in the exchange and in the ledger before it is answered, once, or it is refused in words."""

from __future__ import annotations

import gzip
import io
import os
import secrets
import socket
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from kit.exchange.names import submission_time
from kit.hub.receiving import largest_parcel
from kit.records import Event
from kit.stages.opened import open_ledger
from tests.hub.service.asking import PATIENCE
from tests.hub.service.conftest import LIMITS, School

FORM = "01-one.a"


def received(school: School, learner: str) -> list[Event]:
    with open_ledger(school.course) as ledger:
        return [event for event in ledger.events(learner) if event.kind == "received"]


def parcel_of(files: dict[str, bytes], *, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.type, about.linkname, about.size = kind, link, len(content)
            tar.addfile(about, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture(scope="module")
def work(school: School) -> bytes:
    """A parcel that any of the learners could hand in."""
    return school.parcel("cleo", FORM)


def test_it_is_in_the_ledger_and_in_the_exchange_when_it_is_answered(school: School, work: bytes, pupil: str) -> None:
    import hashlib

    answer = school.asker(pupil).hand_in(FORM, work, secrets.token_hex(8))
    assert answer.status == 201
    submission = answer.json["submission"]
    event = next(event for event in received(school, pupil) if event.data["submission"] == submission)
    assert event.data["sha256"] == hashlib.sha256(work).hexdigest()
    assert event.data["bytes"] == len(work)
    assert event.assignment == FORM
    assert event.at == submission_time(submission)
    assert event.at.isoformat(timespec="microseconds") == answer.json["at"]
    home = school.course.exchange_path / pupil
    entry = f"{submission}+{FORM}"
    assert (home / "inbox" / entry).is_dir() or (home / "submitted" / entry).is_dir()


def test_the_same_key_is_the_same_submission_and_another_key_is_another(
    school: School, work: bytes, pupil: str
) -> None:
    asker, key = school.asker(pupil), secrets.token_hex(8)
    first, again = asker.hand_in(FORM, work, key), asker.hand_in(FORM, work, key)
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    other = asker.hand_in(FORM, work, secrets.token_hex(8))
    assert other.status == 201
    assert other.json["submission"] != first.json["submission"]
    mine = [event.data["submission"] for event in received(school, pupil)]
    assert mine.count(first.json["submission"]) == mine.count(other.json["submission"]) == 1


def test_a_key_is_its_learners_own(school: School, work: bytes, pupil: str) -> None:
    key = secrets.token_hex(8)
    hers = school.asker(pupil).hand_in(FORM, work, key)
    his = school.asker(school.next_pupil()).hand_in(FORM, work, key)
    assert his.status == 201
    assert his.json["submission"].rpartition("-")[2] != hers.json["submission"].rpartition("-")[2]


def test_of_many_windows_with_one_key_one_submission_comes(school: School, work: bytes, pupil: str) -> None:
    key = secrets.token_hex(8)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: school.asker(pupil).hand_in(FORM, work, key), range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.body for answer in answers}) == 1


def test_after_a_crash_between_exchange_and_ledger_the_retry_finds_it(school: School, work: bytes, pupil: str) -> None:
    """The same as if the service had been killed in between: the entry is there, the event is not."""
    from kit.exchange import open_exchange
    from kit.exchange.parcel import unpack

    key = secrets.token_hex(8)
    folder = unpack(io.BytesIO(work), school.folder / secrets.token_hex(4), LIMITS)
    before = open_exchange(school.course).submit(pupil, FORM, folder, key)
    assert before.submission not in {event.data["submission"] for event in received(school, pupil)}
    answer = school.asker(pupil).hand_in(FORM, work, key)
    assert answer.json["submission"] == before.submission
    assert [event.data["submission"] for event in received(school, pupil)].count(before.submission) == 1


def bomb() -> bytes:
    head = io.BytesIO()
    with tarfile.open(fileobj=head, mode="w") as tar:
        about = tarfile.TarInfo("01-one.ipynb")
        about.size = 3_000_000_000
        tar.addfile(about)
    return gzip.compress(head.getvalue()[:512] + bytes(50_000_000), 9)


REFUSED = {
    "no parcel at all": (b"nothing of the kind", 422, "refused", "damaged"),
    "a parcel that was cut off": (parcel_of({"01-one.ipynb": os.urandom(5000)})[:-2000], 422, "refused", "cut off"),
    "no notebook in it": (parcel_of({"notes.txt": b"hello"}), 422, "refused", "no notebook"),
    "a path out of it": (parcel_of({"../../01-one.ipynb": b"{}"}), 422, "refused", "outside"),
    "an absolute path": (parcel_of({"/tmp/01-one.ipynb": b"{}"}), 422, "refused", "outside"),
    "a link": (
        parcel_of({"01-one.ipynb": b""}, kind=tarfile.SYMTYPE, link="/etc/passwd"), 422, "refused", "ordinary file",
    ),
    "a hard link": (
        parcel_of({"01-one.ipynb": b""}, kind=tarfile.LNKTYPE, link="/etc/passwd"), 422, "refused", "ordinary file",
    ),
    "a device": (parcel_of({"01-one.ipynb": b""}, kind=tarfile.CHRTYPE), 422, "refused", "ordinary file"),
    "too many files": (
        parcel_of({f"{number}.ipynb": b"{}" for number in range(9)}), 413, "too-large", "more than 5 files",
    ),
    "too large when it is unpacked": (
        parcel_of({"01-one.ipynb": bytes(400_000)}), 413, "too-large", "larger than 0.3 MB",
    ),
    "too large as it comes": (os.urandom(largest_parcel(LIMITS) + 1), 413, "too-large", "larger than 0.3 MB"),
    "small, and endless when it is unpacked": (bomb(), 413, "too-large", "larger than 0.3 MB"),
}  # fmt: skip


@pytest.mark.parametrize(("parcel", "status", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_taken_is_refused_in_words_and_leaves_nothing(
    parcel: bytes, status: int, code: str, words: str, school: School, pupil: str
) -> None:
    asker = school.asker(pupil)
    before = len(received(school, pupil))
    answer = asker.hand_in(FORM, parcel, secrets.token_hex(8))
    assert (answer.status, answer.code) == (status, code), answer.body
    assert words in answer.json["error"]["message"]
    assert len(received(school, pupil)) == before
    assert list((school.course.gradebook_dir / "arriving").iterdir()) == []


def test_too_much_without_a_length_is_refused_while_it_comes(school: School, pupil: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield os.urandom(50_000)

    answer = school.asker(pupil).hand_in(FORM, endless(), secrets.token_hex(8))
    assert (answer.status, answer.code) == (413, "too-large")


def test_what_is_far_too_large_is_refused_before_it_is_sent(school: School, pupil: str) -> None:
    url = urlsplit(school.hub.direct_url)
    with socket.create_connection((url.hostname, url.port), timeout=PATIENCE) as wire:
        head = (
            f"POST {url.path}api/assignments/{FORM}/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n"
            f"Authorization: token {school.asker(pupil).token}\r\nIdempotency-Key: far-too-large\r\n\r\n"
        )
        wire.sendall(head.encode())
        answered = wire.makefile("rb").readline()
    assert b" 413 " in answered


KEYS = {
    "none": "",
    "too short": "abc",
    "too long": "a" * 101,
    "other signs": "a key with spaces",
    "a path": "../../../../x",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_without_a_usable_key_nothing_is_taken(key: str, school: School, work: bytes, pupil: str) -> None:
    answer = school.asker(pupil).hand_in(FORM, work, key)
    assert (answer.status, answer.code) == (400, "key-missing")


def test_the_service_does_not_believe_the_learners_clock_or_name(school: School, work: bytes, pupil: str) -> None:
    from datetime import UTC, datetime, timedelta

    answer = school.asker(pupil).hand_in(
        FORM, work, secrets.token_hex(8), Date="Thu, 01 Jan 1970 00:00:00 GMT", X_Forwarded_User="ana",
        Remote_User="ana",
    )  # fmt: skip
    assert answer.status == 201
    at = submission_time(answer.json["submission"])
    assert at is not None
    assert datetime.now(UTC) - timedelta(seconds=PATIENCE) < at <= datetime.now(UTC)
    assert (school.course.exchange_path / pupil).is_dir()
    assert answer.json["submission"] in {event.data["submission"] for event in received(school, pupil)}


def test_who_breaks_off_in_the_middle_leaves_nothing(school: School, work: bytes, pupil: str) -> None:
    before = len(received(school, pupil))
    url = urlsplit(school.hub.direct_url)
    with socket.create_connection((url.hostname, url.port), timeout=PATIENCE) as wire:
        head = (
            f"POST {url.path}api/assignments/{FORM}/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(work)}\r\n"
            f"Authorization: token {school.asker('cleo').token}\r\nIdempotency-Key: broken-off-1\r\n\r\n"
        )
        wire.sendall(head.encode() + work[: len(work) // 2])
    assert school.asker(pupil).get("health").status == 200
    assert len(received(school, pupil)) == before
    assert school.asker(pupil).hand_in(FORM, work, "broken-off-1").status == 201


def test_too_often_is_answered_with_when_to_come_again(school: School) -> None:
    asker = school.asker("hasty")
    answers = [asker.hand_in(FORM, b"", secrets.token_hex(8)) for _ in range(20)]
    late = [answer for answer in answers if answer.status == 429]
    assert late
    assert late[0].code == "too-many"
    assert int(late[0].headers["Retry-After"]) >= 1
    assert asker.get("api/course").status == 200  # other kinds of request are not held up by it


def test_a_submission_is_only_counted_once_whoever_tells_of_it(school: School, work: bytes, pupil: str) -> None:
    """`received` is proof and changes nothing: an old ledger without it folds to the same record."""
    from kit.records import fold

    assert school.asker(pupil).hand_in(FORM, work, secrets.token_hex(8)).status == 201
    with open_ledger(school.course) as ledger:
        events = ledger.events(pupil)
    assert any(event.kind == "received" for event in events)
    new, old = fold(pupil, events), fold(pupil, [event for event in events if event.kind != "received"])
    assert new.units == old.units
    assert new.set_aside == old.set_aside
    assert [event.data["submission"] for event in new.received] == [
        event.data["submission"] for event in events if event.kind == "received"
    ]
    assert old.received == []
