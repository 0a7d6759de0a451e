"""What the pages show, drawn from real courses and histories: words, shapes, links, and that names are only text."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from rich.console import Console

from kit.course import Hub
from kit.decisions import standing
from kit.decisions.standing import State
from kit.errors import KitError
from kit.exchange import Offer, Receipt
from kit.hub.pages import drawing
from kit.pages.cohort import HELP, ORDERS, PAGE, Query, cohort_page
from kit.pages.history import record_page
from kit.pages.learning import learner_page, next_step, not_looked_at
from kit.pages.overriding import ACTIONS, LONGEST_REASON, outlook, read_wish
from kit.pages.present import Presence, Present
from kit.records import Event
from kit.reports import status_table
from kit.reports.signs import SIGNS
from tests.histories import History, make_catalogue, make_revision
from tests.reports.conftest import stuck
from tests.reports.written_history import BEGIN, write_course
from tests.reports.written_history import History as Written

FRAME: Mapping[str, Any] = {
    "base": "/services/mastery/", "course": "Python for data", "user": "ada", "xsrf": "xsrf-token",
    "hub_home": "/hub/home", "formgrader": "/hub/user-redirect/formgrader", "portfolio": False,
    "now": datetime(2026, 3, 4, 10, tzinfo=UTC), "version": 1,
}  # fmt: skip
HOSTILE = "<script>alert(1)</script> \"quoted\" 'single' & \u202eevil\u202c {{ 7 * 7 }}"
HARMLESS = "<script>alert(1)</script> \"quoted\" 'single' & \ufffdevil\ufffd {{ 7 * 7 }}"
"""The same as it must be read on the page: text, and nothing that turns the writing round."""


def draw(template: str, **values: Any) -> BeautifulSoup:
    return BeautifulSoup(drawing.draw(template, {**FRAME, **values}), "html.parser")


def draw_learner(history: History, waiting: Mapping[str, datetime] | None = None, **more: Any) -> BeautifulSoup:
    page = learner_page(standing(history.record, history.catalogue), history.record, waiting or {})
    return draw("learner.html", **{"page": page, "watching": False, **more})


def draw_cohort(present: Present, query: Query | None = None, *sections: str) -> BeautifulSoup:
    page = cohort_page(present, query or Query(), sections)
    return draw(
        "cohort.html", page=page, own_sections=sections, groups=Hub(), HELP=HELP, ORDERS=ORDERS, first_few=12,
    )  # fmt: skip


def draw_record(present: Present, learner: str, events: list[Event], **more: Any) -> BeautifulSoup:
    wish = {"unit": "", "action": "", "why": ""}
    values = {"said": "", "problem": "", "wish": wish, **more}
    page = record_page(present, learner, events)
    return draw("record.html", page=page, ACTIONS=ACTIONS, HELP=HELP, longest_reason=LONGEST_REASON, **values)


def text(found: Any) -> str:
    return " ".join(found.get_text(" ").split())


def two_units() -> History:
    return History(make_catalogue(make_revision("u1"), make_revision("u2"), requires={"u2": ("u1",)}))


# ---- the learner's page


def one_gap(history: History) -> None:
    history.submit("u1.a", {"x": 5, "y": 3})


def new_form(history: History) -> None:
    one_gap(history)
    history.submit("u1.y.analogy")


def everything(history: History) -> None:
    history.submit("u1.a", 5)
    history.submit("u2.a", 5)


def faults(history: History) -> None:
    history.fetch("u1.a")
    history._add("submitted", "u1.a", data={"submission": "s"})
    for _ in range(3):
        history._add("fault", "u1.a", data={"submission": "s", "what": "The kernel did not start."})


STATES: dict[str, tuple[Callable[[History], object], str, str, str, str]] = {
    # what happened → state of u1 in words, its shape, the card's head, what its button opens
    "enrolled": (lambda h: None, "open", "open", "What is next", "u1.a"),
    "begun": (lambda h: h.fetch("u1.a"), "begun", "working", "What is next", "u1.a"),
    "refused": (lambda h: h.reject("u1.a"), "begun", "working", "What is next", "u1.a"),
    "a person reads it": (lambda h: h.submit("u1.a", {"x": None}), "being checked", "waiting",
                          "Nothing to do just now", ""),
    "a gap": (one_gap, "corrective", "corrective", "What is next", "u1.y.analogy"),
    "the corrective is handed in": (new_form, "new form", "retry", "What is next", "u1.b"),
    "mastered": (lambda h: h.submit("u1.a", 5), "mastered", "mastered", "What is next", "u2.a"),
    "everything mastered": (everything, "mastered", "mastered", "The whole course is yours", ""),
    "the grader fails": (faults, "with your instructor", "attention", "Your instructor is with you on this", ""),
}  # fmt: skip


@pytest.mark.parametrize(("play", "word", "shape", "head", "opens"), STATES.values(), ids=STATES)
def test_the_learner_sees_one_next_step_and_each_state_as_word_shape_and_colour(
    play: Callable[[History], object], word: str, shape: str, head: str, opens: str
) -> None:
    history = two_units()
    play(history)
    page = draw_learner(history)
    (card,) = page.select(".next")
    assert text(card.h2) == head
    assert text(card.select_one(".sentence")) == standing(history.record, history.catalogue).next
    assert [a["href"] for a in page.select("a.button")] == ([f"/services/mastery/open/{opens}"] if opens else [])
    state = page.select_one("#u-u1 h3 .state")
    assert text(state) == word
    assert state["class"] == ["state", shape]
    assert state.use["href"] == f"#s-{shape}"
    assert page.select_one(f"symbol#s-{shape}") is not None


def test_units_stand_below_what_they_require_and_beside_what_requires_the_same() -> None:
    requires = {"u2": ("u1",), "u3": ("u1",), "u4": ("u2", "u3")}
    history = History(make_catalogue(*(make_revision(f"u{n}") for n in range(1, 5)), requires=requires))
    page = learner_page(standing(history.record, history.catalogue), history.record, {})
    assert [[card.now.unit for card in level] for level in page.levels] == [["u1"], ["u2", "u3"], ["u4"]]
    drawn = draw_learner(history)
    assert text(drawn.select_one("#u-u4 .needs")) == "Opens after Unit u2 (locked) and Unit u3 (locked)."
    assert [a["href"] for a in drawn.select("#u-u4 .needs a")] == ["#u-u2", "#u-u3"]


def test_each_objective_says_whether_it_is_shown_and_what_is_needed() -> None:
    history = two_units()
    one_gap(history)
    lines = [text(line) for line in draw_learner(history).select("#u-u1 .objectives li")]
    assert lines == ["● shown do x", "◐ not yet do y (80 % is needed)"]


def test_history_has_every_notebook_with_its_answer_and_its_approach() -> None:
    history = two_units()
    submission = history.submit("u1.a", {"x": 5, "y": 3})
    form, corrective = draw_learner(history).select("#u-u1 .happened > li")
    assert form.select_one(f'a[href="/services/mastery/feedback/u1.a/{submission}"]') is not None
    assert [text(li) for li in form.select(".verdicts li")] == [
        "● shown do x 5 of 5, 80 % is needed", "◐ not yet do y 3 of 5, 80 % is needed",
    ]  # fmt: skip
    assert text(corrective).startswith("Corrective by analogy: do y u1.y.analogy open for you · Open")


def test_a_learner_is_never_told_how_sure_a_decision_is_as_a_number() -> None:
    history = two_units()
    new_form(history)
    assert "sure" not in text(draw_learner(history).main)


def test_an_instructors_decision_is_told_without_its_reason() -> None:
    history = two_units()
    history.override("u1", "mastered")
    told = text(draw_learner(history).select_one("#u-u1 .happened"))
    assert "Your instructor has marked this unit as mastered." in told


def test_what_was_handed_in_and_not_looked_at_is_said_and_not_asked_for_again() -> None:
    history = two_units()
    history.submit("u1.a", {"x": 3, "y": 3})
    waiting = {"u1.x.diagram": history.now}
    step = next_step(standing(history.record, history.catalogue), waiting)
    assert (step.action, step.assignment) == ("open", "u1.y.analogy")
    waiting["u1.y.analogy"] = history.now
    page = draw_learner(history, waiting)
    assert text(page.select_one(".next h2")) == "Nothing to do just now"
    assert not page.select("a.button")
    assert text(page.select_one("#u-u1 h3 .state")) == "being checked"


def test_only_what_the_record_does_not_know_of_has_not_been_looked_at() -> None:
    history = two_units()
    known = history.submit("u1.a", {"x": 3, "y": 5})
    late = history.now + timedelta(minutes=1)
    offers = [
        Offer("u1.a", ("u1",), (Receipt("ada", "u1.a", known, history.now),)),
        Offer("u1.x.diagram", ("x",), (Receipt("ada", "u1.x.diagram", "new", late),)),
        Offer("u2.a", ("u2",), ()),
    ]
    assert not_looked_at(offers, history.record) == {"u1.x.diagram": late}


def test_before_the_course_is_built_the_page_says_what_will_come() -> None:
    history = History(make_catalogue())
    page = draw_learner(history)
    assert "Nothing is open for you yet" in text(page.select_one(".next"))
    assert "As soon as your instructor opens the course" in text(page.main)


@pytest.mark.parametrize("there", [True, False], ids=["with a portfolio", "without one"])
def test_the_portfolio_is_linked_where_there_is_one(there: bool) -> None:
    links = [a["href"] for a in draw_learner(two_units(), portfolio=there).select("nav a")]
    assert ("/services/mastery/portfolio" in links) == there


# ---- the cohort


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Ada is in a corrective, ben has mastered one unit, cleo waits for a person, eve is stuck, dan has not begun."""
    history = Written(write_course(tmp_path))
    history.enrol("ada", "Ada Lovelace")
    for learner in ("ben", "cleo", "dan"):
        history.enrol(learner)
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 3}, took=2)
    history.fetch("ada", "01-values.text.tracing", 5)
    history.attempt("ben", "01-values.a", 4, {"names": 5, "text": 5})
    history.attempt("cleo", "01-values.a", 2, {"names": 5, "text": None})
    stuck(history, "eve")
    for learner, section in (("ada", "red"), ("ben", "red"), ("eve", "blue")):
        at = BEGIN + timedelta(hours=20)
        history.write(Event(f"enrolled:{learner}:2", "enrolled", learner, at, "hub", data={"section": section}))
    history.view()
    return history


@pytest.fixture
def present(written: Written) -> Present:
    return Presence(written.course).now()


QUERIES: dict[str, tuple[dict[str, str], list[str]]] = {
    "nothing asked": ({}, ["ada", "ben", "cleo", "dan", "eve"]),
    "part of a name, in any case": ({"q": "LOVE"}, ["ada"]),
    "part of an account": ({"q": " be "}, ["ben"]),
    "a section": ({"section": "red"}, ["ada", "ben"]),
    "a state in any unit": ({"state": "open"}, ["ben", "dan"]),
    "a state in one unit": ({"state": "open", "unit": "01-values"}, ["dan"]),
    "who asks for a person, in whatever state": ({"state": "attention"}, ["cleo", "eve"]),
    "who needs you first": ({"order": "needs-you"}, ["cleo", "eve", "ada", "ben", "dan"]),
    "fewest units first": ({"order": "mastered"}, ["ada", "cleo", "dan", "eve", "ben"]),
    "longest without a sign first": ({"order": "quiet"}, ["dan", "cleo", "ben", "ada", "eve"]),
    "what is no state, order or page": (
        {"state": "'; --", "order": "worst", "page": "-3"}, ["ada", "ben", "cleo", "dan", "eve"]),
    "a page that there is not": ({"page": "99"}, ["ada", "ben", "cleo", "dan", "eve"]),
    "nobody": ({"q": "zz"}, []),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "found"), QUERIES.values(), ids=QUERIES)
def test_the_map_shows_whom_the_instructor_asks_for_in_that_order(
    asked: dict[str, str], found: list[str], present: Present
) -> None:
    page = draw_cohort(present, Query.read(asked))
    assert [row["id"].removeprefix("r-") for row in page.select(".map tbody tr")] == found
    if not found:
        assert "Nobody is like that." in text(page)


def test_every_cell_says_its_state_as_shape_word_and_colour(present: Present) -> None:
    page = draw_cohort(present)
    for learner, where in present.standings.items():
        cells = page.select(f"#r-{learner} td")[1:-1]  # between section and last sign
        for cell, now in zip(cells, where.units, strict=True):
            assert SIGNS[now.state].word in text(cell)
            assert cell["class"] == [now.state]
            assert cell.use["href"] == f"#s-{now.state}"


def test_the_summary_counts_what_the_map_shows(present: Present) -> None:
    said = text(draw_cohort(present).select_one("#summary"))
    assert said == "5 learners · 1 of 10 units mastered · 0 with every unit mastered · 2 ask for you"


def test_who_asks_for_an_instructor_stands_first_with_the_reason_and_what_to_do(present: Present) -> None:
    asked = [text(one) for one in draw_cohort(present).select(".asked li")]
    assert asked[0].startswith("cleo , 01-values Values and names 1 answer of 01-values.a to be graded by hand")
    assert "Score the open answers in formgrader" in asked[0]
    assert "After 2 cycles of corrective and new form a gap is left." in asked[1]
    assert "No unseen form is left." in asked[1]


def test_the_page_and_the_terminal_say_the_same_of_everyone(written: Written, present: Present) -> None:
    console = Console(width=200, file=io.StringIO())
    console.print(status_table(written.view()))
    rows = (line.split() for line in console.file.getvalue().splitlines())
    lines: dict[str, str] = {}
    for words in rows:
        if words:
            lines.setdefault(words[0], "".join(words))  # the map stands before who asks for an instructor
    page = draw_cohort(present)
    for learner in present.records:
        for cell in page.select(f"#r-{learner} td")[1:-1]:
            assert re.sub(r"\W", "", text(cell).split(" asks")[0]) in re.sub(r"\W", "", lines[learner])


def test_an_instructor_of_a_section_sees_nobody_else_anywhere_on_the_page(present: Present) -> None:
    page = draw_cohort(present, None, "blue")
    assert [row["id"] for row in page.select(".map tbody tr")] == ["r-eve"]
    assert "1 learner of blue" in text(page.select_one("#summary"))
    assert not re.search(r"\b(ada|ben|cleo|dan|red)\b", text(page.main))


def test_a_large_cohort_comes_in_pages_of_bounded_size(tmp_path: Path) -> None:
    history = Written(write_course(tmp_path))
    for number in range(PAGE + 5):
        history.enrol(f"learner{number:04}")
    history.view()
    present = Presence(history.course).now()
    first, last = (draw_cohort(present, Query.read({"page": page, "q": "learner"})) for page in ("1", "2"))
    assert (len(first.select(".map tbody tr")), len(last.select(".map tbody tr"))) == (PAGE, 5)
    assert text(last.select_one("#found")) == f"{PAGE + 1}–{PAGE + 5} of {PAGE + 5} learners (of {PAGE + 5} in all)"
    assert first.select_one("a[rel=next]")["href"] == "/services/mastery/?q=learner&page=2"
    assert last.select_one("a[rel=next]") is None


def test_before_anybody_is_there_the_page_says_how_people_come(tmp_path: Path) -> None:
    page = draw_cohort(Presence(write_course(tmp_path)).now())
    assert "Whoever is in the hub’s group “learner” is enrolled by themselves" in text(page.select_one("#summary"))
    assert "Nobody needs you right now." in text(page.main)


# ---- one learner's record


def test_the_record_tells_everything_in_the_order_of_time(written: Written, present: Present) -> None:
    written.override("eve", "01-values", "mastered", 12, "Shown at the board.")
    written.view()
    presence = Presence(written.course)
    page = draw_record(presence.now(), "eve", presence.events("eve"))
    heads = [text(head) for head in page.select("#u-01-values .entries h3")]
    assert heads == [
        "Attempt 1, form a", "Corrective for text by tracing", "Corrective for names by diagram", "Attempt 2, form b",
        "Corrective for text by debugging", "Corrective for names by tracing", "Attempt 3, form c",
        "✎ grace decided: Count the unit as mastered",
    ]  # fmt: skip
    assert "99 % sure" in text(page.select_one("#u-01-values .objectives"))
    assert len(page.select("#e-01-values-1 tbody tr")) == 10  # items of the first attempt
    assert "then, in attempt 2: ◐ not yet" in text(page.select_one("#e-01-values-2"))
    assert text(page.select_one("#e-01-values-8 .reason")) == "Shown at the board."
    assert len(page.select("#ledger tbody tr")) == len(presence.events("eve"))


def test_the_form_asks_for_a_reason_and_carries_what_protects_it(present: Present) -> None:
    form = draw_record(present, "ada", []).select_one("#decide form")
    assert (form["method"], form["action"]) == ("post", "/services/mastery/learners/ada/override")
    assert form.select_one("input[name=_xsrf]")["value"] == "xsrf-token"
    assert form.select_one("textarea[name=why]").has_attr("required")
    assert [one["value"] for one in form.select("input[name=action]")] == list(ACTIONS)


# ---- overrides


def events_of(written: Written, learner: str) -> list[Event]:
    return Presence(written.course).events(learner)


OUTLOOKS: dict[str, tuple[str, str, State, tuple[str, ...], tuple[str, ...]]] = {
    # learner, action → the unit's state afterwards, what opens, what closes
    "mastered opens what requires it": ("ada", "mastered", "mastered", ("02-lists.a",), ()),
    "another form beside a corrective": ("ada", "another-form", "retry", ("01-values.b",), ()),
    "anew, evidence counts no longer": (
        "ben", "reset", "retry", ("01-values.b",), ("01-values.enrichment", "02-lists.a")),
}  # fmt: skip


@pytest.mark.parametrize(("learner", "action", "state", "opens", "closes"), OUTLOOKS.values(), ids=OUTLOOKS)
def test_what_a_decision_will_do_is_shown_before_it_is_done(
    learner: str, action: str, state: State, opens: tuple[str, ...], closes: tuple[str, ...], written: Written,
    present: Present,
) -> None:  # fmt: skip
    wish = read_wish(present, "01-values", action, "They asked for it.")
    ahead = outlook(present, learner, wish, events_of(written, learner))
    assert ahead.before == present.standings[learner]
    assert (ahead.opens, ahead.closes) == (opens, closes)
    page = draw("confirm.html", wish=wish, outlook=ahead, ACTIONS=ACTIONS, seen=7)
    for name in (*opens, *closes):
        assert name in text(page.select_one(".effects"))
    assert page.select_one("input[name=confirmed]")["value"] == "7"
    written.override(learner, "01-values", action, 30, wish.why)
    written.view()
    now = Presence(written.course).now().standings[learner]
    assert now.units[0].state == ahead.after.units[0].state == state


REFUSED: dict[str, tuple[tuple[str, str, str], str]] = {
    "a unit that there is not": (("09-none", "mastered", "why"), "no unit '09-none'"),
    "an action that there is not": (("01-values", "promote", "why"), "Choose one of: mastered, reset, another-form"),
    "no reason": (("01-values", "mastered", "  \n"), "Please write why"),
    "a reason like a book": (("01-values", "mastered", "x" * (LONGEST_REASON + 1)), "Please shorten it"),
}


@pytest.mark.parametrize(("asked", "said"), REFUSED.values(), ids=REFUSED)
def test_a_wish_that_cannot_be_understood_is_refused_in_words(
    asked: tuple[str, str, str], said: str, present: Present
) -> None:
    with pytest.raises(KitError, match=re.escape(said)):
        read_wish(present, *asked)


@pytest.mark.parametrize(
    ("learner", "unit", "action", "said"),
    [
        ("ben", "01-values", "mastered", "has mastered 01-values already"),
        ("dan", "02-lists", "another-form", "it requires 01-values"),
        ("eve", "01-values", "another-form", "has seen every form"),
    ],
    ids=["mastered already", "not open yet", "no unseen form"],
)
def test_a_wish_that_would_change_nothing_is_refused_before_it_is_confirmed(
    learner: str, unit: str, action: str, said: str, written: Written, present: Present
) -> None:
    with pytest.raises(KitError, match=said):
        outlook(present, learner, read_wish(present, unit, action, "why"), events_of(written, learner))


# ---- everything is text


def test_names_titles_reasons_and_notes_are_text_on_every_page(tmp_path: Path) -> None:
    units = {
        "01-values": 'title = "T <script>alert(1)</script>"\napproach = "worked-example"\n[objectives.names]\n'
        "title = '''" + HOSTILE.replace("\u202e", "").replace("\u202c", "") + "'''\n"
        'correctives = ["diagram", "tracing"]\n'
    }
    written = Written(write_course(tmp_path, units))
    written.enrol("dan", HOSTILE)
    written.attempt("dan", "01-values.a", 3, {"names": 2})
    written.override("dan", "01-values", "another-form", 4, HOSTILE, who=HOSTILE)
    written.happen("set-aside", "dan", "01-values.a", 5, submission="s", reason=HOSTILE)
    written.view()
    presence = Presence(written.course)
    present, events = presence.now(), presence.events("dan")
    wish = read_wish(present, "01-values", "mastered", HOSTILE)
    pages = {
        "learner": draw("learner.html", watching=False,
                        page=learner_page(present.standings["dan"], present.records["dan"], {})),
        "cohort": draw_cohort(present, Query(search=HOSTILE)),
        "record": draw_record(present, "dan", events, said=HOSTILE, problem=HOSTILE,
                              wish={"unit": "", "action": "", "why": HOSTILE}),
        "confirm": draw("confirm.html", wish=wish, ACTIONS=ACTIONS, seen=1,
                        outlook=outlook(present, "dan", wish, events)),
        "said": draw("said.html", head="Head", sentence=HOSTILE, ways=[("/", "Back")]),
    }  # fmt: skip
    for name, page in pages.items():
        assert [script["src"].partition("?")[0] for script in page.select("script")] == [
            "/services/mastery/static/pages.js"
        ], name
        assert not [tag for tag in page.find_all() for key in tag.attrs if key.startswith("on") or key == "style"], name
        assert "49" not in text(page.main), name
        visible = text(page.main)
        assert "\u202e" not in visible.replace(text(page.select_one("#why") or page.main), ""), name
    for name in ("learner", "record", "confirm", "said"):
        assert " ".join(HARMLESS.split()) in text(pages[name].main), name
    assert pages["cohort"].select_one("input[name=q]")["value"] == HOSTILE


# ---- what goes with the pages


def test_what_is_kept_for_ever_has_an_address_that_changes_with_its_content() -> None:
    for file in drawing.STATIC.iterdir():
        assert re.fullmatch(rf"static/{re.escape(file.name)}\?v=[0-9a-f]{{16}}", drawing.static_address(file.name))


def test_nothing_is_asked_for_from_elsewhere() -> None:
    for file in (*drawing.STATIC.iterdir(), *(Path(drawing.__file__).parent / "templates").iterdir()):
        assert not re.search(r"https?://|//cdn|@import|url\(", file.read_text(encoding="utf-8")), file.name


def test_every_state_and_objective_has_a_colour_of_its_own() -> None:
    sheet = (drawing.STATIC / "pages.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z]+):(#[0-9a-f]{3,6})", sheet.partition("@media")[0]))
    assert set(SIGNS) <= set(colours)
    for state in SIGNS:
        for where in (f".shape.{state}", f".state.{state}", f"td.{state}"):
            assert re.search(rf"{re.escape(where)}[,{{]", sheet), where
