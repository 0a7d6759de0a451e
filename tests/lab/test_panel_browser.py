"""The panel in a real JupyterLab on a real hub, in a real browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect, sync_playwright

from tests.courses import answer
from tests.lab.conftest import Campus

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("KIT_CHROMIUM", "/usr/bin/chromium")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 90_000  # milliseconds; two cores and everything else may be busy


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}; KIT_CHROMIUM names another one")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(campus: Campus, chromium: Browser) -> Iterator[Page]:
    """JupyterLab of bob, who has just logged in for the first time."""
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{campus.hub.url}hub/login")
    page.fill("input[name=username]", "bob")
    page.fill("input[name=password]", campus.hub.people["bob"].password)
    page.locator("[type=submit]").click()
    page.wait_for_url(lambda url: "/hub/login" not in url)
    page.goto(campus.url("bob", "lab"))
    # A tab in the main area means that the layout is restored.
    expect(page.locator("#jp-main-dock-panel .lm-TabBar-tab")).to_have_count(1)
    yield page
    if folder := os.environ.get("KIT_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / "panel-last.png"))


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Mastery")


def button(page: Page, word: str) -> Locator:
    """A button of the next step."""
    return panel(page).locator(".mk-Next").get_by_role("button", name=word)


def handed_in(campus: Campus, assignment: str) -> int:
    offers = campus.at_the_service("bob", "api/offers")["offers"]
    return sum(len(o["submissions"]) for o in offers if o["assignment"] == assignment)


def test_the_panel_comes_by_itself_and_says_what_is_next(page: Page) -> None:
    expect(panel(page).get_by_role("heading", name="Numbers")).to_be_visible()
    expect(panel(page).get_by_role("heading", name="Next step")).to_be_visible()
    expect(panel(page).locator(".mk-main")).to_have_count(1)
    expect(button(page, "Open")).to_have_class("mk-Button mk-main")
    rows = panel(page).locator(".mk-Unit summary")
    expect(rows).to_have_text(["Unit 01-oneopen", "Unit 02-twolocked"])
    expect(rows.nth(1).locator("svg")).to_have_count(1)
    expect(panel(page).get_by_role("link", name="Portfolio")).to_have_attribute("href", "/services/mastery/portfolio")


def test_a_learner_of_two_courses_chooses(page: Page) -> None:
    chooser = panel(page).get_by_role("combobox", name="Course")
    expect(chooser.locator("option")).to_have_text(["Numbers", "Letters"])
    chooser.focus()
    chooser.select_option(label="Letters")
    expect(panel(page).get_by_role("heading", name="Letters")).to_be_visible()
    expect(panel(page).locator(".mk-Unit")).to_have_count(1)
    expect(chooser).to_be_focused()
    chooser.select_option(label="Numbers")


def test_submit_saves_what_is_open_and_shows_what_came_of_it(campus: Campus, page: Page) -> None:
    # Fetched in another tab, where everything is made right but one answer: that is typed here, and not saved.
    asked = {"course": "numbers", "assignment": "01-one.a"}
    campus.door("bob").post(campus.url("bob", "mastery/open"), json=asked).raise_for_status()
    answer(campus.home("bob") / "numbers/01-one.a", {"adding": 2, "taking": 1}, 10)
    expect(panel(page).locator(".mk-Unit summary").first).to_have_text("Unit 01-oneworking")
    button(page, "Open").press("Enter")
    cell = page.locator(".jp-CodeCell .cm-content").filter(has_text="taking_2 = 0")
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("taking_2 = 10 + 2")
    before = (campus.home("bob") / "numbers/01-one.a/01-one.ipynb").read_text()
    assert "taking_2 = 10 + 2" not in before

    submit = button(page, "Submit")
    expect(submit).to_have_class("mk-Button mk-main")
    expect(panel(page).locator(".mk-main")).to_have_count(1)
    submit.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # a second press is no second submission
    progress = panel(page).locator(".mk-Progress")
    expect(progress).to_contain_text("2 of 2 objectives of Unit 01-one shown.")
    expect(progress.locator(".mk-Objectives .mk-Sign")).to_have_text(["shown", "shown"])
    expect(panel(page).get_by_role("status")).to_contain_text("2 of 2 objectives")
    assert "taking_2 = 10 + 2" in (campus.home("bob") / "numbers/01-one.a/01-one.ipynb").read_text()
    assert handed_in(campus, "01-one.a") == 1
    focused = page.evaluate("document.activeElement.closest('.mk-Panel') !== null")
    assert focused, "the keyboard is still in the panel although its button is gone"


def test_something_new_is_said_with_a_way_to_it(page: Page) -> None:
    toast = page.get_by_role("alert").filter(has_text="You have mastered Unit 01-one.")
    expect(toast).to_contain_text("New for you:")
    expect(toast).to_contain_text("Unit 02-two, form a")
    expect(panel(page).locator(".mk-Unit summary").first).to_have_text("Unit 01-onemastered")


def test_feedback_is_shown_in_a_frame_that_can_do_nothing(page: Page) -> None:
    panel(page).locator(".mk-Unit summary").first.press("Enter")
    panel(page).get_by_role("button", name="Feedback: Unit 01-one, form a").press("Enter")
    frame = page.locator("iframe[title^='Feedback on Unit 01-one']")
    expect(frame).to_be_visible()
    assert frame.get_attribute("sandbox") == ""
    expect(frame.content_frame.get_by_role("heading", name="Unit 01-one, form a")).to_be_visible()


def test_what_could_not_be_saved_is_not_handed_in_unasked(campus: Campus, page: Page) -> None:
    button(page, "Open").press("Enter")
    cell = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .cm-content").first
    cell.click()
    page.keyboard.type("changed = True\n")

    def refuse(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=500, json={"message": "No space left on device"})
        else:
            route.continue_()

    page.route("**/api/contents/**", refuse)
    button(page, "Submit").press("Enter")
    ours = page.get_by_role("dialog").filter(has_text="Not everything could be saved")
    theirs = page.get_by_role("dialog").filter(has_text="No space left on device")
    expect(ours.or_(theirs).first).to_be_visible()
    while theirs.count():  # JupyterLab's own words about it
        theirs.get_by_role("button").last.click()
    expect(ours).to_contain_text("02-two.ipynb has changes that could not be saved")
    ours.get_by_role("button", name="Go back").click()
    expect(panel(page).locator(".mk-Progress")).to_contain_text("Not handed in")
    page.unroute("**/api/contents/**")
    assert handed_in(campus, "02-two.a") == 0


def test_a_service_that_is_away_is_said_and_a_submission_waits_for_it(campus: Campus, page: Page) -> None:
    button(page, "Open").press("Enter")
    submit = button(page, "Submit")
    expect(submit).to_be_visible()
    service = psutil.Process(campus.hub.service_pid())
    hub = service.parent()
    assert hub is not None
    hub.send_signal(signal.SIGSTOP)  # it would start the service again at once
    try:
        service.kill()
        away = panel(page).get_by_role("region", name="Not connected")
        expect(away).to_contain_text("Your work is saved here.")
        expect(away).to_contain_text("Trying again in")
        expect(panel(page).get_by_role("heading", name="Units")).to_be_visible()
        submit.press("Enter")
        waiting = panel(page).locator(".mk-phase-waiting")
        expect(waiting).to_contain_text("Your work is saved here.")
        expect(waiting.get_by_role("button", name="Try now")).to_be_visible()
    finally:
        hub.send_signal(signal.SIGCONT)
    # Nothing more is clicked: it comes back by itself, and what waited is handed in, once.
    expect(panel(page).locator(".mk-phase-done")).to_contain_text("0 of 2 objectives of Unit 02-two shown.")
    expect(away).to_have_count(0)
    assert handed_in(campus, "02-two.a") == 1
    expect(button(page, "Open corrective")).to_be_visible()
