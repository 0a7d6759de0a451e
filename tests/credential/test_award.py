"""What a credential says of one learner, and when there is none."""

from __future__ import annotations

import copy
import hashlib
import json
import sys
from datetime import timedelta
from typing import Any

import pytest

from kit.credential import Key, NotMastered, award, bake, faults, verify, write
from kit.errors import KitError, UnknownName
from kit.portfolio import portfolio, render_json
from tests.credential.conftest import NOW
from tests.reports.written_history import History


def results(document: dict[str, Any]) -> dict[str, str]:
    """Name of each result → its value, or its status."""
    subject = document["credentialSubject"]
    names = {kind["id"]: kind["name"] for kind in subject["achievement"]["resultDescription"]}
    return {names[r["resultDescription"]]: r.get("value", r.get("status")) for r in subject["result"]}


def test_it_has_every_member_that_open_badges_asks_for(document: dict[str, Any]) -> None:
    assert faults(document) == []
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["validFrom"] == "2026-06-01T12:00:00Z"
    assert document["issuer"]["name"] == "School of Examples"


NEEDED = [
    ("@context",), ("id",), ("type",), ("name",), ("validFrom",), ("issuer",), ("credentialSubject",),
    ("issuer", "id"), ("issuer", "type"), ("credentialSubject", "type"), ("credentialSubject", "identifier"),
    ("credentialSubject", "identifier", 0, "type"), ("credentialSubject", "identifier", 0, "hashed"),
    ("credentialSubject", "identifier", 0, "identityHash"), ("credentialSubject", "identifier", 0, "identityType"),
    ("credentialSubject", "achievement"), ("credentialSubject", "achievement", "id"),
    ("credentialSubject", "achievement", "type"), ("credentialSubject", "achievement", "name"),
    ("credentialSubject", "achievement", "description"), ("credentialSubject", "achievement", "criteria"),
    ("credentialSubject", "achievement", "resultDescription", 0, "id"),
    ("credentialSubject", "achievement", "resultDescription", 0, "type"),
    ("credentialSubject", "achievement", "resultDescription", 0, "name"),
    ("credentialSubject", "achievement", "resultDescription", 0, "resultType"),
    ("credentialSubject", "result", 0, "type"), ("credentialSubject", "result", 0, "status"),
    ("evidence", 0, "type"),
]  # fmt: skip


@pytest.mark.parametrize("path", NEEDED, ids=lambda path: ".".join(map(str, path)))
def test_a_member_that_is_missing_or_of_another_type_is_a_fault(
    document: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    for spoil in (lambda inside, name: inside.pop(name), lambda inside, name: inside.__setitem__(name, 7)):
        spoilt: Any = copy.deepcopy(document)
        inside = spoilt
        for name in path[:-1]:
            inside = inside[name]
        spoil(inside, path[-1])
        assert faults(spoilt) != []


def test_its_figures_are_those_of_the_course_by_hand(document: dict[str, Any]) -> None:
    said = results(document)
    slicing = "take a run of elements out of a list"
    assert {name: value for name, value in said.items() if name.startswith("Lists and slicing")} == {
        "Lists and slicing: unit mastered": "Completed",
        "Lists and slicing: form on which the unit was completed": "b",
        "Lists and slicing: forms handed in": "2",
        "Lists and slicing: attempts that left a gap": "1",
        f"Lists and slicing: share of the points: {slicing}": "80",
        f"Lists and slicing: form that showed it: {slicing}": "b",
        f"Lists and slicing: items on that form: {slicing}": "5",
        # Beta(1 + 4 + 3/2, 1 + 1 + 2/2) from 0.8 on: form a counts half, a corrective came after it.
        f"Lists and slicing: probability that the level reaches the criterion: {slicing}": "0.232",
    }
    asked = [kind for kind in document["credentialSubject"]["achievement"]["resultDescription"]
             if kind["resultType"] == "Percent"]  # fmt: skip
    assert [(kind["requiredValue"], kind["valueMax"]) for kind in asked] == [("80", "100")] * 3
    assert document["credentialSubject"]["activityStartDate"] == "2026-03-02T10:00:00Z"
    assert document["credentialSubject"]["activityEndDate"] == "2026-03-02T18:00:00Z"


def test_its_criteria_say_what_was_asked_and_how_far_it_can_be_trusted(document: dict[str, Any]) -> None:
    criteria = document["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "take a run of elements out of a list: criterion 80 %, shown on form b with 5 items." in criteria
    assert "Too few learners to tell: 3 so far" in criteria  # ada, bob and cleo took the first form
    assert "(n = 3)" in criteria
    road = [evidence["narrative"] for evidence in document["evidence"]]
    assert road == ["Form a: mastered.", "Form a, then slicing by number-line, then form b: mastered."]


def test_with_enough_learners_it_tells_the_decision_accuracy(school: History, key: Key) -> None:
    for number in range(40):
        school.enrol(f"l{number:02}", "L")
        right = (number * 7) % 6
        school.attempt(f"l{number:02}", "01-values.a", 3, {"names": right, "text": (right + number) % 6}, took=2)
    school.view()
    document = award(school.course, "ada", key, now=NOW)
    said = results(document)
    accuracy = said["Values and names: share decided rightly by one form: give a value a name"]
    assert 0.5 < float(accuracy) < 1
    from kit.analysis import decisions

    frame = decisions(school.view(), "01-values").set_index("objective")
    assert accuracy == f"{frame['accuracy']['names']:.3f}"
    criteria = document["credentialSubject"]["achievement"]["criteria"]["narrative"]
    assert "Of 100 learners one form decides rightly on" in criteria


def test_without_every_unit_there_is_none_and_the_sentence_says_what_is_missing(school: History, key: Key) -> None:
    with pytest.raises(NotMastered, match=r"no credential for Bob yet: 02-lists \(0 of 1 objective shown\)"):
        award(school.course, "bob", key, now=NOW)


def test_somebody_unknown_has_none(school: History, key: Key) -> None:
    with pytest.raises(UnknownName, match="No learner 'eve'"):
        award(school.course, "eve", key, now=NOW)


def test_overrides_are_stated_and_their_reasons_kept_back(school: History, key: Key) -> None:
    document = award(school.course, "cleo", key, now=NOW)
    assert document["credentialSubject"]["narrative"] == (
        "Decided by an instructor and not by evidence alone, 1 time: 02-lists marked as mastered by an instructor on "
        "2026-03-02."
    )
    assert results(document)["Lists and slicing: decisions by an instructor"] == "1"
    assert not any("share of the points" in name for name in results(document) if name.startswith("Lists"))
    assert "blackboard" not in write(document)
    assert "grace" not in write(document)  # who decided is nobody's business either
    assert faults(document) == []


def test_reasons_are_told_when_they_are_asked_for(school: History, key: Key) -> None:
    document = award(school.course, "cleo", key, now=NOW, reasons=True)
    assert "was ill; showed it at the blackboard" in document["credentialSubject"]["narrative"]


def test_the_account_is_a_salted_hash_unless_it_is_asked_for(school: History, key: Key) -> None:
    name, account = award(school.course, "ada", key, now=NOW)["credentialSubject"]["identifier"]
    assert name == {
        "type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": "Ada Lovelace",
    }  # fmt: skip
    assert account["hashed"] is True
    assert account["identityHash"] == "sha256$" + hashlib.sha256(f"ada{account['salt']}".encode()).hexdigest()
    assert len(account["salt"]) == 32
    _, openly = award(school.course, "ada", key, now=NOW, account=True)["credentialSubject"]["identifier"]
    assert (openly["hashed"], openly["identityHash"]) == (False, "ada")


def test_each_credential_has_an_id_and_a_salt_of_its_own_and_the_achievement_has_not(school: History, key: Key) -> None:
    one, other = (award(school.course, learner, key, now=NOW) for learner in ("ada", "cleo"))
    assert one["id"] != other["id"]
    assert len({document["credentialSubject"]["identifier"][1]["salt"] for document in (one, other)}) == 2
    assert len({document["credentialSubject"]["achievement"]["id"] for document in (one, other)}) == 1


def test_somebody_without_a_name_is_asked_for_one(school: History, key: Key) -> None:
    school.enrol("dan")
    school.override("dan", "01-values", "mastered", 3, "w")
    school.override("dan", "02-lists", "mastered", 3, "w")
    school.view()
    with pytest.raises(KitError, match="would name nobody"):
        award(school.course, "dan", key, now=NOW)
    assert award(school.course, "dan", key, now=NOW, account=True)["proof"]


def test_nobody_else_is_in_it(document: dict[str, Any]) -> None:
    assert not any(name in write(document).lower() for name in ("bob", "cleo", "grace"))


def test_hostile_names_are_text_in_the_file_and_in_the_badge(school: History, key: Key) -> None:
    document = award(school.course, "cleo", key, now=NOW)
    badge = bake(document)
    drawn = badge.partition("]]>")[2]
    assert "Cleo &lt;script&gt;" in drawn
    assert "<script" not in drawn
    assert verify(badge.encode(), NOW).holder == "Cleo <script>alert(1)</script>"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param(NOW, "", id="when it begins"),
        pytest.param(NOW - timedelta(minutes=4), "", id="by a clock that is a little slow"),
        pytest.param(NOW - timedelta(minutes=6), "not valid yet", id="before it begins"),
        pytest.param(NOW + timedelta(days=30), "", id="on its last day"),
        pytest.param(NOW + timedelta(days=30, seconds=1), "has expired on 2026-07-01", id="after its end"),
    ],
)
def test_its_dates(school: History, key: Key, now: Any, said: str) -> None:
    file = write(award(school.course, "ada", key, now=NOW, until=NOW + timedelta(days=30))).encode()
    if said:
        with pytest.raises(KitError, match=said):
            verify(file, now)
    else:
        assert verify(file, now).valid_until == NOW + timedelta(days=30)


def test_whose_it_is_and_who_issued_it_can_be_required(document: dict[str, Any], key: Key) -> None:
    file = write(document).encode()
    assert verify(file, NOW, issuer=key.issuer.did, account="ada").holder == "Ada Lovelace"
    with pytest.raises(KitError, match="by another issuer"):
        verify(file, NOW, issuer="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
    with pytest.raises(KitError, match="not issued to the account 'bob'"):
        verify(file, NOW, account="bob")


def test_what_is_not_checked_is_said(document: dict[str, Any], key: Key) -> None:
    told = " ".join(verify(write(document).encode(), NOW).notes)
    assert "Anybody can make a key" in told
    assert "It cannot be revoked" in told
    assert "Anybody" not in " ".join(verify(write(document).encode(), NOW, issuer=key.issuer.did).notes)


def test_a_portfolio_can_carry_it(school: History, document: dict[str, Any]) -> None:
    text = render_json(portfolio(school.course, "ada"), document)
    found = verify(text.encode(), NOW)
    assert found.holder == "Ada Lovelace"
    assert "Only the credential in this file is signed; the rest of the portfolio is not." in found.notes
    values = json.loads(text)
    values["credential"]["name"] += "!"
    with pytest.raises(KitError, match="changed after it was signed"):
        verify(json.dumps(values).encode(), NOW)


@pytest.mark.parametrize("module", ["rfc8785", "cryptography.exceptions"])
def test_without_the_extra_the_pip_command_is_named(
    document: dict[str, Any], module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(KitError, match=r'pip install "mastery-kit\[credential\]"'):
        verify(write(document).encode(), NOW)
