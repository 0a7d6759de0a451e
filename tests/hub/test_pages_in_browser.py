"""The pages in a real browser on a real JupyterHub, with real grading: live, by keyboard, and without scripts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.hub.trial import TrialHub
from tests.barriers import axe_core
from tests.hub.learner import Learner, eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]

PATIENCE = 90_000
"""Milliseconds."""
_SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
Enter = Callable[..., Any]


class Known(Learner):
    """Somebody the hub has had in the group of learners from the beginning."""

    def __init__(self, hub: TrialHub, name: str, desk: Path) -> None:
        self.hub, self.name, self.desk, self.root = hub, name, desk, hub.folder.parent / "course"
        self.token = hub.token(name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=_SWITCHES)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def cookies() -> dict[str, list[Any]]:
    """Of everyone who has logged in once."""
    return {}


@pytest.fixture
def enter(browser: Any, hub: TrialHub, cookies: dict[str, list[Any]]) -> Iterator[Enter]:
    """Log somebody in and open the course's own address; returns the page, which has not complained of anything."""
    contexts, complaints = [], []

    def entered(name: str, *, path: str = "", **options: Any) -> Any:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies(cookies.get(name, []))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(hub.service_url + path)
        if name not in cookies:
            page.get_by_label("Username").fill(name)
            page.get_by_label("Password").fill(hub.people[name].password)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{hub.service_url}{path}**")
            cookies[name] = context.cookies()
        return page

    yield entered
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def mia(hub: TrialHub, tmp_path_factory: pytest.TempPathFactory) -> Learner:
    return Known(hub, "mia", tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def noa(hub: TrialHub, tmp_path_factory: pytest.TempPathFactory) -> Learner:
    return Known(hub, "noa", tmp_path_factory.mktemp("desk"))


def test_a_learner_sees_each_answer_by_itself_and_keeps_their_place(enter: Enter, mia: Learner) -> None:
    page = enter("mia")
    button = page.locator(".next .button")
    page.wait_for_function("document.querySelector('.next .button')?.textContent.includes('01-one.a')")
    assert page.locator(".next").count() == 1
    assert button.get_attribute("href").endswith("/open/01-one.a")
    folder = mia.work(right={"adding": 2, "taking": 0})

    locked = page.locator("#d-02-two > summary")  # unfolded and in focus: it must stay so
    locked.focus()
    page.keyboard.press("Enter")
    page.evaluate("window.loadedOnce = true; scrollTo(0, 120)")
    before = page.evaluate("scrollY")
    assert mia.submit(folder).status_code == 201
    page.locator(".next").get_by_text("01-one.taking.analogy").first.wait_for()
    assert page.evaluate("window.loadedOnce") is True
    assert page.evaluate("document.activeElement.parentElement.id") == "d-02-two"
    assert page.evaluate("document.getElementById('d-02-two').open") is True
    assert page.evaluate("scrollY") == before

    unit = page.locator("#u-01-one")
    assert "corrective" in unit.locator("h3").inner_text()
    told = unit.locator(".objectives li").all_inner_texts()
    assert [line.split("\n")[0] for line in told] == ["● shown", "◐ not yet"]


def test_feedback_is_shown_in_a_frame_that_nothing_gets_out_of(enter: Enter, mia: Learner) -> None:
    page = enter("mia")
    eventually(lambda: mia.feedback(), "feedback for mia")
    page.reload()
    page.get_by_role("link", name="Feedback on 01-one.a").click()
    frame = page.frame_locator("iframe.feedback")
    frame.locator("body").get_by_text("taking").first.wait_for()
    assert page.locator("iframe.feedback").get_attribute("sandbox") == ""
    inside = page.locator("iframe.feedback").element_handle().content_frame()
    assert inside.evaluate("origin") == "null"
    page.get_by_role("link", name="Back to where you stand").click()
    page.locator(".next").wait_for()


def test_the_loss_of_the_connection_is_said_and_ends_by_itself(enter: Enter, mia: Learner, hub: TrialHub) -> None:
    page = enter("mia")
    lost = page.locator("#connection")
    assert lost.is_hidden()
    page.context.route("**/api/events*", lambda route: route.abort())
    hub.restart_service()
    lost.get_by_text("The connection to the course is lost").wait_for()
    mia.submit(mia.fetch("01-one.taking.analogy"))
    page.context.unroute("**/api/events*")
    page.locator(".next").get_by_text("01-one.b").first.wait_for()
    assert lost.is_hidden()


def test_without_scripts_everything_works_by_reloading(enter: Enter, noa: Learner) -> None:
    page = enter("noa", java_script_enabled=False)
    noa.work()
    eventually(lambda: page.reload() and "Go on with 01-one.a" in page.locator(".next").inner_text(), "it is begun")
    teacher = enter("teacher", java_script_enabled=False)
    teacher.get_by_label("Name or account").fill("NOA")
    teacher.get_by_role("button", name="Show").click()
    assert teacher.locator(".map tbody tr").all_inner_texts()[0].startswith("noa")
    assert teacher.locator(".map tbody tr").count() == 1
    teacher.get_by_role("link", name="noa").click()
    assert teacher.locator("h1").inner_text() == "noa"


def test_by_keyboard_the_first_step_leads_to_the_content_and_the_next_to_the_notebook(enter: Enter) -> None:
    page = enter("noa")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "button"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_open_leads_through_the_hub_to_the_notebook_on_the_own_server(enter: Enter, noa: Learner) -> None:
    page = enter("noa")
    # The server itself is another test's: here it is where the hub is asked to bring the learner.
    answer = page.request.get(f"{noa.hub.service_url}open/01-one.a", max_redirects=0)
    assert answer.status == 302
    assert answer.headers["location"] == "/hub/user-redirect/mastery/open?course=numbers&assignment=01-one.a"


def test_an_instructor_decides_with_a_reason_after_seeing_what_it_will_do(
    enter: Enter, noa: Learner, tmp_path: Path
) -> None:
    learner, page = enter("noa"), enter("teacher")
    page.get_by_label("Name or account").fill("noa")
    page.locator("#found").get_by_text("1–1 of 1 learner").wait_for()
    assert "?q=noa" in page.url
    page.get_by_role("link", name="noa").click()
    form = page.locator("#decide form")
    form.get_by_label("Unit", exact=True).select_option("01-one")
    form.get_by_label("Count the unit as mastered").check()
    form.get_by_role("button", name="See what it will do").click()
    assert page.locator("#why").evaluate("field => field.validity.valueMissing") is True

    form.get_by_label("Why").fill("Shown at the board. <script>alert(1)</script> ‮desrever")
    form.get_by_role("button", name="See what it will do").click()
    rows = page.locator(".changes tbody tr").all_inner_texts()
    assert ["mastered" in rows[0], "locked" in rows[1], "open" in rows[1]] == [True, True, True]
    assert page.locator(".effects li").first.inner_text() == "They get 02-two.a."
    assert not noa.events("overridden")

    page.get_by_role("button", name="Yes, count the unit as mastered").click()
    page.locator("#said").get_by_text("Decided: count the unit as mastered, 01-one.").wait_for()
    (event,) = noa.events("overridden")
    assert (event.who, event.unit, event.data["action"]) == ("teacher", "01-one", "mastered")
    assert event.why.startswith("Shown at the board. <script>")
    shown = page.locator("#u-01-one .reason").inner_text()
    assert shown == "Shown at the board. <script>alert(1)</script> �desrever"
    learner.locator(".next .button").get_by_text("02-two.a").wait_for()


def test_a_decision_that_would_change_nothing_says_so_and_keeps_what_was_written(enter: Enter, noa: Learner) -> None:
    page = enter("teacher", path="learners/noa")
    form = page.locator("#decide form")
    form.get_by_label("Unit", exact=True).select_option("01-one")
    form.get_by_label("Count the unit as mastered").check()
    form.get_by_label("Why").fill("Once more, to be sure.")
    form.get_by_role("button", name="See what it will do").click()
    assert "noa has mastered 01-one already" in page.locator("#problem").inner_text()
    assert form.get_by_label("Why").input_value() == "Once more, to be sure."
    assert len(noa.events("overridden")) == 1


def test_the_instructor_can_look_at_the_page_as_the_learner_sees_it(enter: Enter, mia: Learner) -> None:
    theirs = enter("mia").locator("#u-01-one").inner_text()
    page = enter("teacher", path="learners/mia")
    page.get_by_role("link", name="the page as they see it").click()
    page.get_by_text("This is the page as mia sees it").wait_for()
    assert page.locator(".next .button").get_attribute("href") is None
    for line in ("Unit 01-one, form a", "do some taking", "not yet"):
        assert line in theirs
        assert line in page.locator("#u-01-one").inner_text()


def test_somebody_who_is_not_in_the_course_is_told_what_to_ask_for(enter: Enter) -> None:
    page = enter("outsider")
    assert page.locator("h1").inner_text() == "You are not in this course yet"
    assert "the group “learner”" in page.locator(".sentence").inner_text()
    assert page.evaluate("document.styleSheets.length") == 1


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """axe-core, where npm can bring it."""
    return axe_core(tmp_path_factory.mktemp("axe"))


def test_axe_finds_no_barrier_and_nothing_overflows_on_any_page(enter: Enter, mia: Learner, axe: Path) -> None:
    feedback = eventually(mia.feedback, "feedback for mia")[0]
    pages = {"mia": ("", f"feedback/01-one.a/{feedback}", "learners/mia"), "teacher": ("", "learners/mia")}
    for who, paths in pages.items():
        page = enter(who, bypass_csp=True, viewport={"width": 390, "height": 844})
        for path in paths:
            page.goto(mia.hub.service_url + path, wait_until="load")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            page.add_script_tag(path=str(axe))
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                found = page.evaluate("axe.run(document, {iframes: false})")
                assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], (who, path, scheme)
