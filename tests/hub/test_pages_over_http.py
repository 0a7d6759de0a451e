"""The pages over HTTP on a real hub: what protects them, what browsers keep, and decisions through the JSON door."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from kit.hub.pages import drawing
from kit.hub.trial import TrialHub
from tests.hub.learner import Learner, eventually

WISH = {"unit": "01-one", "action": "mastered", "why": "Shown at the board."}
HTML = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def pat(hub: TrialHub, tmp_path_factory: pytest.TempPathFactory) -> Learner:
    """A learner who has begun nothing; the service knows them."""
    learner = Learner(hub, "pat", tmp_path_factory.mktemp("desk"))
    eventually(lambda: learner.ask("GET", "offers").json()["offers"], "something is open for pat")
    return learner


@pytest.fixture(scope="module")
def teacher(hub: TrialHub) -> Any:
    """A browser's session of the teacher, logged in to the service."""
    session = hub.session("teacher")
    session.headers.update(HTML)
    assert session.get(hub.service_url, timeout=90).status_code == 200
    return session


def xsrf(page: str) -> str:
    return re.findall(r'name="_xsrf" value="([^"]+)"', page)[0]


def test_pages_forbid_everything_inline_and_every_frame(teacher: Any, pat: Learner) -> None:
    for path in ("", "learners/pat", "learners/pat?as=learner", "learners/nobody"):
        answer = teacher.get(pat.hub.service_url + path, timeout=90)
        assert answer.headers["Content-Security-Policy"] == drawing.CSP, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert "Server" not in answer.headers or "Tornado" not in answer.headers["Server"], path


def test_a_form_from_elsewhere_decides_nothing(teacher: Any, pat: Learner) -> None:
    address = f"{pat.hub.service_url}learners/pat/override"
    before = len(pat.events())
    for token in ({}, {"_xsrf": "forged"}):
        answer = teacher.post(address, data={**WISH, **token, "confirmed": str(before)}, timeout=90)
        assert answer.status_code == 403
        assert "Reload it and do it again" in answer.text
    assert not pat.events("overridden")


def test_a_decision_is_asked_for_again_where_something_happened_since_it_was_looked_at(
    teacher: Any, pat: Learner
) -> None:
    page = teacher.get(f"{pat.hub.service_url}learners/pat", timeout=90).text
    asked = {**WISH, "_xsrf": xsrf(page), "confirmed": "1"}
    answer = teacher.post(f"{pat.hub.service_url}learners/pat/override", data=asked, timeout=90)
    assert "Count the unit as mastered?" in answer.text
    assert not pat.events("overridden")


def test_what_goes_with_the_pages_is_kept_for_ever_under_the_address_of_its_content(hub: TrialHub) -> None:
    for file in ("pages.css", "pages.js"):
        named = requests.get(hub.service_url + drawing.static_address(file), timeout=90)
        assert named.content == (drawing.STATIC / file).read_bytes()
        assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        plain = requests.get(f"{hub.service_url}static/{file}?v=older", timeout=90)
        assert plain.headers["Cache-Control"] == "no-cache"
    assert requests.get(f"{hub.service_url}static/base.html", timeout=90).status_code == 404


def test_the_cohort_as_data_says_what_the_ledger_says(pat: Learner) -> None:
    headers = {"Authorization": f"token {pat.hub.token('teacher')}"}
    cohort = requests.get(f"{pat.hub.service_url}api/cohort", headers=headers, timeout=90).json()
    (row,) = [row for row in cohort["learners"] if row["learner"] == "pat"]
    assert [unit["state"] for unit in row["units"]] == ["open", "locked"]
    told = requests.get(f"{pat.hub.service_url}api/learners/pat", headers=headers, timeout=90).json()
    assert [event["key"] for event in told["events"]] == [event.key for event in pat.events()]
    assert told["standing"]["next_assignment"] == "01-one.a"


WRONG: dict[str, tuple[str, bytes, int, str]] = {
    "no JSON": ("01-one", b"mastered", 422, "Send a JSON object"),
    "no object": ("01-one", b"[1]", 422, "Send a JSON object"),
    "a number where words belong": ("01-one", b'{"action": 1, "why": "w"}', 422, "Send a JSON object"),
    "no reason": ("01-one", b'{"action": "mastered"}', 422, "Please write why"),
    "no unit of that name": ("09-none", b'{"action": "mastered", "why": "w"}', 422, "no unit"),
    "nothing that can be decided": ("01-one", b'{"action": "promote", "why": "w"}', 422, "Choose one of"),
    "not open yet": ("02-two", b'{"action": "another-form", "why": "w"}', 409, "requires 01-one"),
}


@pytest.mark.parametrize(("unit", "body", "status", "said"), WRONG.values(), ids=WRONG)
def test_a_wish_as_data_that_cannot_be_carried_out_says_why(
    unit: str, body: bytes, status: int, said: str, pat: Learner
) -> None:
    headers = {"Authorization": f"token {pat.hub.token('teacher')}", "Content-Type": "application/json"}
    address = f"{pat.hub.service_url}api/learners/pat/units/{unit}/override"
    answer = requests.post(address, data=body, headers=headers, timeout=90)
    assert (answer.status_code, said in answer.json()["error"]["message"]) == (status, True)
    assert not pat.events("overridden")


def test_a_decision_as_data_is_carried_out_at_once(pat: Learner) -> None:
    headers = {"Authorization": f"token {pat.hub.token('teacher')}"}
    address = f"{pat.hub.service_url}api/learners/pat/units/01-one/override"
    answer = requests.post(address, json={"action": "mastered", "why": WISH["why"]}, headers=headers, timeout=90)
    assert (answer.status_code, answer.json()["opens"]) == (201, ["02-two.a"])
    eventually(lambda: "02-two.a" in str(pat.ask("GET", "offers").json()), "the next unit is open for pat")
    (event,) = pat.events("overridden")
    assert (event.who, event.why) == ("teacher", "Shown at the board.")
