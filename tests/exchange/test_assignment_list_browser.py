"""nbgrader's assignment list in a real JupyterLab in a real browser: two learners, each with a server of their own."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from tiny import A, B, files_in

import kit
from kit.course import Course
from kit.exchange import Exchange, Feedback, Submitted, open_exchange
from kit.exchange.lab import lab_environment

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("KIT_CHROMIUM", "/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 120_000  # milliseconds; two cores and everything else may be busy


@dataclass(frozen=True)
class Server:
    """A running JupyterLab of one learner."""

    home: Path
    port: int
    token: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Until it answers; the log is the reason if it never does."""
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/api?token={self.token}", timeout=10):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text())


def start_lab(course: Course, learner: str, place: Path) -> Server:
    home = place / f"home-{learner}"
    argv, environment = lab_environment(course, learner, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}"]
    log = place / f"{learner}.log"
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [*argv, *options],
            cwd=home,
            # Found also where the kit is not installed but only checked out.
            env={**environment, "PYTHONPATH": str(Path(kit.__path__[0]).parent)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    return Server(home, port, token, process, log)


@pytest.fixture
def desk(course: Course) -> Exchange:
    return open_exchange(course)


@pytest.fixture
def servers(course: Course) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        # Short enough for kernels over ipc, which pytest's own folders are not.
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kit-", dir="/tmp")))
        running = {}
        for learner in ("ada", "bob"):  # side by side: starting takes a while
            running[learner] = start_lab(course, learner, place)
            stack.callback(running[learner].process.wait, 60)
            stack.callback(running[learner].process.terminate)
        for server in running.values():
            server.wait()
        yield running


@pytest.fixture
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}; KIT_CHROMIUM names another one")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        for context in browser.contexts:  # as it was left: the reason, where a test failed
            screenshot(context.pages[0], f"last-{browser.contexts.index(context)}")
        browser.close()


def open_lab(browser: Browser, server: Server) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{server.url}/lab/workspaces/auto-test?reset&token={server.token}")
    # A tab in the main area means that the layout is restored; what is opened before then is thrown away again.
    expect(page.locator("#jp-main-dock-panel .lm-TabBar-tab")).to_have_count(1)
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)
    return page


def open_assignment_list(browser: Browser, server: Server) -> Page:
    page = open_lab(browser, server)
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_text("Assignment List", exact=True).click()
    expect(page.locator("#course_list_default")).to_have_text("tiny")
    return page


def rows(page: Page, section: str) -> Locator:
    """The assignments in one of the three lists (not the submissions or notebooks inside them)."""
    return page.locator(f"#{section}_assignments_list > .list_item")


def screenshot(page: Page, name: str) -> None:
    folder = os.environ.get("KIT_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"assignment-list-{name}.png"))


def unfold(page: Page) -> Locator:
    """Unfold the fetched assignment; the link to its notebook. A list that is drawn again meanwhile folds it up."""
    notebook = page.get_by_role("link", name="names", exact=True)
    for _ in range(20):
        page.locator("#fetched_assignments_list .assignment-notebooks-link").click()
        try:
            notebook.wait_for(state="visible", timeout=3_000)
        except PlaywrightTimeout:
            continue
        return notebook
    raise AssertionError("the fetched assignment does not unfold")


def work_in_the_notebook(page: Page, server: Server) -> None:
    """Open the fetched notebook from the list, run its cell in a kernel, save, and come back to the list."""
    unfold(page).click()
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell").first
    # Idle in the status bar, not the indicator in the toolbar: that one is idle before there is a session.
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("name = 'Ada'")
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[1]:")
    (connection,) = (server.home / ".kit" / "run").glob("kernel-*.json")
    assert json.loads(connection.read_text(encoding="utf-8"))["transport"] == "ipc"
    page.keyboard.press("Control+S")
    until = time.monotonic() + PATIENCE / 1000
    while "name = 'Ada'" not in (server.home / A / "names.ipynb").read_text(encoding="utf-8"):
        assert time.monotonic() < until, "the notebook was not saved"
        page.wait_for_timeout(200)
    page.get_by_role("tab", name="Assignments").click()


def test_two_learners_each_see_fetch_and_submit_their_own(
    desk: Exchange, servers: dict[str, Server], chromium: Browser, form_a: Path, form_b: Path
) -> None:
    desk.grant("ada", A, form_a)
    desk.grant("bob", B, form_b)

    bob = open_assignment_list(chromium, servers["bob"])
    expect(rows(bob, "released")).to_have_count(1)
    expect(rows(bob, "released")).to_contain_text(B)
    expect(bob.locator("body")).not_to_contain_text(A)
    screenshot(bob, "bob")

    ada = open_assignment_list(chromium, servers["ada"])
    expect(rows(ada, "released")).to_have_count(1)
    expect(rows(ada, "released")).to_contain_text(A)
    expect(ada.locator("body")).not_to_contain_text(B)
    expect(rows(ada, "fetched")).to_have_count(0)
    screenshot(ada, "ada-released")

    ada.get_by_role("button", name="Fetch", exact=True).click()
    expect(rows(ada, "fetched")).to_contain_text(A)
    expect(rows(ada, "released")).to_have_count(0)
    folder = servers["ada"].home / A
    assert files_in(folder) == files_in(form_a)

    work_in_the_notebook(ada, servers["ada"])
    ada.get_by_role("button", name="Submit", exact=True).click()
    expect(rows(ada, "submitted")).to_contain_text(A)
    screenshot(ada, "ada-submitted")
    arrivals = list(desk.arrivals())
    assert {type(arrival).__name__ for arrival in arrivals} == {"Fetched", "Submitted"}
    (submitted,) = (arrival for arrival in arrivals if isinstance(arrival, Submitted))
    assert (submitted.receipt.learner, submitted.receipt.assignment) == ("ada", A)
    assert files_in(submitted.folder)["names.ipynb"] == (folder / "names.ipynb").read_bytes()

    desk.publish_feedback("ada", Feedback(A, submitted.receipt.submission, b"<h1>well done</h1>"))
    ada.locator("#refresh_assignments_list").click()
    expect(rows(ada, "submitted")).to_contain_text("feedback available to fetch")
    ada.get_by_role("button", name="Fetch Feedback", exact=True).click()
    ada.get_by_text("view feedback").click()
    expect(ada.locator(".jp-FileBrowser")).to_contain_text("names.html")
    screenshot(ada, "ada-feedback")
    (page,) = (folder / "feedback").rglob("*.html")
    assert page.read_bytes() == b"<h1>well done</h1>"

    bob.locator("#refresh_assignments_list").click()
    expect(rows(bob, "released")).to_have_count(1)
    expect(rows(bob, "submitted")).to_have_count(0)


def test_a_learners_lab_has_the_list_and_none_of_the_instructors_panels(
    desk: Exchange, servers: dict[str, Server], chromium: Browser
) -> None:
    server = servers["bob"]
    page = open_lab(chromium, server)
    page.get_by_role("menuitem", name="Nbgrader").click()
    menu = page.locator("#jp-mainmenu-nbgrader")
    expect(menu).to_contain_text("Assignment List")
    for instructors in ("Formgrader", "Course List"):
        expect(menu).not_to_contain_text(instructors)
    for path in ("formgrader", "formgraders"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{server.url}/{path}?token={server.token}", timeout=60)
    config = json.loads((server.home / ".kit" / "config" / "jupyter_server_config.json").read_text(encoding="utf-8"))
    assert config["ServerApp"]["root_dir"] == str(server.home)
