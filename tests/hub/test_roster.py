"""Who is in the hub's groups is in the course: groups in, enrolments and sections out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from kit.course import Hub
from kit.hub.roster import HubAway, Roster, RosterKeeper, groups_of, roster_of
from kit.records import LearnerRecord, fold_all
from kit.stages.opened import open_ledger
from tests.courses import write_course
from tests.cycle.school import School
from tests.hub.conftest import QUICK
from tests.hub.learner import eventually

SITUATIONS = {
    "nobody": ({}, Roster({}, False)),
    "learners without sections": ({"learner": ["ben", "ana"]}, Roster({"ana": "", "ben": ""}, False)),
    "learners in sections": (
        {"learner": ["ana", "ben", "cy"], "section-monday": ["ana"], "section-friday": ["ben"]},
        Roster({"ana": "monday", "ben": "friday", "cy": ""}, True),
    ),
    "an instructor in a section is no learner": (
        {"learner": ["ana"], "section-monday": ["ana", "teacher"]}, Roster({"ana": "monday"}, True),
    ),
    "a learner in two sections is in the first": (
        {"learner": ["ana"], "section-b": ["ana"], "section-a": ["ana"]},
        Roster({"ana": "a"}, True, (), ("ana",)),
    ),
    "an account that cannot be a learner's": ({"learner": ["ana", "a/b"]}, Roster({"ana": ""}, False, ("a/b",))),
    "a group called by the prefix alone is no section": (
        {"learner": ["ana"], "section-": ["ana"]}, Roster({"ana": ""}, False),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("groups", "roster"), SITUATIONS.values(), ids=SITUATIONS)
def test_what_the_groups_say(groups: dict[str, list[str]], roster: Roster) -> None:
    assert roster_of(groups, Hub()) == roster


def test_groups_may_have_other_names() -> None:
    hub = Hub(learners="cs1", instructors="cs1-staff", sections="cs1-lab-")
    groups = {"cs1": ["ana"], "cs1-lab-2": ["ana"], "section-x": ["ana"], "learner": ["ben"]}
    assert roster_of(groups, hub).sections == {"ana": "2"}


@dataclass
class Answers:
    """What stands at the hub's address, and how it answers. The real hub is in test_life."""

    groups: dict[str, list[str]] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    asked: int = 0
    page: int = 2
    url: str = ""


@pytest.fixture
def hub() -> Iterator[Answers]:
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked += 1
            query = parse_qs(urlsplit(self.path).query)
            offset = int(query.get("offset", ["0"])[0])
            items = [{"name": name, "users": users} for name, users in answers.groups.items()]
            following = {"offset": offset + answers.page} if offset + answers.page < len(items) else None
            page = {"items": items[offset : offset + answers.page], "_pagination": {"next": following}}
            body = answers.body if answers.body is not None else json.dumps(page).encode()
            self.send_response(answers.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    answers.url = f"http://127.0.0.1:{server.server_port}/hub/api"
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_every_page_of_the_hubs_list_is_read(hub: Answers, session: requests.Session) -> None:
    hub.groups = {f"section-{n}": [f"l{n}"] for n in range(7)} | {"other": ["x"], "learner": ["l1"]}
    assert groups_of(session, hub.url, Hub()) == {name: users for name, users in hub.groups.items() if name != "other"}


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        pytest.param(403, b"{}", "needs the scopes list:groups", id="without the scope"),
        pytest.param(401, b"{}", "needs the scopes list:groups", id="with a token that was taken back"),
        pytest.param(502, b"bad gateway", "status 502", id="the proxy alone answers"),
        pytest.param(200, b"<html>", "cannot be used", id="something else answers"),
        pytest.param(200, b"[]", "cannot be used", id="a hub too old to page"),
        pytest.param(
            200, b'{"items": [{"name": "learner"}], "_pagination": {"next": null}}', "read:groups", id="names alone"
        ),
    ],
)
def test_an_answer_that_cannot_be_used_says_why(
    hub: Answers, session: requests.Session, status: int, body: bytes, said: str
) -> None:
    hub.status, hub.body = status, body
    with pytest.raises(HubAway, match=said):
        groups_of(session, hub.url, Hub())


def test_a_hub_that_is_away_says_so_without_its_address_or_a_token(session: requests.Session) -> None:
    with pytest.raises(HubAway, match="cannot be reached") as told:
        groups_of(session, "http://127.0.0.1:9/hub/api", Hub())
    assert "127.0.0.1" not in str(told.value)


def records(school: School) -> dict[str, LearnerRecord]:
    with open_ledger(school.course) as ledger:
        return fold_all(ledger.events())


def test_members_are_enrolled_moved_and_kept_when_they_leave(
    hub: Answers, session: requests.Session, tmp_path: Path
) -> None:
    school = School(write_course(tmp_path / "course"))
    keeper = RosterKeeper(school.course, hub.url, "t")

    def sections() -> dict[str, str]:
        keeper.look(session)
        return {name: record.section for name, record in records(school).items()}

    hub.groups = {"learner": ["ana", "ben"]}
    assert sections() == {"ana": "", "ben": ""}
    hub.groups = {"learner": ["ana", "ben", "cy"], "section-m": ["ana"]}
    assert sections() == {"ana": "m", "ben": "", "cy": ""}
    hub.groups = {"learner": ["ana"], "section-f": ["ana"]}
    assert sections() == {"ana": "f", "ben": "", "cy": ""}, "who left the group stays in the records"
    hub.groups = {"learner": ["ana"], "section-f": []}
    assert sections() == {"ana": "", "ben": "", "cy": ""}
    hub.groups = {"learner": ["ana"], "section-f": ["ana"]}
    assert sections()["ana"] == "f"
    hub.groups = {"learner": ["ana"]}
    assert sections()["ana"] == "", "the last of the section groups is gone, and the section with it"
    assert all(event.who == "hub" for event in events(school) if event.kind == "enrolled")

    before = len(events(school))
    sections()
    RosterKeeper(school.course, hub.url, "t").look(session)
    assert len(events(school)) == before, "the same groups again write nothing"

    school.run()
    assert records(school)["cy"].unit("01-one").grants, "and what is open for them is granted by the next round"


def events(school: School) -> list:  # type: ignore[type-arg]
    with open_ledger(school.course) as ledger:
        return ledger.events()


def test_sections_of_a_class_list_stay_where_the_hub_has_none(
    hub: Answers, session: requests.Session, tmp_path: Path
) -> None:
    from kit.stages.people import enrol

    school = School(write_course(tmp_path / "course"))
    enrol(school.course, {"ana": "Ana"}, by="teacher", sections={"ana": "monday"})
    hub.groups = {"learner": ["ana"]}
    RosterKeeper(school.course, hub.url, "t").look(session)
    assert (records(school)["ana"].section, records(school)["ana"].name) == ("monday", "Ana")


def test_it_goes_on_asking_a_hub_that_was_away(hub: Answers, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = write_course(tmp_path / "course")
    with (root / "course.toml").open("a") as settings:
        settings.write(QUICK)
    school = School(root)
    hub.status, hub.groups = 503, {"learner": ["ana"]}
    keeper = RosterKeeper(school.course, hub.url, "t")
    keeper.start()
    try:
        eventually(lambda: hub.asked, "a first look")
        hub.status = 200
        eventually(lambda: records(school), "a learner in the records")
    finally:
        keeper.stop()
    assert set(records(school)) == {"ana"}
    assert any("cannot be used (status 503)" in record.getMessage() for record in caplog.records)
