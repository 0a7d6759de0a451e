"""The dashboard as a tree of widgets over real courses: what it shows, filters, decides and hides."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from ipywidgets import HTML
from ipywidgets.widgets.widget import Widget, _instances

import kit
from kit.errors import CourseError
from kit.ledger import Ledger
from kit.pages.overriding import ACTIONS
from kit.reports.signs import SIGNS
from kit.stages.people import enrol
from kit.watching import NUDGE
from kit.widgets import Dashboard
from kit.widgets.hiding import WITHHELD
from kit.widgets.rows import SIZE
from tests.reports.conftest import stuck
from tests.reports.written_history import History, write_course

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u202eevil\u202c"


def text(widget: HTML) -> str:
    return " ".join(BeautifulSoup(widget.value, "html.parser").get_text(" ").split())


def shown(made: Dashboard) -> dict[str, list[str]]:
    """The rows that are to be seen: name on the button → cell by cell."""
    lines = [line.children for line in made.rows.lines if line.layout.display != "none"]
    return {
        button.description: [
            " ".join(cell.get_text(" ").split()) for cell in BeautifulSoup(cells.value, "html.parser").select(".cell")
        ]
        for button, cells in lines
    }


def press(made: Dashboard, name: str) -> None:
    """Press the button with *name* as a click or Enter does."""
    found = [line.children[0] for line in made.rows.lines if line.layout.display != "none"]
    next(button for button in found if button.description == name).click()


def everything(made: Dashboard) -> str:
    """All the HTML and words in the widget."""
    parts: list[str] = []
    waiting = list(made.children)
    while waiting:
        one = waiting.pop()
        parts += [str(getattr(one, name, "")) for name in ("value", "description", "tooltip", "options")]
        waiting += getattr(one, "children", ())
    return "\n".join(parts)


# ---- the map


def test_everybody_stands_in_the_map_with_sign_word_and_cycles(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    assert shown(made) == {
        "Ada Lovelace": ["01-values: mastered", "02-lists: mastered 1×"],
        "ben": ["01-values: corrective 1×", "02-lists: locked"],
        "cleo": ["01-values: waiting asks for you", "02-lists: locked"],
        "dan": ["01-values: open", "02-lists: locked"],
    }
    assert text(made.summary) == (
        "Python for data 4 learners · 2 of 8 units mastered · 1 with every unit mastered · 1 asks for you"
    )
    cell = BeautifulSoup(made.rows.lines[0].children[1].value, "html.parser").select_one(".cell")
    assert cell["class"] == ["cell", "mastered"]
    assert cell.svg["class"] == ["shape", "mastered"]


FILTERS: dict[str, tuple[dict[str, str], list[str]]] = {
    "by a part of the name, in any case": ({"search": "LOVE"}, ["Ada Lovelace"]),
    "by account": ({"search": "ben"}, ["ben"]),
    "by state anywhere": ({"state": "locked"}, ["ben", "cleo", "dan"]),
    "by state in one unit": ({"state": "mastered", "unit": "02-lists"}, ["Ada Lovelace"]),
    "who asks for the instructor": ({"state": "attention"}, ["cleo"]),
    "nobody": ({"search": "zoe"}, []),
    "in another order": ({"order": "needs-you"}, ["cleo", "Ada Lovelace", "ben", "dan"]),
}


@pytest.mark.parametrize(("chosen", "left"), FILTERS.values(), ids=FILTERS)
def test_filters_leave_whom_they_say(chosen: dict[str, str], left: list[str], cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    for name, value in chosen.items():
        getattr(made.filters, name).value = value
    assert list(shown(made)) == left
    if not left:
        assert text(made.found) == "Nobody is like that."
    made.filters.everybody.click()
    assert sorted(shown(made)) == ["Ada Lovelace", "ben", "cleo", "dan"]


def test_sections_can_be_filtered_and_an_instructor_may_see_theirs_alone(history: History) -> None:
    history.view()
    people = {"ada": "mornings", "ben": "evenings", "cleo": ""}
    course = history.course
    enrol(course, dict.fromkeys(people, ""), by="grace", sections=people)
    made = kit.dashboard(course)
    assert made.filters.section.layout.display != "none"
    assert [value for _, value in made.filters.section.options] == ["", "evenings", "mornings"]
    made.filters.section.value = "evenings"
    assert list(shown(made)) == ["ben"]
    assert list(shown(kit.dashboard(course, sections=["mornings"]))) == ["ada"]
    assert list(shown(kit.dashboard(kit.load(course.root).only("mornings")))) == ["ada"]


def test_many_learners_come_page_by_page_in_the_same_widgets(history: History) -> None:
    for number in range(2 * SIZE + 1):
        history.enrol(f"learner{number:03d}")
    history.view()
    made = kit.dashboard(history.course)
    before = [id(line) for line in made.rows.lines]
    assert list(shown(made)) == [f"learner{number:03d}" for number in range(SIZE)]
    assert made.rows.back.disabled
    made.rows.on.click()
    made.rows.on.click()
    assert list(shown(made)) == [f"learner{2 * SIZE:03d}"]
    assert (made.rows.place.value, made.rows.on.disabled) == ("page 3 of 3", True)
    press(made, f"learner{2 * SIZE:03d}")
    assert made.chosen == f"learner{2 * SIZE:03d}"
    made.filters.search.value = "learner00"
    assert len(shown(made)) == 10
    assert made.rows.pager.layout.display == "none"
    assert [id(line) for line in made.rows.lines] == before


@pytest.mark.parametrize("learners", [1, 3 * SIZE], ids=["one", "many"])
def test_the_number_of_widgets_does_not_grow_with_the_cohort(learners: int, history: History) -> None:
    history.enrol("ada")
    history.view()
    made = kit.dashboard(history.course)
    before = len(_instances)
    made.close()
    Widget.close_all()
    for number in range(learners - 1):
        history.enrol(f"learner{number:03d}")
    history.view()
    kit.dashboard(history.course)
    assert len(_instances) == before


def test_a_saved_notebook_keeps_no_name(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    press(made, "Ada Lovelace")
    assert repr(made) == "<dashboard of python-for-data>"
    assert made._repr_mimebundle_()["text/plain"] == repr(made)


def test_before_anybody_is_there_it_says_what_to_do(history: History) -> None:
    made = kit.dashboard(history.course.root)
    assert "kit enrol" in text(made.summary)
    assert shown(made) == {}


def test_a_folder_without_a_course_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(CourseError):
        kit.dashboard(tmp_path)


# ---- the record


def test_a_name_that_is_pressed_shows_the_whole_record(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    assert made.record.box.layout.display == "none"
    press(made, "Ada Lovelace")
    assert made.record.box.layout.display is None
    page = text(made.record.page)
    for told in (
        "Attempt 1, form a", "Corrective for slicing by number line", "then, in attempt 2: ● shown",
        "decided by the rule every-objective", "slicing-1", "sure)",
    ):  # fmt: skip
        assert told in page, told
    assert "The record of Ada Lovelace is shown." in text(made.found)
    assert "kit-chosen" in made.rows.lines[0]._dom_classes
    press(made, "dan")
    assert "kit-chosen" not in made.rows.lines[0]._dom_classes
    made.record.close.click()
    assert made.record.box.layout.display == "none"


# ---- overrides


def form(made: Dashboard, unit: str, action: str, why: str) -> None:
    deciding = made.record.deciding
    assert deciding is not None
    deciding.unit.value, deciding.action.value, deciding.why.value = unit, action, why
    deciding.ask.click()


def overrides(history: History) -> list[tuple[str, str | None, str, str]]:
    with Ledger(history.course.ledger_url) as ledger:
        found = [event for event in ledger.events() if event.kind == "overridden"]
    return [(event.learner, event.unit, event.data["action"], event.why) for event in found]


def test_an_override_says_what_it_will_do_and_then_does_it(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    press(made, "ben")
    deciding = made.record.deciding
    form(made, "01-values", "mastered", "Shown me in person. ")
    assert "They get 02-lists.a." in text(deciding.ahead)
    assert overrides(cohort) == []
    assert deciding.answers.layout.display is None
    deciding.confirm.click()
    assert overrides(cohort) == [("ben", "01-values", "mastered", "Shown me in person.")]
    assert (cohort.course.exchange_path / NUDGE).exists()
    assert "Decided: count the unit as mastered, 01-values." in text(deciding.said)
    assert shown(made)["ben"] == ["01-values: mastered 1× ✎", "02-lists: open"]
    assert "decided: Count the unit as mastered" in text(made.record.page)
    assert deciding.why.value == ""
    assert deciding.answers.layout.display == "none"


REFUSED: dict[str, tuple[str, str, str, str, str]] = {
    "without a reason": ("ben", "01-values", "mastered", " ", "Please write why"),
    "mastered already": ("Ada Lovelace", "01-values", "mastered", "why", "has mastered 01-values already"),
    "not open yet": ("dan", "02-lists", "another-form", "why", "it requires 01-values"),
}


@pytest.mark.parametrize(("name", "unit", "action", "why", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_decided_is_said_and_nothing_is_written(
    name: str, unit: str, action: str, why: str, said: str, cohort: History
) -> None:
    made = kit.dashboard(cohort.view())
    press(made, name)
    form(made, unit, action, why)
    assert said in text(made.record.deciding.said)
    assert made.record.deciding.answers.layout.display == "none"
    made.record.deciding.confirm.click()
    assert overrides(cohort) == []


def test_what_happened_meanwhile_is_looked_at_again_before_anything_is_decided(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    press(made, "ben")
    form(made, "01-values", "another-form", "They asked for it.")
    cohort.grade("ben", "01-values.text.tracing", 20, {"text": 2})
    cohort.view()
    made.record.deciding.confirm.click()
    assert overrides(cohort) == []
    assert "Something has happened meanwhile" in text(made.record.deciding.said)
    made.record.deciding.confirm.click()
    assert overrides(cohort) == [("ben", "01-values", "another-form", "They asked for it.")]


def test_a_reason_half_written_outlives_news_and_not_another_learner(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    press(made, "ben")
    made.record.deciding.unit.value, made.record.deciding.why.value = "02-lists", "Half a"
    cohort.fetch("dan", "01-values.a", 30)
    cohort.view()
    made.refresh()
    assert (made.record.deciding.unit.value, made.record.deciding.why.value) == ("02-lists", "Half a")
    press(made, "dan")
    assert made.record.deciding.why.value == ""


def test_every_action_is_offered_in_the_words_of_the_hubs_pages(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    options = made.record.deciding.action.options
    assert [(action, label) for label, action in options] == [(a, f"{w[0]}. {w[1]}") for a, w in ACTIONS.items()]


# ---- news


def test_news_come_by_themselves_until_the_widget_is_closed(cohort: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.widgets.cohort.SECONDS", 0.01)
    cohort.view()

    async def watch() -> None:
        made = kit.dashboard(cohort.course)
        assert made.again.layout.display == "none"
        cohort.fetch("dan", "01-values.a", 30)
        await asyncio.to_thread(cohort.view)
        for _ in range(6000):
            if shown(made)["dan"][0] == "01-values: working":
                break
            await asyncio.sleep(0.01)
        assert shown(made)["dan"][0] == "01-values: working"
        second = kit.dashboard(cohort.course)
        assert (made.heartbeat.beats, second.heartbeat.beats) == (False, True)
        assert made.again.layout.display is None
        second.close()
        assert not second.heartbeat.beats

    asyncio.run(watch())


def test_without_a_loop_there_is_a_button(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    assert made.again.layout.display is None
    cohort.fetch("dan", "01-values.a", 30)
    cohort.view()
    made.again.click()
    assert shown(made)["dan"][0] == "01-values: working"


def test_where_nothing_is_new_nothing_is_drawn(cohort: History, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kit.dashboard(cohort.view())
    press(made, "ben")
    drawn: list[str] = []
    monkeypatch.setattr(made, "_draw", lambda: drawn.append("map"))
    monkeypatch.setattr(made, "_draw_record", lambda: drawn.append("record"))
    made.refresh()
    assert drawn == []
    cohort.fetch("dan", "01-values.a", 30)
    cohort.view()
    made.refresh()
    assert drawn == ["map", "record"]


def test_a_ledger_that_cannot_be_read_is_said_and_what_was_read_stays(cohort: History) -> None:
    made = kit.dashboard(cohort.view())
    path = cohort.course.gradebook_dir / "mastery.db"
    kept = path.read_bytes()
    for file in path.parent.glob("mastery.db*"):
        file.unlink()
    path.write_bytes(b"this is no database" * 100)
    made.refresh()
    assert "What is shown may be old." in text(made.trouble)
    assert "Ada Lovelace" in shown(made)
    path.unlink()
    path.write_bytes(kept)
    made.refresh()
    assert text(made.trouble) == ""


# ---- names


def test_hidden_names_are_nowhere_in_the_widget(tmp_path: Path) -> None:
    history = History(write_course(tmp_path))
    history.enrol("ada", "Ada Lovelace")
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 2})
    history.override("ada", "01-values", "another-form", 4, "Ada asked for it.")
    history.happen("set-aside", "ada", "01-values.a", 5, submission="s", reason="Ada handed it in twice.")
    history.enrol("finn", "Finn")
    history.fetch("finn", "01-values.a", 1)
    submission = history.submit("finn", "01-values.a", 2)
    for hours in (2.1, 2.2, 2.3):
        history.happen(
            "fault", "finn", "01-values.a", hours, submission=submission, what="Finn's kernel did not start."
        )
    stuck(history, "eve")
    made = kit.dashboard(history.view(), anonymous=True)
    assert made.record.deciding is None
    names = list(shown(made))
    assert names == sorted(names)
    assert all(re.fullmatch(r"L-[A-Z2-7]{6}", name) for name in names)
    withheld = 0
    for name in names:
        press(made, name)
        page = everything(made)
        withheld += WITHHELD in text(made.record.page)
        assert f"The record of {name} is shown." in text(made.found)
        for real in ("ada", "Ada", "Lovelace", "finn", "Finn", "eve"):
            assert not re.search(rf"\b{real}\b", page), (name, real)
    assert withheld > 0
    made.filters.search.value = "ada"
    assert shown(made) == {}
    assert list(shown(kit.dashboard(history.course, anonymous=True))) == names


def test_names_titles_and_reasons_are_text(tmp_path: Path) -> None:
    units = {
        "01-values": 'title = "T <script>alert(1)</script>"\napproach = "worked-example"\n[objectives.names]\n'
        'title = "<img src=x onerror=alert(1)>"\ncorrectives = ["diagram", "tracing"]\n'
    }
    history = History(write_course(tmp_path, units))
    history.enrol("dan", HOSTILE)
    history.attempt("dan", "01-values.a", 3, {"names": 2})
    history.override("dan", "01-values", "another-form", 4, HOSTILE, who=HOSTILE)
    made = kit.dashboard(history.view())
    made.choose("dan")
    form(made, "01-values", "mastered", HOSTILE)
    widgets = [made.summary, made.found, made.rows.head, made.record.page, made.record.deciding.ahead]
    for widget in [*widgets, *(line.children[1] for line in made.rows.lines)]:
        page = BeautifulSoup(widget.value, "html.parser")
        assert page.select("script, img") == []
        assert [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")] == []
        assert "49" not in page.get_text()
        assert "\u202e" not in page.get_text()
    for widget in (made.found, made.record.page, made.record.deciding.ahead):
        assert "<script>alert(1)</script>" in text(widget)
    assert made.rows.lines[0].children[0].description.startswith("<script>alert(1)")


def test_the_colours_are_those_of_the_hubs_pages_and_every_state_has_one() -> None:
    from kit.hub.pages import drawing

    pattern = re.compile(r"--(" + "|".join(SIGNS) + r"):(#[0-9a-f]{6})")
    sheets = [Path(drawing.STATIC / "pages.css"), Path(kit.__path__[0]) / "widgets" / "style.css"]
    found = [pattern.findall(sheet.read_text(encoding="utf-8")) for sheet in sheets]
    assert found[0] == found[1]
    assert {state for state, _ in found[0]} == set(SIGNS)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0–1 (WCAG 2.2)."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_reckoned_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("theme", "ground"), [(0, "#ffffff"), (1, "#111111")], ids=["light", "dark"])
def test_everything_written_can_be_read_in_both_themes(theme: int, ground: str) -> None:
    sheet = (Path(kit.__path__[0]) / "widgets" / "style.css").read_text(encoding="utf-8")
    palette = dict(
        re.findall(r"--([a-z-]+):(#[0-9a-f]{6})\b", re.findall(r"\.kit-dash\{\n.*?\n\}", sheet, re.S)[theme])
    )
    weak = [
        (name, behind, round(contrast(palette[name], behind), 2))
        for name in (*SIGNS, "ink", "quiet", "accent")
        for behind in (ground, palette["raised"])
        if contrast(palette[name], behind) < 4.5
    ]
    assert weak == []
    on_accent = palette.get("on-accent", "#ffffff")
    assert contrast(on_accent, palette["accent"]) >= 4.5
