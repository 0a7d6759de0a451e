"""The whole story on a real JupyterHub, seen by those who are in it: two learners and their instructor, in Chromium.

Everything is done as people do it: logging in, opening, typing answers, pressing Submit. Each step is a test, and its
picture is kept where KIT_SCREENSHOTS names a folder; `docs/pictures_hub.py` makes those of docs/hub.md that way.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from kit.hub.trial import Person, TrialHub
from tests.courses import write_course
from tests.hub.conftest import SOON, built

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub-story")]

PATIENCE = 90_000
"""Milliseconds; two cores and everything else may be busy."""
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PEOPLE = (
    Person("ana", "ana's own password", ("learner",)),
    Person("ben", "ben's own password", ("learner",)),
    Person("teacher", "the teacher's password", ("instructor",)),
)
UNITS: Mapping[str, tuple[str, ...]] = {"01-one": (), "02-two": ("01-one",), "03-three": ("02-two",)}
FORM_A = ("adding_1 = 10 + 1", "adding_2 = 10 + 2", "taking_1 = 10 + 1", "taking_2 = 10 + 2")
FORM_B = tuple(line.replace("10", "20") for line in FORM_A)


@dataclass
class School:
    """The hub, and a browser of their own for each of its people."""

    hub: TrialHub
    browser: Browser
    contexts: dict[str, BrowserContext] = field(default_factory=dict)
    lab: dict[str, Page] = field(default_factory=dict)

    def log_in(self, name: str, **options: object) -> Page:
        """The page on which *name* lands."""
        context = self.contexts[name] = self.browser.new_context(viewport={"width": 1280, "height": 860}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(self.hub.url)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(self.hub.people[name].password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.hub.service_url}**")
        return page

    def follow_open(self, name: str, page: Page) -> Page:
        """Press the one button of the course's page; JupyterLab with the notebook and the panel."""
        page.locator(".next a.button").click()
        page.wait_for_url("**/lab/**")
        expect(panel(page)).to_be_visible()
        expect(unanswered(page)).not_to_have_count(0)
        self.lab[name] = page
        return page

    def may_fetch(self, name: str, assignment: str) -> bool:
        """Whether the service hands *assignment* out to *name*, asked with a token like their server's."""
        headers = {"Authorization": f"token {self.hub.token(name)}"}
        answer = requests.get(f"{self.hub.service_url}api/assignments/{assignment}", headers=headers, timeout=90)
        assert answer.status_code in (200, 404), answer.text
        return answer.status_code == 200


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    folder = tmp_path_factory.mktemp("school")
    root = built(write_course(folder / "course", UNITS))
    with TrialHub(root, folder / "hub", PEOPLE, extra=SOON) as hub:
        hub.start_servers("ana", "ben")
        with sync_playwright() as playwright:
            expect.set_options(timeout=PATIENCE)
            browser = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
            people = School(hub, browser)
            yield people
            for name, page in people.lab.items():  # as it was left: the reason, where a test failed
                picture(page, f"last-{name}")
            browser.close()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what *page* looks like, where a folder for it is named."""
    if folder := os.environ.get("KIT_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=whole)


def front(page: Page) -> Locator:
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Mastery")


def button(page: Page, word: str) -> Locator:
    """A button of the panel's next step."""
    return panel(page).locator(".mk-Next").get_by_role("button", name=word)


def unanswered(page: Page) -> Locator:
    """Cells of the notebook in front that wait for an answer."""
    return front(page).locator(".jp-CodeCell .cm-content").filter(has_text="write your answer here")


def type_answers(page: Page, answers: Sequence[str]) -> None:
    """Write each of *answers* into the next cell of the notebook in front that waits for one."""
    for answer in answers:
        unanswered(page).first.click()
        page.keyboard.press("Control+A")
        page.keyboard.type(answer)
        expect(front(page).locator(".jp-CodeCell .cm-content").filter(has_text=answer)).to_be_visible()


def open_next(page: Page, title: str) -> None:
    button(page, "Open").click()
    expect(panel(page).locator(".mk-Next-title")).to_have_text(title)
    expect(front(page).locator(".jp-CodeCell .cm-content").filter(has_text="write your answer here")).not_to_have_count(
        0
    )


def submit(page: Page, says: str) -> Locator:
    """Press Submit, and wait until the panel says what came of it."""
    button(page, "Submit").click()
    progress = panel(page).locator(".mk-Progress")
    expect(progress).to_contain_text(says)
    return progress


def test_ana_lands_on_her_map_with_one_next_step(school: School) -> None:
    page = school.log_in("ana")
    expect(page.locator(".next a.button")).to_have_count(1)
    expect(page.locator("#u-01-one")).to_contain_text("open")
    expect(page.locator("#u-02-two")).to_contain_text("Opens after")
    picture(page, "01-landing", whole=True)
    lab = school.follow_open("ana", page)
    assert lab.url.endswith("/lab/tree/numbers/01-one.a/01-one.ipynb")
    picture(lab, "02-opened")


def test_ana_misses_one_objective_and_has_a_corrective_at_once(school: School) -> None:
    page = school.lab["ana"]
    type_answers(page, (*FORM_A[:2], "taking_1 = 0", "taking_2 = 0"))
    progress = submit(page, "1 of 2 objectives of Unit 01-one shown.")
    expect(progress.locator(".mk-Objectives .mk-Sign")).to_have_text(["shown", "not yet"])
    expect(button(page, "Open corrective")).to_be_visible()
    expect(panel(page).locator(".mk-main")).to_have_count(1)
    picture(page, "03-gap")


def test_ben_masters_at_once_and_sees_nothing_of_anas_corrective(school: School) -> None:
    page = school.follow_open("ben", school.log_in("ben"))
    type_answers(page, FORM_A)
    submit(page, "2 of 2 objectives of Unit 01-one shown.")
    expect(panel(page).locator(".mk-Unit summary").first).to_have_text("Unit 01-onemastered")
    expect(panel(page).locator(".mk-Unit summary").nth(1)).to_have_text("Unit 02-twoopen")
    panel(page).locator(".mk-Unit summary").first.click()
    expect(panel(page).locator(".mk-Unit").first).to_contain_text("(if you like)")
    expect(panel(page)).not_to_contain_text("taking, analogy")
    picture(page, "04-mastered-at-once")
    assert school.may_fetch("ben", "01-one.enrichment")
    assert not school.may_fetch("ben", "01-one.taking.analogy")
    assert school.may_fetch("ana", "01-one.taking.analogy")
    assert not school.may_fetch("ana", "01-one.enrichment")


def test_ana_does_the_corrective_and_another_form_opens(school: School) -> None:
    page = school.lab["ana"]
    button(page, "Open corrective").click()
    expect(
        front(page).get_by_role("paragraph").filter(has_text="taking by analogy, quite another way.")
    ).to_be_visible()
    picture(page, "05-corrective")
    type_answers(page, ("practice_1 = 0 + 1",))
    button(page, "Submit").click()
    expect(panel(page).locator(".mk-Next-title")).to_have_text("Unit 01-one, form b")
    picture(page, "06-another-form")


def test_ana_masters_and_the_next_unit_opens(school: School) -> None:
    page = school.lab["ana"]
    open_next(page, "Unit 01-one, form b")
    type_answers(page, FORM_B)
    submit(page, "2 of 2 objectives of Unit 01-one shown.")
    expect(panel(page).locator(".mk-Unit summary").first).to_have_text("Unit 01-onemastered")
    expect(panel(page).locator(".mk-Next-title")).to_have_text("Unit 02-two, form a")
    picture(page, "07-mastered")


def test_nbgraders_own_assignment_list_shows_each_learner_their_own(school: School) -> None:
    seen = {}
    for name in ("ana", "ben"):
        page = school.contexts[name].new_page()
        page.goto(f"{school.hub.url}user/{name}/lab/workspaces/auto-list?reset")
        expect(page.locator("#jp-main-dock-panel .lm-TabBar-tab")).to_have_count(1)
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_text("Assignment List", exact=True).click()
        expect(page.locator("#course_list_default")).to_have_text("numbers")
        expect(page.locator("#released_assignments_list > .list_item").filter(has_text="02-two.a")).to_have_count(1)
        seen[name] = page.locator("#nbgrader-assignment-list, body").first.inner_text()
        picture(page, f"08-assignment-list-{name}")
        page.close()
    assert "01-one.taking.analogy" in seen["ana"]
    assert "01-one.taking.analogy" not in seen["ben"]
    assert "01-one.enrichment" in seen["ben"]


def test_the_teacher_sees_both_and_decides_once_with_a_reason(school: School) -> None:
    page = school.log_in("teacher")
    expect(page.locator("#r-ana")).to_contain_text("mastered")
    expect(page.locator("#r-ana")).to_contain_text("1×")
    expect(page.locator("#r-ben")).not_to_contain_text("1×")
    picture(page, "09-cohort", whole=True)
    page.get_by_role("link", name="ben").first.click()
    page.locator("#unit").select_option("02-two")
    page.get_by_role("radio", name="mastered").first.check()
    page.get_by_label("Why").fill("Ben taught this unit to the others last year.")
    page.get_by_role("button", name="See what it will do").click()
    expect(page.get_by_role("heading", name="What it will do")).to_be_visible()
    picture(page, "10-before-deciding", whole=True)
    page.locator("form[action$='/override'] button[type=submit]").click()
    expect(page.locator("#said")).to_be_visible()
    expect(page.locator("#u-02-two")).to_contain_text("Ben taught this unit to the others last year.")
    picture(page, "11-decided", whole=True)


def test_ben_is_told_at_once_and_goes_on(school: School) -> None:
    page = school.lab["ben"]
    expect(panel(page).locator(".mk-Unit summary").nth(1)).to_have_text("Unit 02-twomastered")
    expect(panel(page).locator(".mk-Next-title")).to_have_text("Unit 03-three, form a")
    phone = school.browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
    phone.add_cookies(school.contexts["ben"].cookies())  # type: ignore[arg-type]
    at_home = phone.new_page()
    at_home.goto(school.hub.service_url)
    expect(at_home.locator("#u-02-two")).to_contain_text("mastered")
    picture(at_home, "12-on-a-phone", whole=True)
