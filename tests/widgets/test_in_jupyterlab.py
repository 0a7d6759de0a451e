"""Both widgets in a real JupyterLab in a real browser: by keyboard, in light and in dark, without barriers."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from kit.exchange import open_exchange
from kit.ledger import Ledger
from tests.barriers import axe_core
from tests.reports.written_history import History, write_course
from tests.widgets.labs import PATIENCE, Lab, lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("widgets")]

CHROMIUM = os.environ.get("KIT_CHROMIUM", "/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@dataclass(frozen=True)
class Room:
    """A course and a JupyterLab beside it."""

    history: History
    lab: Lab
    browser: Browser

    def open(self, name: str, width: int = 1400) -> Page:
        """The notebook *name*, run; any dialog that a page opens fails the test that looks at it."""
        page = self.browser.new_context(viewport={"width": width, "height": 1000}).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("dialog", lambda dialog: page.evaluate("window.alerted = true"))
        page.goto(self.lab.address(f"{name}.ipynb"))
        cell = page.locator(".jp-NotebookPanel .jp-CodeCell").first
        expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle")
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        expect(page.locator(".kit-dash").first).to_be_visible()
        return page


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}; KIT_CHROMIUM names another one")
    # Short enough for kernels over ipc, which pytest's own folders are not.
    with tempfile.TemporaryDirectory(prefix="kit-", dir="/tmp") as place:
        root = Path(place) / "course"
        root.mkdir()
        history = written(root)
        cells = {
            "cohort.ipynb": f"import kit\nkit.dashboard({str(root)!r})",
            "mine.ipynb": "import kit\nkit.my_progress()",
        }
        with lab(history.course, "ada", Path(place) / "home", cells) as running, sync_playwright() as playwright:
            expect.set_options(timeout=PATIENCE * 1000)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            yield Room(history, running, browser)
            for context in browser.contexts:  # as it was left: the reason, where a test failed
                photograph(context.pages[0], f"last-{browser.contexts.index(context)}")
            browser.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """axe-core, where npm can bring it."""
    return axe_core(tmp_path_factory.mktemp("axe"))


def written(root: Path) -> History:
    """ada has worked through a corrective, ben has a gap and a strange name, cleo waits for a person."""
    history = History(write_course(root))
    for learner, name in (("ada", "Ada Lovelace"), ("ben", HOSTILE), ("cleo", "")):
        history.enrol(learner, name)
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 2})
    history.attempt("ada", "01-values.text.tracing", 4, {"text": 2})
    history.attempt("ada", "01-values.b", 5, {"text": 5})
    history.attempt("ben", "01-values.a", 4, {"names": 4, "text": 2})
    history.attempt("cleo", "01-values.a", 4, {"names": 4, "text": None})
    exchange = open_exchange(history.course)
    exchange.publish_progress("ada", history.view().standings["ada"].to_json())
    release = root / "release" / "02-lists.a"
    release.mkdir(parents=True)
    (release / "lists.ipynb").write_text(json.dumps(EMPTY))
    exchange.grant("ada", "02-lists.a", release)
    return history


def photograph(page: Page, name: str) -> None:
    if folder := os.environ.get("KIT_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"widgets-{name}.png"))


def overrides(history: History) -> list[tuple[str, str]]:
    with Ledger(history.course.ledger_url) as ledger:
        return [(event.learner, event.why) for event in ledger.events() if event.kind == "overridden"]


def test_an_instructor_finds_looks_decides_and_sees_news_with_the_keyboard_alone(room: Room, axe: Path) -> None:
    page = room.open("cohort")
    dash = page.locator(".kit-dash")
    expect(dash.locator(".kit-line:visible")).to_have_count(3)
    page.get_by_label("Name").focus()
    page.keyboard.type("lovelace")
    expect(dash.locator(".kit-line:visible")).to_have_count(1)
    for _ in range(12):  # section is hidden; state, unit, order, everybody, then the map
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('kit-name')"):
            break
    focused = page.locator(".kit-name:focus")
    expect(focused).to_have_text("Ada Lovelace")
    assert focused.evaluate("e => getComputedStyle(e).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    expect(dash.locator(".kit-record h3").first).to_have_text("Ada Lovelace")
    expect(dash.get_by_role("status").filter(has_text="The record of Ada Lovelace is shown.")).to_be_visible()
    photograph(page, "record")

    dash.get_by_role("button", name="Everybody").press("Enter")
    dash.get_by_role("button", name="<script>alert(1)").press("Enter")
    expect(dash.locator(".kit-record h3").first).to_have_text(HOSTILE)
    dash.get_by_role("radio", name="Count the unit as mastered").focus()
    page.keyboard.press("Space")
    dash.get_by_label("Why").focus()
    page.keyboard.type("Shown me in person.")
    page.keyboard.press("Tab")
    photograph(page, "form")
    dash.get_by_role("button", name="See what it will do").press("Enter")
    expect(dash.get_by_text("They get 02-lists.a.")).to_be_visible()
    assert overrides(room.history) == []
    photograph(page, "outlook")
    dash.get_by_role("button", name="Yes, count the unit as mastered").press("Enter")
    expect(dash.get_by_text("Decided: count the unit as mastered, 01-values.")).to_be_visible()
    assert overrides(room.history) == [("ben", "Shown me in person.")]

    room.history.enrol("zoe", "Zoe")
    room.history.view()
    expect(dash.get_by_role("button", name="Zoe")).to_be_visible()
    assert page.evaluate("window.alerted") is None
    assert barriers(page, axe) == []
    assert page.locator(".kit-dash script, .kit-dash img").count() == 0


def test_a_learner_fetches_what_is_next_and_it_opens_as_a_tab(room: Room, axe: Path) -> None:
    page = room.open("mine")
    mine = page.locator(".kit-dash")
    expect(mine.locator("svg.unit-map")).to_be_visible()
    expect(mine.get_by_text("then you showed it")).to_be_visible()
    photograph(page, "mine")
    assert barriers(page, axe) == []
    mine.get_by_role("button", name="Fetch 02-lists.a").press("Enter")
    link = mine.get_by_role("link", name="Open 02-lists.a")
    link.press("Enter")
    expect(page.get_by_role("tab", name="lists.ipynb")).to_be_visible()
    assert (room.lab.home / "02-lists.a" / "lists.ipynb").is_file()


@pytest.mark.parametrize("name", ["cohort", "mine"])
def test_the_dark_theme_has_no_barrier_either(name: str, room: Room, axe: Path) -> None:
    room.lab.theme("JupyterLab Dark")
    page = room.open(name, width=1000)
    expect(page.locator("body[data-jp-theme-light=false]")).to_have_count(1)
    if name == "cohort":
        page.locator(".kit-name:visible").first.click()
        expect(page.locator(".kit-record h3").first).to_be_visible()
    photograph(page, f"{name}-dark")
    assert barriers(page, axe) == []


def barriers(page: Page, axe: Path) -> list[tuple[str, str]]:
    """What axe-core finds wrong in the widget; it judges only some colours there, test_dashboard judges all."""
    page.add_script_tag(path=str(axe))
    found = page.evaluate("axe.run('.kit-dash')")
    assert len(found["passes"]) > 5  # it looked, and found something to judge
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
