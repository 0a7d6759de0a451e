"""Parts of the service that need no hub: who somebody is, how often they may ask, its hand in the ledger."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.course import Course, Hub, load_course
from kit.errors import (
    CourseError,
    KitError,
    LedgerError,
    NotBuilt,
    NotGranted,
    StorageError,
    SubmissionRefused,
    SubmissionTooLarge,
    UnknownName,
)
from kit.exchange import Receipt
from kit.hub.app import pattern
from kit.hub.book import Book
from kit.hub.failures import NOT_THERE, Failure, failure_of
from kit.hub.identity import Identity, identity_of
from kit.hub.rates import Places, Rate, Rates
from kit.hub.serving import NEEDED, Place, place_of
from kit.stages.opened import open_ledger
from kit.stages.restoring import restore_ledger
from tests.courses import write_course

HUB = Hub()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path / "course"))


def person(*groups: str, name: str = "ana", **more: object) -> dict[str, object]:
    return {"kind": "user", "name": name, "groups": list(groups), **more}


MEMBERS = {
    "a learner": (person("learner"), Identity("ana", "learner")),
    "a learner in a section": (person("learner", "section-red"), Identity("ana", "learner", frozenset({"red"}))),
    "an instructor": (person("instructor"), Identity("ana", "instructor")),
    "an instructor of a section": (
        person("instructor", "section-red", "others"), Identity("ana", "instructor", frozenset({"red"})),
    ),
    "somebody in both groups teaches": (person("learner", "instructor"), Identity("ana", "instructor")),
    "a group named like the prefix alone is no section": (person("learner", "section-"), Identity("ana", "learner")),
    "a service": ({"kind": "service", "name": "grafana"}, Identity("grafana", "service")),
    "a service's groups say nothing": (
        {"kind": "service", "name": "grafana", "groups": ["instructor"]}, Identity("grafana", "service"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("model", "expected"), MEMBERS.values(), ids=MEMBERS)
def test_the_hubs_groups_say_who_somebody_is(model: dict[str, object], expected: Identity) -> None:
    assert identity_of(model, HUB) == expected


STRANGERS = {
    "somebody in no group": (person(), "not-in-this-course", "“learner”"),
    "an admin of the hub": (person(admin=True), "not-in-this-course", "“learner”"),
    "somebody in a section alone": (person("section-red"), "not-in-this-course", "“learner”"),
    "a model without groups": ({"kind": "user", "name": "ana"}, "not-in-this-course", "“learner”"),
    "an account that is no folder's name": (person("learner", name="a/b"), "name-impossible", "a/b"),
    "an account that begins with a dot": (person("learner", name=".."), "name-impossible", ".."),
}


@pytest.mark.parametrize(("model", "code", "words"), STRANGERS.values(), ids=STRANGERS)
def test_everybody_else_is_told_what_to_ask_for(model: dict[str, object], code: str, words: str) -> None:
    with pytest.raises(Failure) as refused:
        identity_of(model, HUB)
    assert (refused.value.status_code, refused.value.code) == (403, code)
    assert words in refused.value.message


def test_an_instructor_of_sections_sees_these_alone() -> None:
    tutor, teacher = Identity("t", "instructor", frozenset({"red"})), Identity("t", "instructor")
    assert tutor.sees("red")
    assert not tutor.sees("blue")
    assert not tutor.sees("")
    assert teacher.sees("red")
    assert teacher.sees("")
    assert not Identity("ana", "learner", frozenset({"red"})).sees("red")


def test_the_groups_names_are_the_courses_to_choose() -> None:
    mine = Hub(learners="py-students", instructors="py-staff", sections="py-")
    assert identity_of(person("py-students"), mine).role == "learner"
    assert identity_of(person("py-staff"), mine).role == "instructor"
    with pytest.raises(Failure):
        identity_of(person("learner"), mine)


TABLES = {
    "its names": ('[hub]\nlearners = "a"\ninstructors = "b"\nsections = "c-"\n', Hub("a", "b", "c-")),
    "nothing said": ("", Hub()),
    "how long the hub is believed": ("[hub]\nidentity_seconds = 5\n", Hub(identity_seconds=5)),
}


@pytest.mark.parametrize(("table", "expected"), TABLES.values(), ids=TABLES)
def test_course_toml_says_which_groups(table: str, expected: Hub, course: Course) -> None:
    with (course.root / "course.toml").open("a") as file:
        file.write(table)
    assert load_course(course.root).hub == expected


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('learners = "x"\ninstructors = "x"', "same group"),
        ('learners = ""', "at least 1"),
        ("identity_seconds = 0", "1"),
    ],
    ids=["one group for both", "a group without a name", "never believed"],
)
def test_a_table_that_cannot_be_meant_is_a_fault(table: str, words: str, course: Course) -> None:
    with (course.root / "course.toml").open("a") as file:
        file.write(f"[hub]\n{table}\n")
    with pytest.raises(CourseError, match=words):
        load_course(course.root)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_by_use_and_fills_by_time() -> None:
    clock = Clock()
    rates = Rates({"read": Rate(0.5, 3), "submit": Rate(1, 1)}, clock=clock)
    for _ in range(3):
        rates.take("ana", "read")
    with pytest.raises(Failure) as refused:
        rates.take("ana", "read")
    assert (refused.value.status_code, refused.value.retry_after) == (429, 2)
    rates.take("ana", "submit")
    rates.take("ben", "read")
    clock.now = 1.9
    with pytest.raises(Failure):
        rates.take("ana", "read")
    clock.now = 2.0
    rates.take("ana", "read")
    with pytest.raises(Failure):
        rates.take("ana", "read")


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    rates = Rates({"read": Rate(1, 2)}, clock=clock)
    clock.now = 1e6
    rates.take("ana", "read")
    rates.take("ana", "read")
    with pytest.raises(Failure):
        rates.take("ana", "read")


def test_only_so_many_buckets_are_kept() -> None:
    rates = Rates({"read": Rate(1, 1)}, clock=Clock(), most=10)
    for number in range(1000):
        rates.take(f"somebody{number}", "read")
    assert len(rates) == 10


def test_places_are_given_back_whatever_happens() -> None:
    places = Places(each=1, all_=2)
    with places.one("ana"):
        with pytest.raises(Failure) as mine, places.one("ana"):
            pass
        assert mine.value.status_code == 429
        with places.one("ben"), pytest.raises(Failure) as all_, places.one("cleo"):
            pass
        assert all_.value.status_code == 503
    with pytest.raises(RuntimeError), places.one("ana"):
        raise RuntimeError
    with places.one("ana"):
        pass


ERRORS = {
    "not granted": (NotGranted("'x' is not open to ana now."), 404, "not-there", NOT_THERE),
    "not there": (UnknownName("There is no x."), 404, "not-there", NOT_THERE),
    "refused": (SubmissionRefused("There is no notebook."), 422, "refused", "There is no notebook."),
    "too large": (SubmissionTooLarge("Larger than 1 MB."), 413, "too-large", "Larger than 1 MB."),
    "not built": (NotBuilt("Run `kit build`."), 503, "not-built", "not ready yet"),
    "no room": (StorageError("No space left (/srv/x)."), 503, "storage", "Your work is safe"),
    "a damaged ledger": (LedgerError("/srv/x is damaged."), 503, "storage", "Your work is safe"),
    "what nobody thought of": (ZeroDivisionError("secret"), 500, "fault", "written down"),
}


@pytest.mark.parametrize(("error", "status", "code", "words"), ERRORS.values(), ids=ERRORS)
def test_an_error_becomes_an_answer_that_says_nothing_about_the_machine(
    error: Exception, status: int, code: str, words: str
) -> None:
    failure = failure_of(error)
    assert (failure.status_code, failure.code) == (status, code)
    assert words in failure.message
    assert "/srv" not in failure.message
    assert "secret" not in failure.message
    assert (failure.retry_after is not None) == (status == 503)


SERVICE = {
    "JUPYTERHUB_API_TOKEN": "t", "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
    "JUPYTERHUB_CLIENT_ID": "service-mastery", "JUPYTERHUB_SERVICE_PREFIX": "/services/mastery/",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:10101",
}  # fmt: skip


def test_the_environment_of_a_service_says_where_to_listen() -> None:
    assert place_of(SERVICE) == Place("127.0.0.1", 10101, "/services/mastery/")
    assert place_of({**SERVICE, "JUPYTERHUB_SERVICE_PREFIX": "/jupyter/services/m"}).prefix == "/jupyter/services/m/"
    assert place_of({**SERVICE, "JUPYTERHUB_SERVICE_URL": "http://mastery"}).port == 80


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_in_it_is_named(name: str) -> None:
    with pytest.raises(KitError, match=rf"Missing: {name}\. `kit hub-config`"):
        place_of({**SERVICE, name: ""})


@pytest.mark.parametrize("url", ["127.0.0.1:10101", "https://127.0.0.1:1", "http://127.0.0.1:port", "http://:80"])
def test_an_address_that_cannot_be_listened_on_is_shown(url: str) -> None:
    with pytest.raises(KitError, match="JUPYTERHUB_SERVICE_URL"):
        place_of({**SERVICE, "JUPYTERHUB_SERVICE_URL": url})


PATTERNS = {
    "a place for a name": ("api/assignments/<assignment>", "/s/api/assignments/01-one.a", {"assignment": "01-one.a"}),
    "nothing in between": ("", "/s/", {}),
    "no slash in a name": ("learners/<learner>", "/s/learners/a/b", None),
    "a dot is a dot": ("oauth.callback", "/s/oauthXcallback", None),
    "and not more": ("health", "/s/health/more", None),
}


@pytest.mark.parametrize(("template", "path", "expected"), PATTERNS.values(), ids=PATTERNS)
def test_a_template_stands_for_its_addresses(template: str, path: str, expected: dict[str, str] | None) -> None:
    import re

    found = re.fullmatch(pattern(template, "/s/"), path)
    assert (found.groupdict() if found else None) == expected


def receipt(number: int = 1) -> Receipt:
    at = datetime(2026, 5, 4, 8, number, tzinfo=UTC)
    return Receipt("ana", "01-one.a", f"20260504T08{number:02}00000000Z-0123456789abcdef", at)


def test_what_was_received_is_written_once(course: Course) -> None:
    book = Book(course)
    assert book.received(receipt(), sha256="0" * 64, size=10, door="hub")
    assert not book.received(receipt(), sha256="0" * 64, size=10, door="hub")
    book.close()
    with open_ledger(course) as ledger:
        assert [event.kind for event in ledger.events("ana")] == ["received"]


def test_who_the_hub_has_is_enrolled_once_and_into_their_section(course: Course) -> None:
    book = Book(course)
    assert book.enrol("ana", "red")
    assert not book.enrol("ana", "red")
    book.close()
    with open_ledger(course) as ledger:
        (event,) = (event for event in ledger.events("ana") if event.kind == "enrolled")
    assert event.who == "hub"
    assert event.data["section"] == "red"


def test_nothing_goes_into_a_ledger_that_was_moved_aside(course: Course) -> None:
    """`kit restore` puts another file in its place while the service runs."""
    book = Book(course)
    book.received(receipt(1), sha256="", size=0, door="hub")
    with open_ledger(course):
        pass  # its end brings the journal up to date, from which the ledger is restored
    path = course.gradebook_dir / "mastery.db"
    for name in ("mastery.db", "mastery.db-wal", "mastery.db-shm"):
        if (path.with_name(name)).exists():
            os.rename(path.with_name(name), path.with_name(f"old-{name}"))
    with pytest.raises(LedgerError, match="kit restore"):
        book.received(receipt(2), sha256="", size=0, door="hub")
    restore_ledger(course)
    assert book.received(receipt(2), sha256="", size=0, door="hub")
    book.close()
    with open_ledger(course) as ledger:
        assert [event.data["submission"] for event in ledger.events("ana")] == [
            receipt(1).submission, receipt(2).submission,
        ]  # fmt: skip


def test_many_threads_write_into_one_book(course: Course) -> None:
    async def write() -> list[bool]:
        jobs = (
            asyncio.to_thread(book.received, receipt(number % 20), sha256="", size=0, door="hub")
            for number in range(60)
        )
        return await asyncio.gather(*jobs)

    book = Book(course)
    assert sum(asyncio.run(write())) == 20
    book.close()
    with open_ledger(course) as ledger:
        assert ledger.count() == 20
