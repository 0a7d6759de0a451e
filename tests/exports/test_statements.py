"""The ledger as xAPI statements: what a small course says, and that every statement is one."""

from __future__ import annotations

import gc
import json
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.decisions import decide
from kit.errors import KitError
from kit.exports import Place, write_statements
from kit.exports.vocabulary import VERBS
from kit.ledger import Ledger
from kit.records import EVENT_KINDS, Event
from kit.reports import CourseView
from tests.exports.conftest import HOME, in_sections
from tests.exports.xapi_rules import faults
from tests.reports.written_history import BEGIN, History, write_course

COURSE = f"{HOME}/courses/python-for-data"
URN = "urn:mastery-kit:xapi:"


def told(view: CourseView, folder: Path, **options: Any) -> list[dict[str, Any]]:
    count = write_statements(view, Place(folder), HOME, **options)
    statements = [json.loads(line) for line in (folder / "xapi.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(statements) == count
    assert json.loads((folder / "xapi.json").read_text(encoding="utf-8")) == statements
    return statements


def short(statement: dict[str, Any]) -> tuple[Any, ...]:
    """Who, did what, with what, how well."""
    score = statement.get("result", {}).get("score", {}).get("scaled")
    thing = statement["object"]["id"].removeprefix(COURSE).lstrip("/").partition("/")[2]
    return statement["actor"]["account"]["name"], statement["verb"]["display"]["en"], thing or "the course", score


def everything(history: History) -> History:
    """Each kind of event at least once, after the cohort's own."""
    history.happen(
        "received", "ben", "01-values.text.tracing", 5.5, submission="s1", sha256="0" * 64, bytes=9, door="hub"
    )
    history.submit("ben", "01-values.text.tracing", 6)
    history.happen("rejected", "ben", "01-values.text.tracing", 6, submission="01-values.text.tracing@6", reason="x")
    history.happen("set-aside", "dan", "01-values.b", 6.5, submission="s2", reason="dan had not been given it")
    history.fetch("dan", "01-values.a", 7)
    history.happen("withdrawn", "dan", "01-values.a", 8)
    submission = history.submit("dan", "01-values.a", 9)
    history.happen("fault", "dan", "01-values.a", 9.5, submission=submission, what="no kernel")
    for action, hours in (("mastered", 10), ("reset", 11), ("another-form", 12)):
        history.override("dan", "01-values", action, hours, "dan told me")
    return history


def test_a_small_course_in_statements(cohort: History, folder: Path) -> None:
    assert [short(statement) for statement in told(cohort.view(), folder)] == [
        ("dan", "registered", "the course", None),
        ("ada", "registered", "the course", None),
        ("ben", "registered", "the course", None),
        ("cleo", "registered", "the course", None),
        ("mastery-kit", "assigned", "01-values.a", None),
        ("ada", "attempted", "01-values.a", None),
        ("ada", "initialized", "01-values", None),
        ("ada", "submitted", "01-values.a", None),
        ("ada", "scored", "01-values.a", 1.0),
        ("ada", "passed", "01-values.a", 1.0),
        ("ada", "mastered", "01-values", None),
        ("mastery-kit", "assigned", "02-lists.a", None),
        ("ada", "attempted", "02-lists.a", None),
        ("ada", "initialized", "02-lists", None),
        ("ada", "submitted", "02-lists.a", None),
        ("ada", "scored", "02-lists.a", 0.6),
        ("ada", "failed", "02-lists.a", 0.6),
        ("mastery-kit", "assigned", "02-lists.slicing.number-line", None),
        ("ada", "attempted", "02-lists.slicing.number-line", None),
        ("ada", "submitted", "02-lists.slicing.number-line", None),
        ("ada", "scored", "02-lists.slicing.number-line", 1.0),
        ("mastery-kit", "assigned", "02-lists.b", None),
        ("ada", "attempted", "02-lists.b", None),
        ("ada", "submitted", "02-lists.b", None),
        ("ada", "scored", "02-lists.b", 0.8),
        ("ada", "passed", "02-lists.b", 0.8),
        ("ada", "mastered", "02-lists", None),
        ("mastery-kit", "assigned", "01-values.a", None),
        ("ben", "attempted", "01-values.a", None),
        ("ben", "initialized", "01-values", None),
        ("ben", "submitted", "01-values.a", None),
        ("ben", "scored", "01-values.a", 0.6),
        ("ben", "failed", "01-values.a", 0.6),
        ("mastery-kit", "assigned", "01-values.text.tracing", None),
        ("ben", "attempted", "01-values.text.tracing", None),
        ("mastery-kit", "assigned", "01-values.a", None),
        ("cleo", "attempted", "01-values.a", None),
        ("cleo", "initialized", "01-values", None),
        ("cleo", "submitted", "01-values.a", None),
        # One answer waits for a person: not assessed is not zero.
        ("cleo", "scored", "01-values.a", None),
    ]


def test_a_score_stands_in_its_context(cohort: History, folder: Path) -> None:
    scored = next(s for s in told(cohort.view(), folder) if short(s) == ("ada", "scored", "02-lists.a", 0.6))
    context = scored["context"]
    assert scored["result"]["score"] == {"scaled": 0.6, "raw": 3.0, "min": 0.0, "max": 5.0}
    assert scored["timestamp"] == "2026-03-02T15:00:00.000000Z"
    assert scored["actor"]["account"] == {"homePage": HOME, "name": "ada"}
    assert scored["object"]["definition"]["name"] == {"en": "Lists and slicing, form a"}
    assert [a["id"] for a in context["contextActivities"]["parent"]] == [f"{COURSE}/units/02-lists"]
    assert [a["id"] for a in context["contextActivities"]["other"]] == [f"{COURSE}/units/02-lists/objectives/slicing"]
    assert context["extensions"] == {
        URN + "kind": "form", URN + "revision": 1, URN + "form": "a", URN + "submission": "02-lists.a@6",
    }  # fmt: skip


def test_a_corrective_says_its_objective_and_its_approach(cohort: History, folder: Path) -> None:
    taken = next(s for s in told(cohort.view(), folder) if short(s)[1:3] == ("attempted", "01-values.text.tracing"))
    assert taken["context"]["extensions"][URN + "approach"] == "tracing"
    assert [a["id"] for a in taken["context"]["contextActivities"]["other"]] == [
        f"{COURSE}/units/01-values/objectives/text"
    ]


def test_a_decision_says_for_each_objective_what_was_shown(cohort: History, folder: Path) -> None:
    failed = next(s for s in told(cohort.view(), folder) if short(s)[:3] == ("ben", "failed", "01-values.a"))
    assert failed["result"]["success"] is False
    verdicts = failed["result"]["extensions"][URN + "objectives"]
    assert [(v["objective"], v["state"], v["share"], v["criterion"]) for v in verdicts] == [
        ("names", "mastered", 0.8, 0.8),
        ("text", "gap", 0.4, 0.8),
    ]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param("withdrawn", [("mastery-kit", "retracted", "01-values.a", None)], id="a grant taken back"),
        pytest.param("received", [("ben", "delivered", "01-values.text.tracing", None)], id="taken in by the hub"),
        pytest.param("rejected", [("mastery-kit", "rejected", "01-values.text.tracing", None)], id="could not be read"),
        pytest.param("set-aside", [("mastery-kit", "archived", "01-values.b", None)], id="does not count"),
        pytest.param("fault", [], id="our grader failed: not theirs"),
        pytest.param(
            "overridden",
            [("dan", "waived", "01-values", None), ("grace", "cancelled", "01-values", None),
             ("grace", "authorized", "01-values", None)],
            id="an instructor decided",
        ),
    ],
)  # fmt: skip
def test_what_others_do_is_said_of_them(cohort: History, folder: Path, act: str, expected: list[Any]) -> None:
    view = everything(cohort).view()
    kinds = [event.kind for event in view.history if event.kind == act]
    statements = told(view, folder)
    words = {"withdrawn": "retracted", "received": "delivered", "set-aside": "archived", "rejected": "rejected"}
    mine = [s for s in statements if s["verb"]["display"]["en"] in {words.get(act), *_words_of(act)}]
    assert kinds
    assert [short(statement) for statement in mine] == expected
    for statement in mine:
        if statement["actor"]["account"]["name"] in ("mastery-kit", "grace"):
            assert statement["context"]["team"]["member"][0]["account"]["name"] in ("ben", "dan")


def _words_of(act: str) -> set[str]:
    return {"waived", "cancelled", "authorized"} if act == "overridden" else set()


def test_a_kind_of_event_is_told_or_left_out_on_purpose() -> None:
    assert set(VERBS) == set(EVENT_KINDS)


def test_every_statement_follows_the_rules_of_xapi(cohort: History, folder: Path) -> None:
    view = everything(cohort).view()
    assert {event.kind for event in view.history} == set(EVENT_KINDS)
    statements = told(view, folder)
    assert [(short(statement), wrong) for statement in statements if (wrong := faults(statement))] == []
    assert len({statement["id"] for statement in statements}) == len(statements)


@pytest.mark.parametrize(
    ("place", "value", "wrong"),
    [
        pytest.param(("id",), "X", "id: no UUID", id="an id that is none"),
        pytest.param(("actor", "account", "homePage"), "hub", "homePage", id="a home that is no place"),
        pytest.param(("verb", "id"), "passed", "verb.id", id="a verb that is no IRI"),
        pytest.param(("object", "id"), "http://a b", "object.id", id="a blank in an IRI"),
        pytest.param(("result", "score", "scaled"), 1.2, "scaled", id="beyond the scale"),
        pytest.param(("result", "score", "raw"), 99.0, "score.raw", id="more points than there are"),
        pytest.param(("result", "success"), None, "null", id="a null"),
        pytest.param(("context", "registration"), "1", "registration", id="a registration that is no UUID"),
        pytest.param(("context", "colour"), "red", "colour", id="a property that there is not"),
        pytest.param(("timestamp",), "2026-03-02 10:00", "timestamp", id="a time that is not ISO 8601"),
    ],
)
def test_the_rules_find_what_is_wrong(
    cohort: History, folder: Path, place: tuple[str, ...], value: Any, wrong: str
) -> None:
    statement = deepcopy(next(s for s in told(cohort.view(), folder) if short(s)[1] == "passed"))
    assert faults(statement) == []
    part = statement
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    assert any(wrong in fault for fault in faults(statement))


def test_the_same_ledger_gives_the_same_bytes_and_a_longer_one_the_same_ids(cohort: History, tmp_path: Path) -> None:
    first = told(cohort.view(), tmp_path / "a")
    told(cohort.view(), tmp_path / "b")
    assert (tmp_path / "a/xapi.jsonl").read_bytes() == (tmp_path / "b/xapi.jsonl").read_bytes()
    again = told(everything(cohort).view(), tmp_path / "c")
    assert again[: len(first)] == first


def test_another_home_is_another_statement(cohort: History, tmp_path: Path) -> None:
    here = told(cohort.view(), tmp_path / "here")
    write_statements(cohort.view(), Place(tmp_path / "there"), "https://other.example.org/hub/")
    there = json.loads((tmp_path / "there/xapi.json").read_text())
    assert {s["id"] for s in here}.isdisjoint(s["id"] for s in there)
    assert there[0]["actor"]["account"]["homePage"] == "https://other.example.org/hub"


@pytest.mark.parametrize(
    "home", ["hub.example.org", "javascript:alert(1)", "https://", "https://a b", "https://h/?x=1"]
)
def test_a_home_that_is_no_address_is_refused(cohort: History, folder: Path, home: str) -> None:
    with pytest.raises(KitError, match="--home"):
        write_statements(cohort.view(), Place(folder), home)
    assert not folder.exists()


def test_mastered_once_is_said_once_and_after_a_reset_again(cohort: History, folder: Path) -> None:
    unit = cohort.records["ada"].unit("01-values")
    decision = decide(cohort.catalogue.current("01-values"), unit, unit.attempts[0]).to_data()
    for hours in (20, 21):
        cohort.happen("decided", "ada", "01-values.a", hours, submission="01-values.a@3", version=2, decision=decision)
    cohort.override("ada", "01-values", "reset", 22, "Again, please.")
    cohort.happen("decided", "ada", "01-values.a", 23, submission="01-values.a@3", version=3, decision=decision)
    said = [short(s)[1] for s in told(cohort.view(), folder) if short(s)[2] == "01-values" and "ada" in json.dumps(s)]
    assert said == ["initialized", "mastered", "cancelled", "mastered"]


def test_points_beyond_the_scale_are_told_without_one(cohort: History, folder: Path) -> None:
    items = [{"item": "text-1", "objective": "text", "score": 7.0, "max": 5.0}]
    cohort.fetch("dan", "01-values.a", 20)
    submission = cohort.submit("dan", "01-values.a", 21)
    cohort.happen("graded", "dan", "01-values.a", 21, submission=submission, items=items, version=1)
    scored = told(cohort.view(), folder)[-1]
    assert scored["result"]["score"] == {"raw": 7.0}
    assert faults(scored) == []


def test_a_section_tells_of_nobody_else(cohort: History, folder: Path) -> None:
    everything(in_sections(cohort, ada="monday", ben="monday", cleo="friday"))
    statements = told(cohort.view().only("monday"), folder)
    names = {s["context"].get("team", {"member": [s["actor"]]})["member"][0]["account"]["name"] for s in statements}
    assert names == {"ada", "ben"}


def test_without_names_nothing_tells_who_it_was(cohort: History, folder: Path) -> None:
    everything(cohort)
    known = {"ada": "L-4", "ben": "L-3", "cleo": "L-2", "dan": "L-1"}
    named = told(cohort.view(), folder)
    hidden = told(cohort.view(), folder, names=known)
    text = json.dumps(hidden)
    assert [
        word for word in ('"ada"', '"ben"', '"cleo"', '"dan"', "grace", "told me", "Lovelace") if word in text
    ] == []
    assert [known.get(short(s)[0], short(s)[0]) for s in named] == [
        short(s)[0].replace("staff", "grace") for s in hidden
    ]
    assert [faults(statement) for statement in hidden if faults(statement)] == []
    # Whoever knows how ids are made cannot find a name by trying.
    assert {s["id"] for s in named}.isdisjoint(s["id"] for s in hidden)
    assert {s["context"]["registration"] for s in named}.isdisjoint(s["context"]["registration"] for s in hidden)


HOSTILE = r"""
title = "</script><b>\"=1+1\u202e"
approach = "x"
[objectives.o]
title = "{{7*7}} %s %%"
correctives = ["y"]
"""


def test_hostile_titles_and_names_are_words_in_valid_statements(tmp_path: Path, folder: Path) -> None:
    history = History(write_course(tmp_path, {"01-u": HOSTILE}))
    history.enrol("eve", "</script>=1+1")
    history.attempt("eve", "01-u.a", 2, {"o": 5})
    data = {"submission": "s", "reason": "r"}
    name = '../%2e <x>\u00e9"'
    history.write(Event("set-aside:eve", "set-aside", "eve", BEGIN, "mastery-kit", None, name, data))
    statements = told(history.view(), folder)
    assert [faults(statement) for statement in statements if faults(statement)] == []
    mastered = next(s for s in statements if short(s)[1] == "mastered")
    assert mastered["object"]["definition"]["name"] == {"und": '</script><b>"=1+1\u202e'}


def test_an_empty_course_is_an_empty_array(history: History, folder: Path) -> None:
    assert told(history.view(), folder) == []
    assert json.loads((folder / "xapi.json").read_text()) == []


def test_postgresql_gives_the_same_bytes(cohort: History, tmp_path: Path, postgresql: str) -> None:
    view = everything(cohort).view()
    told(view, tmp_path / "sqlite")
    with Ledger(postgresql) as ledger:
        ledger.append(view.history)
    course_toml = cohort.course.root / "course.toml"
    course_toml.write_text(f'ledger = "{postgresql}"\n' + course_toml.read_text())
    told(cohort.view(), tmp_path / "postgresql")
    for name in ("xapi.json", "xapi.jsonl"):
        assert (tmp_path / "sqlite" / name).read_bytes() == (tmp_path / "postgresql" / name).read_bytes()


def test_a_long_ledger_is_never_in_memory(history: History, folder: Path) -> None:
    def alive() -> int:
        return sum(isinstance(thing, Event) for thing in gc.get_objects())

    history.enrol("ada")
    history.write(
        *(
            Event(f"fetched:{n}", "fetched", "ada", BEGIN + timedelta(seconds=n), "ada", "01-values", "01-values.a", {})
            for n in range(3_000)
        )
    )
    view = history.view()
    gc.collect()
    before, seen = alive(), []
    told(view, folder, watch=lambda what, done, of: seen.append(alive() - before))
    assert len(seen) > 6
    # The one that is told, and perhaps the next one.
    assert max(seen) <= 2


def test_what_ends_halfway_leaves_the_earlier_files_whole(cohort: History, folder: Path) -> None:
    told(cohort.view(), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def pull_the_plug(what: str, done: int, of: int) -> None:
        if done == of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        told(everything(cohort).view(), folder, watch=pull_the_plug)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_progress_is_told_up_to_the_end(cohort: History, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    told(cohort.view(), folder, watch=lambda what, done, of: seen.append((done, of)))
    assert seen[0][0] < seen[-1][0] == seen[-1][1] == len(cohort.view().history)
