"""The routes of a learner's own server, on a real hub with real services: what each answers, and to whom."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.courses import answer
from tests.lab.conftest import PATIENCE, Campus

ASKED = {"course": "numbers", "assignment": "01-one.a"}
WHICH = "course=numbers&assignment=01-one.a"


@pytest.fixture(scope="module")
def ada(campus: Campus) -> requests.Session:
    return campus.door("ada")


def get(campus: Campus, session: requests.Session, path: str) -> requests.Response:
    return session.get(campus.url("ada", f"mastery/{path}"), timeout=PATIENCE, allow_redirects=False)


def post(campus: Campus, session: requests.Session, path: str, body: Any, **headers: str) -> requests.Response:
    return session.post(campus.url("ada", f"mastery/{path}"), json=body, headers=headers, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "standing", 403),
        ("GET", "changes?since=mastery:0", 403),
        ("POST", "open", 403),
        ("GET", f"open?{WHICH}", 302),
        ("POST", "submit", 403),
        ("GET", f"feedback?{WHICH}&submission=20260101T000000000000Z-000000", 403),
    ],
)
def test_who_is_not_logged_in_gets_nothing(campus: Campus, method: str, path: str, status: int) -> None:
    url = campus.url("ada", f"mastery/{path}")
    answered = requests.request(method, url, json=ASKED, timeout=PATIENCE, allow_redirects=False)
    assert answered.status_code == status
    if status == 302:  # a page: to the hub's log-in, and back here afterwards
        assert urlsplit(answered.headers["Location"]).path.startswith("/hub/")


def test_another_learner_does_not_get_in(campus: Campus) -> None:
    assert get(campus, campus.door("bob"), "standing").status_code in (403, 404)


def test_another_site_opens_and_hands_in_nothing_in_the_name_of_who_is_logged_in(campus: Campus) -> None:
    session = campus.hub.session("ada")
    assert session.get(campus.url("ada", "lab"), timeout=PATIENCE).status_code == 200
    before = campus.at_the_service("ada", "api/offers")
    for path in ("open", "submit"):
        for kind in ("application/json", "text/plain"):
            answered = session.post(
                campus.url("ada", f"mastery/{path}"), data=json.dumps(ASKED), timeout=PATIENCE,
                headers={"Content-Type": kind, "Origin": "https://elsewhere.test", "Idempotency-Key": "a-forged-one"},
            )  # fmt: skip
            assert answered.status_code == 403, path
    for path in ("standing", f"feedback?{WHICH}&submission=20260101T000000000000Z-000000"):
        headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.test"}
        answered = session.get(campus.url("ada", f"mastery/{path}"), headers=headers, timeout=PATIENCE)
        assert answered.status_code in (403, 404), path
    assert campus.at_the_service("ada", "api/offers") == before


def test_the_standing_names_every_course_of_the_server_in_its_order(campus: Campus, ada: requests.Session) -> None:
    numbers, letters = get(campus, ada, "standing").json()
    assert [numbers["course"], letters["course"]] == ["numbers", "letters"]
    assert numbers["portfolio_url"] == "/services/mastery/portfolio"
    assert letters["service_page"] == "/services/second/"
    assert numbers["standing"]["next_assignment"] == "01-one.a"
    assert numbers["error"] is None
    assert [only["course"] for only in get(campus, ada, "standing?service=second").json()] == ["letters"]


def test_the_hubs_token_is_in_no_answer_and_on_no_page(campus: Campus, ada: requests.Session) -> None:
    servers = [p for p in psutil.process_iter() if "singleuser" in " ".join(_told(p.cmdline))]
    tokens = {_told(p.environ).get("JUPYTERHUB_API_TOKEN") for p in servers} - {None}
    assert len(tokens) >= 2, "the servers of ada and bob were found"
    pages = [ada.get(campus.url("ada", path), timeout=PATIENCE).text for path in ("lab", "mastery/standing")]
    assert "masteryServices" in pages[0]
    for token in tokens:
        assert all(token not in page for page in pages)


def _told(ask: Any) -> Any:
    try:
        return ask()
    except (psutil.Error, OSError):
        return {}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param({"course": "numbers", "assignment": "02-two.a"}, 404, id="not open to this learner"),
        pytest.param({"course": "numbers", "assignment": "no-such"}, 404, id="no such assignment"),
        pytest.param({"course": "nowhere", "assignment": "01-one.a"}, 404, id="no such course"),
        pytest.param({"course": "numbers", "assignment": "../../x"}, 404, id="a path"),
        pytest.param({"course": "numbers"}, 400, id="no assignment"),
        pytest.param({"course": 7, "assignment": ["x"]}, 400, id="no names at all"),
        pytest.param(["course", "assignment"], 400, id="a list"),
    ],
)
def test_what_is_not_there_is_not_opened(campus: Campus, ada: requests.Session, asked: Any, status: int) -> None:
    answered = post(campus, ada, "open", asked)
    assert answered.status_code == status, answered.text
    if status == 404:
        assert answered.json()["error"]["message"]
    if isinstance(asked, dict) and status == 404:
        page = ada.get(campus.url("ada", "mastery/open"), params=asked, timeout=PATIENCE)
        assert page.status_code == 404
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Back to your course" in page.text
        assert 'href="/services/mastery/"' in page.text
        assert 'href="/user/ada/lab"' in page.text


def test_a_link_of_the_services_page_fetches_and_lands_on_the_notebook(campus: Campus, ada: requests.Session) -> None:
    went = get(campus, ada, f"open?{WHICH}")
    assert (went.status_code, went.headers["Location"]) == (302, "/user/ada/lab/tree/numbers/01-one.a/01-one.ipynb")
    assert (campus.home("ada") / "numbers/01-one.a/01-one.ipynb").is_file()


def test_a_page_shows_a_hostile_name_as_text(campus: Campus, ada: requests.Session) -> None:
    page = get(campus, ada, "open?course=numbers&assignment=%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status_code == 404
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_from_opening_to_feedback(campus: Campus, ada: requests.Session) -> None:
    opened = post(campus, ada, "open", ASKED)
    assert opened.json() == {"path": "numbers/01-one.a/01-one.ipynb"}
    folder = campus.home("ada") / "numbers/01-one.a"
    answer(folder, {"adding": 2, "taking": 0}, 10)
    worked = (folder / "01-one.ipynb").read_bytes()
    post(campus, ada, "open", ASKED)
    assert (folder / "01-one.ipynb").read_bytes() == worked, "opening it again replaces nothing"
    before = get(campus, ada, "standing?service=mastery").json()[0]
    assert before["here"] == {"01-one.a": "numbers/01-one.a/01-one.ipynb"}

    assert post(campus, ada, "submit", ASKED).status_code == 400, "without a key a retry could count twice"
    first = post(campus, ada, "submit", ASKED, **{"Idempotency-Key": "one-click-of-ada"})
    again = post(campus, ada, "submit", ASKED, **{"Idempotency-Key": "one-click-of-ada"})
    assert first.status_code == 201, first.text
    assert again.json() == first.json()

    unit, known = before["standing"]["units"][0], {"mastery": before["version"], "second": 0}
    while unit["attempts"] == 0:
        # Both as they are known now: what is already there is answered at once, and may not be asked so often.
        since = ",".join(f"{name}:{version}" for name, version in known.items())
        news = get(campus, ada, f"changes?since={since}").json()
        assert news["away"] == {}
        known = news["versions"]
        unit = get(campus, ada, "standing?service=mastery").json()[0]["standing"]["units"][0]
    assert {o["id"]: o["state"] for o in unit["objectives"]} == {"adding": "shown", "taking": "not-yet"}
    offers = campus.at_the_service("ada", "api/offers")["offers"]
    assert [len(o["submissions"]) for o in offers if o["assignment"] == "01-one.a"] == [1]

    page = get(campus, ada, f"feedback?{WHICH}&submission={first.json()['submission']}")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "sandbox" in policy.split("; ")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "do some taking" in page.text.lower()
    unknown = get(campus, ada, f"feedback?{WHICH}&submission=20200101T000000000000Z-000000")
    assert unknown.json()["error"]["code"] == "not-granted"


def test_what_was_never_opened_cannot_be_handed_in(campus: Campus, ada: requests.Session) -> None:
    asked = {"course": "letters", "assignment": "01-one.a"}
    answered = post(campus, ada, "submit", asked, **{"Idempotency-Key": "another-click"})
    assert answered.status_code == 422
    assert "Open it first" in answered.json()["error"]["message"]
