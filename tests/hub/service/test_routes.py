"""Every route of the service, asked by everybody: what each may have, and that nobody gets at what is another's."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from kit.hub.app import ROUTES
from kit.hub.identity import MEMBERS
from kit.hub.pages.drawing import STATIC
from tests.hub.service.asking import Answer
from tests.hub.service.conftest import School

WHO = ("anonymous", "ana", "ben", "teacher", "tutor", "outsider", "chief", "stranger", "collector", "removed")
"""ana and ben are learners; what is asked for is ana's. The tutor looks after a section that ana is not in. The chief
is an admin of the hub and nothing else. The stranger is another service of the hub, the collector one that may read
figures. The removed one was a learner until they were deleted from the hub."""

LOG_IN = 302
NOT_API = (403, 403, 403, 403, 401)
NOT_PAGE = (403, 403, 403, 403, LOG_IN)
"""What outsider, chief, stranger, collector and removed are answered wherever only members may look."""

TABLE: Mapping[tuple[str, str], tuple[int, ...]] = {
    # template, method → anonymous, ana, ben, teacher, tutor, outsider, chief, stranger, collector, removed
    ("health", "GET"): (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("static/<file>", "GET"): (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    ("oauth_callback", "GET"): (403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    ("metrics", "GET"): (401, 403, 403, 200, 200, 403, 403, 403, 200, 401),
    ("api/course", "GET"): (401, 200, 200, 200, 200, *NOT_API),
    ("api/offers", "GET"): (401, 200, 200, 200, 200, *NOT_API),
    ("api/assignments/<assignment>", "GET"): (401, 200, 404, 404, 404, *NOT_API),
    ("api/assignments/<assignment>/feedback", "GET"): (401, 200, 404, 404, 404, *NOT_API),
    ("api/assignments/<assignment>/feedback/<submission>", "GET"): (401, 200, 404, 404, 404, *NOT_API),
    ("api/assignments/<assignment>/submissions", "POST"): (401, 201, 404, 404, 404, *NOT_API),
    ("api/standing", "GET"): (401, 200, 200, 200, 200, *NOT_API),
    ("api/changes", "GET"): (401, 200, 200, 200, 200, *NOT_API),
    ("api/events", "GET"): (401, 200, 200, 200, 200, *NOT_API),
    ("api/cohort", "GET"): (401, 403, 403, 200, 200, *NOT_API),
    ("api/learners/<learner>", "GET"): (401, 403, 403, 200, 404, *NOT_API),
    ("api/learners/<learner>/units/<unit>/override", "POST"): (401, 403, 403, 201, 404, *NOT_API),
    ("", "GET"): (LOG_IN, 200, 200, 200, 200, *NOT_PAGE),
    ("learners/<learner>", "GET"): (LOG_IN, 403, 403, 200, 404, *NOT_PAGE),
    ("learners/<learner>/override", "GET"): (LOG_IN, 403, 403, 302, 302, *NOT_PAGE),
    ("learners/<learner>/override", "POST"): (403, 403, 403, 200, 404, 403, 403, 403, 403, 403),
    ("feedback/<assignment>/<submission>", "GET"): (LOG_IN, 200, 404, 404, 404, *NOT_PAGE),
    ("open/<assignment>", "GET"): (LOG_IN, 302, 404, 404, 404, *NOT_PAGE),
    ("portfolio", "GET"): (LOG_IN, 200, 200, 404, 404, *NOT_PAGE),
    ("portfolio.pdf", "GET"): (LOG_IN, 200, 200, 404, 404, *NOT_PAGE),
    ("learners/<learner>/portfolio", "GET"): (LOG_IN, 403, 403, 200, 404, *NOT_PAGE),
}
PUBLIC = {"health", "static/<file>", "oauth_callback"}
FORGED = {
    "the folder above": "..",
    "the folder above, written in another way": "%2e%2e",
    "a path": "%2e%2e%2fana%2fgranted",
    "a path with a backslash": "..%5c..%5cana",
    "an absolute path": "%2fetc%2fpasswd",
    "a zero byte": "01-one.a%00",
    "what is no text": "%ff%fe",
    "a line's end, for a header": "01-one.a%0d%0aX-Mine:%20yes",
    "very long": "a" * 5000,
    "other letters": "%D0%B0na",
    "markup": "%3Cscript%3E",
    "a quote": "%27%20OR%201=1--",
    "a hidden folder": ".01-one.a",
    "an entry of the inbox": "20261124T024808442711Z-2cf5f6c46ca7dec8+01-one.a",
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Anas:
    """What is ana's and nobody else's: a corrective, and her submission of it."""

    assignment: str
    submission: str
    parcel: bytes

    def path(self, template: str) -> str:
        values = {
            "assignment": self.assignment, "submission": self.submission, "learner": "ana", "unit": "01-one",
            "file": min(path.name for path in STATIC.glob("*.css")),
        }  # fmt: skip
        for name, value in values.items():
            template = template.replace(f"<{name}>", value)
        return template


@pytest.fixture(scope="module")
def anas(school: School) -> Anas:
    """Ana has gaps and ben has none; ana hands in the first of her correctives; somebody is removed from the hub."""
    school.hand_in("ana", "01-one.a", right=0)
    school.hand_in("ben", "01-one.a", right=2)
    offers = school.asker("ana").get("api/offers").json["offers"]
    corrective = next(offer["assignment"] for offer in offers if offer["assignment"] != "01-one.a")
    parcel = school.asker("ana").get(f"api/assignments/{corrective}").body
    answered = school.asker("ana").hand_in(corrective, parcel, "the-corrective-of-ana")
    school.until(lambda: school.feedback("ana", corrective), "Feedback on ana's corrective")
    assert school.asker("removed").get("api/course").status == 200
    school.hub.api("DELETE", "users/removed")
    school.until(lambda: school.asker("removed").get("api/course").status == 401, "The end of the removed one's token")
    return Anas(corrective, answered.json["submission"], parcel)


def ask(school: School, anas: Anas, who: str, template: str, method: str, path: str | None = None) -> Answer:
    path = anas.path(template) if path is None else path
    asker = school.asker(who)
    if template.endswith("/submissions"):
        return asker.ask(method, path, anas.parcel, Idempotency_Key=secrets.token_hex(8))
    wish = {"unit": "01-one", "action": "another-form", "why": "They asked for it in the lab."}
    if template.endswith("/units/<unit>/override"):
        return asker.ask(method, path, json.dumps(wish).encode(), Content_Type="application/json")
    if method == "POST":
        return asker.ask(method, path, urlencode(wish).encode(), Content_Type="application/x-www-form-urlencoded")
    return asker.ask(method, path)


def test_the_table_has_a_row_for_every_route_and_method() -> None:
    made = {
        (template, method)
        for template, handler in ROUTES
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH")
        if any(method.lower() in kind.__dict__ for kind in handler.__mro__ if kind.__module__.startswith("kit."))
    }
    assert made == set(TABLE)


def test_every_route_says_who_may_have_its_answer() -> None:
    assert {template for template, handler in ROUTES if handler.audience is None} == PUBLIC  # type: ignore[attr-defined]
    assert all(handler.audience is None or handler.audience for _, handler in ROUTES)  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", WHO)
def test_everybody_is_answered_what_the_table_says(who: str, school: School, anas: Anas) -> None:
    place = WHO.index(who)
    answers = {key: ask(school, anas, who, *key) for key in TABLE}
    assert {key: answer.status for key, answer in answers.items()} == {key: row[place] for key, row in TABLE.items()}
    for (template, _), answer in answers.items():
        for name, value in EVERYWHERE.items():
            if not (name == "Cache-Control" and template == "static/<file>"):
                assert answer.headers[name] == value, (template, name)
        assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"] or answer.status == 200
        assert "Server" not in answer.headers
        if who not in ("ana", "teacher", "tutor") and template not in PUBLIC:
            assert anas.submission.encode() not in answer.body


@pytest.mark.parametrize("who", ["ana", "teacher"])
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_name_is_as_if_it_were_not_there(forged: str, who: str, school: School, anas: Anas) -> None:
    for template, method in TABLE:
        for name in ("<assignment>", "<submission>", "<learner>", "<unit>", "<file>"):
            if name not in template:
                continue
            path = anas.path(template.replace(name, forged))
            # Nobody may hand in, or decide, as often as this test would.
            asking = who
            if template.endswith("/submissions"):
                asking = school.next_pupil()
            elif who == "teacher":
                asking = school.next_of_staff()
            answer = ask(school, anas, asking, template, method, path)
            refused = (400, 403, 404, 409, 422) if method == "POST" or who == "ana" else (302, 400, 404)
            assert answer.status in refused, (template, name, answer.status)
            assert "X-Mine" not in answer.headers
            assert b"<script>" not in answer.body
            assert b"root:" not in answer.body


def test_what_is_anothers_and_what_does_not_exist_are_answered_alike(school: School, anas: Anas) -> None:
    nothing = Anas("01-one.zzz", "20200101T000000000000Z-0123456789abcdef", anas.parcel)
    asked = [key for key in TABLE if key[0].startswith("api/assignments/")]
    for key in asked:
        hers, none = ask(school, anas, "ben", *key), ask(school, nothing, "ben", *key)
        assert (hers.status, hers.body) == (none.status, none.body) == (404, hers.body), key


def test_another_learners_submission_is_not_there_under_ones_own_assignment(school: School, anas: Anas) -> None:
    of_ana = school.feedback("ana", "01-one.a")[0]["submission"]
    assert school.asker("ana").get(f"api/assignments/01-one.a/feedback/{of_ana}").status == 200
    assert school.asker("ben").get(f"api/assignments/01-one.a/feedback/{of_ana}").status == 404
    assert school.asker("ben").get(f"feedback/01-one.a/{of_ana}").status == 404


def test_feedback_is_shown_as_if_it_came_from_nowhere(school: School, anas: Anas) -> None:
    page = school.asker("ana").get(anas.path("api/assignments/<assignment>/feedback/<submission>"))
    rules = page.headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in rules
    assert "default-src 'none'" in rules
    assert not any(rule.startswith("script-src") for rule in rules)


def test_an_address_that_there_is_not_is_answered_alike_to_everybody(school: School, anas: Anas) -> None:
    answers = {school.asker(who).get("api/secret").body for who in WHO}
    assert len(answers) == 1
    assert {school.asker(who).get("api/secret").status for who in ("anonymous", "ana", "teacher")} == {404}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"])
def test_other_methods_do_nothing(method: str, school: School, anas: Anas) -> None:
    for template, _ in TABLE:
        if template in PUBLIC or template == "api/events":
            continue
        status = school.asker(school.next_of_staff()).ask(method, anas.path(template)).status
        assert status in (403, 404, 405), (template, status)


def test_who_is_taken_out_of_the_group_is_out_at_once(school: School, anas: Anas) -> None:
    cleo = school.asker("cleo")
    assert cleo.get("api/course").json["role"] == "learner"
    school.hub.api("DELETE", "groups/learner/users", json={"users": ["cleo"]})
    school.until(lambda: cleo.get("api/course").status == 403, "Cleo is out")
    assert cleo.get("api/course").code == "not-in-this-course"
    school.hub.api("POST", "groups/learner/users", json={"users": ["cleo"]})
    school.until(lambda: cleo.get("api/course").status == 200, "Cleo is back")


def test_a_token_without_the_scope_says_what_is_missing(school: School) -> None:
    from tests.hub.service.asking import Asker

    weak = Asker(school.hub.direct_url, school.hub.token("ana", scopes=["users:activity!user"]))
    answer = weak.get("api/course")
    assert answer.status == 403
    assert answer.code == "scope-missing"
    assert "access:services!service=mastery" in answer.json["error"]["message"]


def test_a_browser_may_read_by_its_log_in_and_write_only_with_the_pages_word(school: School, anas: Anas) -> None:
    session = school.hub.session("ana")
    page = session.get(school.hub.service_url)
    assert page.status_code == 200
    asked = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
    assert session.get(f"{school.hub.service_url}api/standing", headers=asked).status_code == 401
    xsrf = next(cookie.value for cookie in session.cookies if cookie.name == "_xsrf" and "services" in cookie.path)
    good = {**asked, "X-XSRFToken": xsrf}
    assert session.get(f"{school.hub.service_url}api/standing", headers=good).status_code == 200
    where = f"{school.hub.service_url}api/assignments/{anas.assignment}/submissions"
    key = {"Idempotency-Key": secrets.token_hex(8)}
    assert session.post(where, data=anas.parcel, headers={**asked, **key}).status_code == 401
    assert session.post(where, data=anas.parcel, headers={**good, **key}).status_code == 201


def test_nothing_of_all_this_was_a_fault_and_no_secret_is_in_the_log(school: School, anas: Anas) -> None:
    log = school.hub.log()
    assert '"A request failed."' not in log
    ours = [line for line in log.splitlines() if line.startswith("{")]
    assert ours
    for who in ("ana", "teacher", "collector"):
        token = school.asker(who).token
        assert token is not None
        assert not any(token in line for line in ours)


def test_learners_are_members_and_services_are_not() -> None:
    assert {"learner", "instructor"} == MEMBERS
