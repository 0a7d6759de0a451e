"""From the click on Submit in the panel to the result in it: JupyterLab in Chromium, on a real hub.

One learner goes through the course as the panel says, and does a unit's first form wrong and everything else right.
Each notebook has an edit that is not saved yet when Submit is clicked. Both moments are taken by the page itself, the
second one at the first frame that shows the result; those in between are the ledger's, by the same clock.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.ground import Ground
from benchmarks.hub_campus import PATIENCE, Campus, campus
from benchmarks.hub_ledger import moments
from benchmarks.peer import Nbgrader
from benchmarks.pupils import Answers
from kit.build import load_catalogue
from kit.hub.trial import Person
from kit.simulate.answers import AnswerBook

CHROMIUM = "/usr/bin/chromium"
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync")  # fmt: skip
ADA = Person("ada", "ada's own password", ("learner",))
_REST = 3.0
"""Seconds between the opening of a notebook and the click: its kernel has started by then."""

_WATCH = """
(() => {
  const now = () => (performance.timeOrigin + performance.now()) / 1000;
  window.kitClick = null;
  document.addEventListener("click", event => {
    const button = event.target.closest(".mk-Next .mk-main");
    if (button && button.textContent.trim() === "Submit") { window.kitClick = { clicked: now(), shown: null }; }
  }, true);
  new MutationObserver(() => {
    const click = window.kitClick;
    if (click && click.shown === null && document.querySelector(".mk-phase-done")) {
      click.shown = 0;
      requestAnimationFrame(() => setTimeout(() => { click.shown = now(); }));
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""


@dataclass(frozen=True, slots=True)
class Click:
    """One submission; seconds from the click."""

    assignment: str
    received: float
    """To the receipt in the ledger."""
    graded: float
    """To the scores in the ledger."""
    shown: float
    """To the result in the panel."""


@dataclass(frozen=True, slots=True)
class Clicks:
    """All of them, and the peer."""

    clicks: tuple[Click, ...]
    nbgrader: tuple[float, ...]
    """nbgrader's autograde and feedback of some of the same notebooks, in a process that is there."""


def run(ground: Ground, clicks: int, peers: int) -> Clicks:
    """The whole part: so many *clicks* (fewer where the course ends before)."""
    course = ground.built()
    with campus(course, ground.folder(), (), (ADA,), tell=ground.tell) as there:
        ground.tell("ada's server and JupyterLab", 0, clicks)
        there.hub.start_servers(ADA.name)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
            panel = _Panel(there, browser.new_page(viewport={"width": 1280, "height": 900}))
            found = panel.go_through(clicks, ground)
            browser.close()
        folders = [panel.folder(click.assignment) for click in found]
        return Clicks(tuple(found), _peer(ground, there, folders[:peers]))


class _Panel:
    """JupyterLab of a learner who has just logged in."""

    def __init__(self, there: Campus, page: Page) -> None:
        self._there, self._page = there, page
        self._book, self._answers = AnswerBook(there.course), Answers(ADA.name, right=0)
        self._token = there.hub.token(ADA.name)
        page.add_init_script(_WATCH)
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        page.goto(f"{there.hub.url}hub/login")
        page.fill("input[name=username]", ADA.name)
        page.fill("input[name=password]", ADA.password)
        page.locator("[type=submit]").click()
        page.wait_for_url(lambda url: "/hub/login" not in url)
        page.goto(f"{there.hub.url}user/{ADA.name}/lab")
        expect(page.locator("#jp-main-dock-panel .lm-TabBar-tab")).to_have_count(1)
        expect(page.locator(".mk-Next")).to_be_visible()

    def folder(self, assignment: str) -> Path:
        """Where it lies in the learner's home."""
        return self._there.hub.folder / "homes" / ADA.name / self._there.course.id / assignment

    def go_through(self, clicks: int, ground: Ground) -> list[Click]:
        """Open what is next, answer it, hand it in; again and again. The first one, which warms up, does not count."""
        found: list[Click] = []
        for done in range(clicks + 1):
            ground.tell("clicks on Submit", done, clicks + 1)
            assignment = self._next()
            if assignment is None:
                break
            self._open(assignment)
            found.append(self._hand_in(assignment))
        return found[1:]

    def _next(self) -> str | None:
        """What the service names as the next step's notebook, as soon as the panel says so too."""
        headers = {"Authorization": f"token {self._token}"}
        standing: dict[str, Any] = requests.get(f"{self._there.api}standing", headers=headers, timeout=PATIENCE).json()[
            "standing"
        ]
        work = [work for unit in standing["units"] for work in unit["work"]]
        title = next((one["title"] for one in work if one["assignment"] == standing["next_assignment"]), None)
        if title is None or standing["next_action"] not in ("open", "go-on"):
            return None
        expect(self._page.locator(".mk-Next-title")).to_have_text(title)
        return str(standing["next_assignment"])

    def _open(self, assignment: str) -> None:
        """Fetched and answered behind JupyterLab's back, then opened by the panel, and edited by hand."""
        page, hub = self._page, self._there.hub
        door = hub.token(ADA.name, [f"access:servers!user={ADA.name}"])
        asked = {"course": self._there.course.id, "assignment": assignment}
        requests.post(
            f"{hub.url}user/{ADA.name}/mastery/open", json=asked, headers={"Authorization": f"token {door}"},
            timeout=PATIENCE,
        ).raise_for_status()  # fmt: skip
        what = load_catalogue(self._there.course).assignment(assignment)
        self._answers.right = 0 if what.kind == "form" and what.form == "a" else 2
        self._book.fill(self._answers, what, self.folder(assignment))
        page.locator(".mk-Next .mk-main").click()
        expect(page.locator(".mk-Next .mk-main")).to_have_text("Submit")
        notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        notebook.locator(".jp-Cell").last.click()
        page.keyboard.press("Escape")
        page.keyboard.press("b")  # a new cell below: something to save
        expect(page.locator("#jp-main-dock-panel .lm-mod-current.jp-mod-dirty")).to_have_count(1)
        time.sleep(_REST)

    def _hand_in(self, assignment: str) -> Click:
        page = self._page
        if page.locator(".mk-phase-done").count():
            page.locator(".mk-Progress").get_by_role("button", name="Close").click()
            expect(page.locator(".mk-Progress")).to_have_count(0)
        before = moments(self._there.course)
        page.locator(".mk-Next .mk-main").click()
        page.wait_for_function("window.kitClick && window.kitClick.shown")
        click: dict[str, float] = page.evaluate("window.kitClick")
        after = moments(self._there.course)
        [about] = after["graded"].keys() - before["graded"].keys()
        at = {kind: after[kind][about][0] - click["clicked"] for kind in ("received", "graded")}
        page.evaluate("window.kitClick = null")
        return Click(assignment, at["received"], at["graded"], click["shown"] - click["clicked"])


def _peer(ground: Ground, there: Campus, folders: Sequence[Path]) -> tuple[float, ...]:
    nbgrader = Nbgrader(ground.folder(), there.course)
    found = []
    for done, folder in enumerate(folders[:1] + list(folders) if folders else []):  # type: ignore[operator]
        ground.tell("nbgrader, the same notebooks", done, len(folders) + 1)
        nbgrader.generate_assignment(folder.name)
        nbgrader.take_in(f"{ADA.name}{done}", folder.name, folder)
        begin = time.perf_counter()
        nbgrader.grade(f"{ADA.name}{done}", folder.name)
        found.append(time.perf_counter() - begin)
    return tuple(found[1:])
