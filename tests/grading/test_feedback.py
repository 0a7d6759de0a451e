"""The page a learner gets back: nothing hidden in it, nothing hostile alive in it, readable by everybody."""

from __future__ import annotations

import base64
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, boxed, check, exercise, text, written

HIDDEN = (
    "assert area(7, 9) == 63, f'area(7, 9) is 63, not {area(7, 9)}'\n"
    "assert area(0, 5) == 0, 'It should work for 0 too.'"
)
SECRETS = ("area(7, 9)", "63", "HIDDEN", "Traceback", "traceback", "width * height")
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 40).decode()
HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    solution = "def area(width, height):\n    ### BEGIN SOLUTION\n    return width * height\n    ### END SOLUTION"
    cells = [
        text("# Areas"),
        text("### 1. The *first* side\nGive `side` the value 3."),
        answer("side-answer", "side = 3"),
        check("side", "assert side == 3, f'side should be 3, not {side!r}.'"),
        text("### 2. The area"),
        boxed("area-answer", solution),
        check("area", "assert area(2, 3) == 6, f'2 by 3 is 6, not {area(2, 3)!r}.'", HIDDEN, points=2),
        text("### 3. Why"),
        written("why"),
        answer("last-answer", "last = 1"),
        check("last-one", "assert last == 1", "0.5"),
    ]
    made = exercise(tmp_path_factory.mktemp("areas"), cells, executor)
    made.titles = {"counting": "compute an area"}
    made.siblings = {"01-count.a": "Areas, form a"}
    return made


def source_of(wrong: str) -> str:
    return f"def area(width, height):\n    {wrong}"


class Page(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


WRONG = {
    "wrong in the hidden part only": source_of("return 6 if (width, height) == (2, 3) else 5"),
    "an exception in the hidden part": source_of("return 6 if width == 2 else [][width]"),
    "an exception that quotes what it was given": source_of(
        "if width != 2: raise ValueError(f'area({width}, {height})')\n    return 6"
    ),
    "a class of errors named after what it was given": source_of(
        "if width != 2: raise type(f'area({width}, {height})', (Exception,), {})\n    return 6"
    ),
    "a name that is missing in the hidden part": source_of(
        "return 6 if width == 2 else eval(f'area_{width}_{height}')"
    ),
    "an untouched answer": "...",
    "prints what it is given": source_of("print(f'area({width}, {height})')\n    return width * height"),
    "prints what it was given, later": source_of("seen.append(f'area({width}, {height})')\n    return 6"),
}


@pytest.mark.parametrize("source", WRONG.values(), ids=WRONG.keys())
def test_nothing_of_a_hidden_test_is_on_the_page(areas: Exercise, source: str) -> None:
    answers = {"side-answer": "seen = []\nside = 3", "area-answer": source, "last-answer": "print(seen)\nlast = 1"}
    graded = areas.grade(answers)
    page = Page(graded.feedback(None)).text.replace(" ".join(source.split()), "")
    assert not [secret for secret in SECRETS if secret in page]


def test_hostile_text_is_shown_as_text(areas: Exercise) -> None:
    graded = areas.grade(
        {
            "side-answer": f"from IPython.display import *\nprint({HOSTILE!r})\n"
            f"display(HTML({HOSTILE!r}))\nside = {HOSTILE!r}",
            "area-answer": f"# {HOSTILE}\nraise ValueError({HOSTILE!r})",
            "why": f"{HOSTILE} [x](javascript:alert(1))",
        }
    )
    page = Page(graded.feedback(None))
    assert {tag for tag, _ in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "article", "footer"),
        *("h1", "h2", "h3", "h4", "p", "ul", "li", "span", "b", "a", "pre", "code", "details", "summary"),
    }
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert all(a["href"].startswith("#item-") for tag, a in page.tags if tag == "a" and a["href"])
    assert page.text.count("<script>") >= 3


def test_the_page_forbids_scripts_and_everything_from_elsewhere(areas: Exercise) -> None:
    page = Page(areas.grade({}).feedback(None))
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "script" not in policy
    assert "unsafe" not in policy
    assert not [a for tag, a in page.tags if any("//" in (value or "") for value in a.values())]


PICTURES = {
    "a picture": (PIXEL, 1),
    "a script that says it is a picture": (base64.b64encode(b"<svg onload=alert(1)>").decode(), 0),
    "no base64": ('" onerror="alert(1)', 0),
}


@pytest.mark.parametrize(("content", "shown"), PICTURES.values(), ids=PICTURES.keys())
def test_only_pictures_are_shown_as_pictures(areas: Exercise, content: str, shown: int) -> None:
    source = f"from IPython.display import display\ndisplay({{'image/png': {content!r}}}, raw=True)\nside = 3"
    page = Page(areas.grade({"side-answer": source}).feedback(None))
    images = [a["src"] for tag, a in page.tags if tag == "img"]
    assert len(images) == shown
    assert all(re.fullmatch(r"data:image/png;base64,[A-Za-z0-9+/=]+", source or "") for source in images)


def test_the_page_says_what_is_shown_in_words_and_shape(areas: Exercise) -> None:
    graded = areas.grade({"side-answer": "side = 3", "why": "Because.", "last-answer": "last = 1"})
    page = Page(graded.feedback(None)).text
    assert "Areas, form a" in page
    assert "● Shown 1 of 1 point" in page
    assert "○ Not shown yet 0 of 2 points There is no answer here yet." in page
    assert "◐ Partly shown 0.5 of 1 point" in page
    assert "◇ Waits for your instructor Your instructor will read this answer." in page
    assert "1. The first side" in page
    assert "side = 3" in page
    assert "You can compute an area" not in page  # not yet


def test_an_objective_that_is_shown_is_said_as_a_skill(tmp_path: Path, executor: Executor) -> None:
    made = exercise(tmp_path, [answer("a-answer", "a = 1"), check("a", "assert a == 1")], executor)
    graded = made.grade({"a-answer": "a = 1"})
    assert "You can count things." in Page(graded.feedback(None)).text


def test_the_visible_part_of_a_check_can_be_unfolded(areas: Exercise) -> None:
    assert "assert area(2, 3) == 6" in Page(areas.grade({}).feedback(None)).text


def test_every_item_can_be_reached_by_keyboard_and_named_by_a_reader(areas: Exercise) -> None:
    page = Page(areas.grade({}).feedback(None))
    targets = {a["id"] for _, a in page.tags if "id" in a}
    links = [a for tag, a in page.tags if tag == "a"]
    assert [link["href"] for link in links] == [f"#item-{n}" for n in (1, 2, 3, 4)]
    assert all((link["href"] or "")[1:] in targets and link["aria-label"] for link in links)
    assert ("html", {"lang": "en"}) in page.tags
    labels = {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a}
    assert labels <= targets


CHROMIUM = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_nothing_overflows(areas: Exercise, tmp_path: Path) -> None:
    if not os.path.exists("/usr/bin/chromium"):
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    long = "x = " + " + ".join(["1"] * 200)
    graded = areas.grade({"side-answer": f"print({HOSTILE!r})\n{long}", "why": HOSTILE})
    (tmp_path / "feedback.html").write_text(graded.feedback(None), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        said: list[str] = []
        for width in (360, 1100):
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.on("console", lambda message: said.append(message.text))
            page.goto((tmp_path / "feedback.html").as_uri())
            assert page.title() == "Feedback: Areas, form a"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("getComputedStyle(document.querySelector('article')).borderLeftWidth") != "0px"
        browser.close()
    assert said == []  # the style is allowed by its digest, and nothing tried to run
