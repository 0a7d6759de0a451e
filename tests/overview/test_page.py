"""`kit report`: one page that stands alone, for any cohort, for any reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import get_args

import pytest

from kit.decisions.standing import State
from kit.overview import report
from kit.overview import report_html as html_of
from kit.overview.page import FIRST_FEW
from kit.reports import CourseView
from kit.reports.charts import SHAPES, bar, bin_of, levels
from tests.reports.written_history import History


class _Page(HTMLParser):
    """What a reader of the page meets: its words by section, and every tag with its attributes."""

    VOID = frozenset({"meta", "br", "use", "path", "circle", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: dict[str, str] = {}
        self._section = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "section":
            self._section = dict(attrs)["id"] or ""
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        if tag == "section":
            self._section = ""

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words[self._section] = " ".join(f"{self.words.get(self._section, '')} {data}".split())


def report_html(view: CourseView) -> str:
    return html_of(report(view))


def page(history: History) -> _Page:
    return _Page(report_html(history.view()))


def test_the_numbers_at_the_top_are_told_with_what_they_are_of(cohort: History) -> None:
    top = page(cohort).words[""]
    for words in ("learners enrolled 4", "units mastered of 8 (learners × units) 2", "of 4 learners 1",
                  "attempts 4 of them decided 5", "correctives worked through of 2 opened 1",
                  "asks for you of 8 (learners × units) 1"):  # fmt: skip
        assert words in top


SECTIONS = {
    "attention": ["cleo , 01-values", "1 answer of 01-values.a to be graded by hand", "kit run"],
    "map": ["Ada Lovelace ada mastered mastered 1×", "ben corrective 1× locked", "cleo waiting locked",
            "dan open locked",
            "01-values Values and names, n = 4 1 mastered 1 corrective 1 waiting 1 open", "1 mastered 3 locked"],
    "growth": ["2 learners: median 80 % at the first attempt, 80 % as it stands. Every objective shown: at the first "
               "attempt 1, now 1.", "60 % 1 0", "80 % 0 1",
               "1 learner: 60 % at the first attempt, 80 % as it stands. Every objective shown: at the first "
               "attempt 0, now 1."],
    "gaps": ["give a value a name 2 0 of 2 0 of 2 2", "write and join texts 2 1 of 2 1 of 2 1",
             "take a run of elements out of a list 1 1 of 1 0 of 1 1",
             "write and join texts 01-values tracing 1 ben"],
    "evenness": ["01-values 2 80 % 80 % 0.20 0.20 1.00 – – –", "all units 2 70 % 75 % 0.10 0.15 1.50 – – –"],
    "lockstep": ["01-values 1 0 0 % (0–79)", "02-lists 1 0 0 % (0–79)", "all units 2 0 0 % (0–66)"],
    "correctives": ["02-lists slicing number-line 1 1 100 % (21 to 100) – – 2 h Too few learners",
                    "01-values text tracing 1 0 – – – – Too few learners"],
    "items": ["20 items of all forms looked at, 0 flagged."],
    "pace": ["01-values Values and names 4 3 1 0 1 0: 1 2 h –", "02-lists Lists and slicing 4 1 1 0 1 1: 1 5 h –"],
}  # fmt: skip


@pytest.mark.parametrize(("section", "told"), SECTIONS.items())
def test_each_section_tells_its_numbers(section: str, told: list[str], cohort: History) -> None:
    words = page(cohort).words[section].replace("\u00a0", " ")
    assert [one for one in told if one not in words] == []


def _nobody(history: History) -> None:
    pass


def _idle(history: History) -> None:
    for learner in ("ada", "ben"):
        history.enrol(learner)


def _one(history: History) -> None:
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 5})


def _two(history: History) -> None:
    _one(history)
    history.enrol("ben")
    history.attempt("ben", "01-values.a", 2, {"names": 0, "text": 0})


def _many(history: History) -> None:
    for number in range(60):
        history.enrol(f"learner{number:02}")
        history.attempt(f"learner{number:02}", "01-values.a", 2, {"names": 5, "text": number % 6})


COHORTS: dict[str, tuple[Callable[[History], None], list[str]]] = {
    "nobody enrolled": (_nobody, ["Nobody is enrolled yet.", "Nothing has happened yet."]),
    "nobody begun": (_idle, ["No attempt has been decided yet.", "No corrective has been opened yet."]),
    "one learner": (_one, ["1 learner: 100 % at the first attempt"]),
    "two learners": (_two, ["2 learners: median 50 % at the first attempt"]),
    "sixty learners": (_many, ["60 learners: median", "Every objective shown: at the first attempt 20, now 20."]),
}


@pytest.mark.parametrize(("happened", "told"), COHORTS.values(), ids=COHORTS.keys())
def test_a_cohort_of_any_size_gets_a_whole_page(
    happened: Callable[[History], None], told: list[str], history: History
) -> None:
    happened(history)
    found = page(history)
    words = " ".join(found.words.values()).replace("\u00a0", " ")
    assert found.open == []
    assert [one for one in told if one not in words] == []
    assert not re.search(r"\b(nan|NaN|NaT|None|<NA>|inf)\b", words)


HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)>'


def test_a_hostile_name_is_shown_as_text(history: History) -> None:
    history.enrol("mallory", HOSTILE)
    history.fetch("mallory", "01-values.a", 1)
    submission = history.submit("mallory", "01-values.a", 2)
    for hours in (3, 4, 5):
        history.happen("fault", "mallory", "01-values.a", hours, submission=submission, what=f"`{HOSTILE}` in cell 3")
    found = page(history)
    assert {tag for tag, _ in found.tags} & {"script", "img", "iframe", "object"} == set()
    assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
    assert HOSTILE in found.words["map"]
    assert HOSTILE in found.words["attention"]


def test_the_page_stands_alone(cohort: History) -> None:
    html = report_html(cohort.view())
    links = [
        value for _, attributes in page(cohort).tags for name, value in attributes.items() if name in ("href", "src")
    ]
    assert links
    assert all(link and link.startswith("#") for link in links)
    assert "url(" not in html
    assert "@import" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_every_reference_inside_the_page_leads_somewhere(cohort: History) -> None:
    tags = page(cohort).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointed = {
        value.lstrip("#") for _, a in tags for name, value in a.items() if name in ("href", "aria-labelledby") and value
    }
    assert pointed <= set(ids)


def test_every_state_has_a_shape_and_a_colour_in_light_and_dark(cohort: History) -> None:
    html = report_html(cohort.view())
    assert set(SHAPES) == set(get_args(State))
    assert len(set(SHAPES.values())) == len(SHAPES)
    for state in SHAPES:
        assert html.count(f"--{state}:#") == 2, state
        assert f'id="s-{state}"' in html


def test_charts_are_told_in_words_and_shapes_are_left_to_the_word_beside_them(cohort: History) -> None:
    drawings = [attributes for tag, attributes in page(cohort).tags if tag == "svg"]
    charts = [a for a in drawings if a.get("role") == "img"]
    assert len(charts) == 4, "levels of two units, times and cycles"
    assert all(len(chart["aria-label"] or "") > 40 for chart in charts)
    assert all(a.get("aria-hidden") == "true" for a in drawings if a not in charts)


def test_every_cell_of_the_map_has_its_headings(cohort: History) -> None:
    scopes = [attributes.get("scope") for tag, attributes in page(cohort).tags if tag == "th"]
    assert set(scopes) == {"row", "col", "rowgroup"}


def test_the_same_history_gives_the_same_page(cohort: History) -> None:
    assert report_html(cohort.view()) == report_html(cohort.view())


def test_where_many_need_the_instructor_the_first_stand_open_and_nobody_is_left_out(history: History) -> None:
    learners = [f"learner{number:02}" for number in range(FIRST_FEW + 5)]
    for learner in learners:
        history.enrol(learner)
        history.attempt(learner, "01-values.a", 2, {"names": 5, "text": None})
    words = page(history).words["attention"]
    assert "And 5 more" in words
    assert [learner for learner in learners if f"{learner} , 01-values" not in words] == []


BINS = {"nothing": (0.0, 0), "9.9 %": (0.099, 0), "79.9 %": (0.799, 7), "four of five": (0.8, 8),
        "eight tenths from parts": (0.1 * 8, 8), "nearly all": (0.999, 9), "all": (1.0, 10)}  # fmt: skip


@pytest.mark.parametrize(("share", "place"), BINS.values(), ids=BINS.keys())
def test_a_level_stands_in_the_bin_it_has_reached(share: float, place: int) -> None:
    assert bin_of(share) == place


@pytest.mark.parametrize(("learners", "dots", "bars"), [(0, 0, 0), (1, 1, 0), (24, 24, 0), (25, 0, 1)])
def test_each_learner_is_a_dot_until_there_are_too_many(learners: int, dots: int, bars: int) -> None:
    drawn = levels([("Now", [(0.5, True)] * learners)], 0.8, "words")
    assert (drawn.count("<circle"), drawn.count("<rect")) == (dots, bars)
    assert not bars or f">{learners}</text>" in drawn


def test_a_good_share_with_a_gap_looks_different_from_one_without() -> None:
    drawn = levels([("Now", [(0.9, False), (0.9, True), (0.9, False)])], 0.8, "words")
    # The filled ones lie at the bottom, whatever order the learners come in.
    assert re.findall(r'class="(dot[a-z ]*)"', drawn) == ["dot", "dot gap", "dot gap"]


def test_dots_stay_inside_their_panel() -> None:
    drawn = levels([("First", [(0.5, True)] * 24), ("Now", [(0.5, True)] * 24)], 0.8, "words")
    heights = [float(y) for y in re.findall(r'cy="([\d.]+)"', drawn)]
    assert min(heights[:24]) > 14
    assert max(heights[:24]) < 74
    assert min(heights[24:]) > 74 + 14
    assert max(heights[24:]) < 148


def test_a_share_of_nothing_is_a_dash_and_not_zero_per_cent() -> None:
    assert "–" in bar(0, 0)
    assert "0 of 3" in bar(0, 3)
