"""The portfolio as a page of the service, on a real hub, with notebooks that were handed in and graded."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from kit.course import load_course
from kit.hub.app import make_app, service_of
from kit.hub.identity import Hubs
from kit.hub.pages import drawing, proving
from kit.hub.service import ServiceSettings
from kit.hub.trial import TrialHub
from kit.stages.people import enrol
from tests.barriers import axe_core
from tests.courses import cell
from tests.hub.learner import Learner, eventually
from tests.hub.service.asking import Answer, Asker

pytestmark = pytest.mark.xdist_group("hub")

NAME = "Pia <script>document.title='name'</script> \"quoted\" & \u202eevil {{ 7 * 7 }}"
NOTE = (
    "My note <script>document.title='note'</script> <img src=x onerror=\"document.title='picture'\"> "
    "[here](javascript:document.title='link') </style></div><form action='/hub/logout'><button>Go</button></form> "
    "[fine](https://example.org/)"
)


@dataclass(frozen=True, slots=True)
class Class:
    """pia, in section `orchard`, has mastered the first unit and written what wants to be more than text; rob is in
    `meadow` and has begun nothing. An instructor looks after each section, the teacher after everybody."""

    hub: TrialHub
    pia: Learner
    askers: dict[str, Asker]

    def get(self, who: str, path: str) -> Answer:
        return self.askers[who].get(path)

    def text(self, who: str, path: str = "portfolio") -> str:
        answer = self.get(who, path)
        assert answer.status == 200, answer.body
        return " ".join(BeautifulSoup(answer.body, "html.parser").get_text(" ").split())


@pytest.fixture(scope="module")
def group(hub: TrialHub, tmp_path_factory: pytest.TempPathFactory) -> Class:
    desk = tmp_path_factory.mktemp("desk")
    for section in ("section-orchard", "section-meadow"):
        hub.api("POST", f"groups/{section}")
    pia = Learner(hub, "pia", desk, groups=("section-orchard", "learner"))
    rob = Learner(hub, "rob", desk, groups=("section-meadow", "learner"))
    tokens = {"pia": pia.token, "rob": rob.token, "teacher": hub.token("teacher"), "outsider": hub.token("outsider")}
    for section in ("orchard", "meadow"):
        tokens[section] = Learner(hub, f"of-{section}", desk, groups=(f"section-{section}", "instructor")).token
    made = Class(hub, pia, {who: Asker(hub.direct_url, token) for who, token in tokens.items()})
    assert "Has mastered 0 of 2 units" in made.text("pia")
    hand_in(pia)
    enrol(load_course(pia.root), {"pia": NAME}, by="teacher")
    eventually(lambda: rob.ask("GET", "offers").json()["offers"], "something is open for rob")
    return made


def hand_in(pia: Learner) -> None:
    """Every answer right, and a note and a cell of her own."""
    folder = pia.work(right=2)
    path = next(folder.glob("*.ipynb"))
    book = json.loads(path.read_text())
    own: dict[str, Any] = cell("print('seen </pre><script>1</script>')")
    own["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "</pre><script>document.title='out'</script>"}
    ]
    book["cells"] += [{**cell(NOTE, kind="markdown"), "id": "note"}, {**own, "id": "own"}]
    path.write_text(json.dumps(book))
    assert pia.submit(folder).status_code == 201
    eventually(lambda: pia.feedback(), "pia's feedback")
    eventually(lambda: pia.events("decided") or "02-two.a" in str(pia.ask("GET", "offers").json()), "pia's decision")


def rules(answer: Answer) -> dict[str, set[str]]:
    """The Content-Security-Policy: directive → its words."""
    said = [rule.split() for rule in answer.headers["Content-Security-Policy"].split(";")]
    return {name: set(words) for name, *words in said}


# ---- what it shows


def test_learners_see_their_own_as_it_stands_now(group: Class) -> None:
    page = group.text("pia")
    assert "Has mastered 1 of 2 units" in page
    assert "adding_2 = 10 + 2" in page
    assert "Pia <script>" in page
    assert "Has mastered 0 of 2 units" in group.text("rob")


def test_what_a_learner_is_called_and_wrote_is_text(group: Class) -> None:
    answer = group.get("pia", "portfolio")
    page = BeautifulSoup(answer.body, "html.parser")
    assert not page.select("script, form, button, iframe, object, embed, base, link")
    assert not [tag for tag in page.find_all() for key in tag.attrs if key.startswith("on")]
    assert {str(link["href"]).partition(":")[0] for link in page.select("a") if ":" in link["href"]} == {"https"}
    assert all(str(image["src"]).startswith("data:image/") for image in page.select("img"))
    text = page.get_text()
    assert "document.title='note'" in text
    assert "document.title='out'" in text
    assert NAME.replace("\u202e", "\ufffd") in text
    assert "\u202e" not in answer.body.decode()


def test_whatever_were_in_it_could_do_nothing_in_the_services_name(group: Class) -> None:
    for who, path in (("pia", "portfolio"), ("teacher", "learners/pia/portfolio")):
        answer = group.get(who, path)
        found = rules(answer)
        assert not found["sandbox"] & {"allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation"}
        assert found["default-src"] == found["base-uri"] == found["form-action"] == {"'none'"}
        assert found["frame-ancestors"] == {"'none'"}
        assert (found["style-src"], found["img-src"]) == ({"'unsafe-inline'"}, {"data:"})
        assert not any(name.startswith(("script", "connect", "frame-src")) for name in found)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


# ---- whose it is


WHO: dict[str, tuple[str, str, int]] = {
    # who asks, for what, what they are answered
    "the teacher of everybody": ("teacher", "learners/pia/portfolio", 200),
    "the instructor of her section": ("orchard", "learners/pia/portfolio", 200),
    "the instructor of another section": ("meadow", "learners/pia/portfolio", 404),
    "another learner": ("rob", "learners/pia/portfolio", 403),
    "she herself, by the instructors' way": ("pia", "learners/pia/portfolio", 403),
    "somebody in neither group": ("outsider", "learners/pia/portfolio", 403),
    "somebody in neither group, their own": ("outsider", "portfolio", 403),
    "an instructor, their own": ("teacher", "portfolio", 404),
    "an instructor, their own on paper": ("teacher", "portfolio.pdf", 404),
    "a learner that there is not": ("teacher", "learners/nobody/portfolio", 404),
    "the learners' folder": ("teacher", "learners/%2e%2e/portfolio", 404),
}


NOBODYS = "learners/nobody/portfolio"


@pytest.mark.parametrize(("who", "path", "status"), WHO.values(), ids=WHO)
def test_it_is_shown_to_its_learner_and_to_who_looks_after_them(
    who: str, path: str, status: int, group: Class
) -> None:  # fmt: skip
    answer = group.get(who, path)
    assert answer.status == status
    if status != 200:
        assert answer.headers["Content-Security-Policy"] == drawing.CSP
        assert b"adding_2" not in answer.body
        assert b"My note" not in answer.body
    if who == "meadow":
        # Alike but for the word against forged forms, which is another one each second.
        there, not_there = (re.sub(rb'data-xsrf="[^"]*"', b"", one.body) for one in (answer, group.get(who, NOBODYS)))
        assert there == not_there


def test_no_argument_leads_to_anothers(group: Class) -> None:
    for asked in ("learner=pia", "learner=pia&as=learner", "user=pia", "name=pia"):
        assert "adding_2" not in group.text("rob", f"portfolio?{asked}")
    assert group.get("rob", "portfolio/pia").status == 404


def test_who_has_none_is_told_where_portfolios_are(group: Class) -> None:
    page = BeautifulSoup(group.get("teacher", "portfolio").body, "html.parser")
    assert "There is no portfolio of yours" in page.h1.get_text()
    assert "on that learner’s record" in page.main.get_text()


# ---- the ways there and back


WAYS: dict[str, tuple[str, str, str]] = {
    "from her page": ("pia", "", "portfolio"),
    "back to her page": ("pia", "portfolio", ""),
    "to the PDF": ("pia", "portfolio", "portfolio.pdf"),
    "from her record": ("teacher", "learners/pia", "learners/pia/portfolio"),
    "back to her record": ("teacher", "learners/pia/portfolio", "learners/pia"),
}


@pytest.mark.parametrize(("who", "page", "leads_to"), WAYS.values(), ids=WAYS)
def test_links_lead_there_and_back(who: str, page: str, leads_to: str, group: Class) -> None:
    drawn = BeautifulSoup(group.get(who, page).body, "html.parser")
    assert drawn.select(f'a[href="/services/mastery/{leads_to}"]')


def test_an_instructor_is_offered_no_portfolio_of_their_own(group: Class) -> None:
    for page in ("", "learners/pia", "learners/pia?as=learner"):
        drawn = BeautifulSoup(group.get("teacher", page).body, "html.parser")
        assert not drawn.select('a[href="/services/mastery/portfolio"]')


# ---- on paper


def test_the_pdf_is_theirs_to_keep(group: Class) -> None:
    answer = group.get("pia", "portfolio.pdf")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.body.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''portfolio-numbers-pia.pdf"
    assert rules(answer)["default-src"] == {"'none'"}


@pytest.fixture
def beside(group: Class) -> Iterator[str]:
    """The address of a second service for the course, in this process: what it is made of can be taken away."""
    hub = group.hub
    hubs = Hubs(
        believed_seconds=60, api_token="not needed to ask with a person's own", api_url=f"{hub.url}hub/api",
        hub_host="", base_url="/", hub_prefix="/hub/", oauth_client_id="service-mastery",
        access_scopes={"access:services!service=mastery"},
    )  # fmt: skip
    loop, here = asyncio.new_event_loop(), {}

    async def start() -> None:
        settings = ServiceSettings(prefix="/services/mastery/", watch=False)
        here["app"] = make_app(load_course(group.pia.root), settings, hubs)
        here["server"], sockets = HTTPServer(here["app"]), bind_sockets(0, "127.0.0.1")
        here["server"].add_sockets(sockets)
        here["url"] = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/services/mastery/"

    async def stop() -> None:
        await service_of(here["app"]).stop()
        here["server"].stop()
        await here["server"].close_all_connections()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result(90)
    yield here["url"]
    asyncio.run_coroutine_threadsafe(stop(), loop).result(90)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_where_weasyprint_is_missing_the_page_stays_and_says_how_to_get_the_pdf(
    beside: str, group: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    pia = Asker(beside, group.pia.token)
    page, paper = pia.get("portfolio"), pia.get("portfolio.pdf")
    assert page.status == 200
    assert b"portfolio.pdf" not in page.body
    assert (paper.status, paper.headers["Content-Type"]) == (501, "text/html; charset=utf-8")
    said = unescape(BeautifulSoup(paper.body, "html.parser").main.get_text())
    assert 'pip install "mastery-kit[portfolio]"' in said
    assert "print it" in said


def test_pdfs_are_made_one_after_the_other(beside: str, group: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, counting, make = 0, 0, threading.Lock(), proving.render_pdf

    def counted(*arguments: Any) -> bytes:
        nonlocal now, most
        with counting:
            now += 1
            most = max(most, now)
        try:
            return make(*arguments)
        finally:
            with counting:
                now -= 1

    monkeypatch.setattr(proving, "render_pdf", counted)
    askers = [Asker(beside, group.askers[who].token) for who in ("pia", "rob", "pia", "rob")]
    with ThreadPoolExecutor(len(askers)) as together:
        answers = list(together.map(lambda asker: asker.get("portfolio.pdf"), askers))
    assert [answer.status for answer in answers] == [200] * 4
    assert most == 1


def test_who_wants_it_again_and_again_has_to_wait(beside: str, group: Class) -> None:
    """Each costs seconds of a processor that the whole class shares."""
    asker = Asker(beside, group.askers["teacher"].token)
    statuses = [asker.get("portfolio.pdf").status for _ in range(8)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert asker.get("portfolio").status == 404


# ---- in a browser


@pytest.fixture(scope="module")
def shown(hub: TrialHub, group: Class, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page of a real browser in which mia is logged in and at the course's own address."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    switches = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=switches)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.context.set_default_timeout(90_000)
        page.goto(hub.service_url)
        page.get_by_label("Username").fill("mia")
        page.get_by_label("Password").fill(hub.people["mia"].password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{hub.service_url}**")
        yield page
        browser.close()


@pytest.mark.browser
def test_in_a_browser_its_links_work_it_is_kept_as_pdf_and_nothing_in_it_runs(shown: Any, hub: TrialHub) -> None:
    shown.get_by_role("link", name="Portfolio").click()
    shown.wait_for_url(f"{hub.service_url}portfolio")
    shown.get_by_role("link", name="Unit 01-one").click()
    assert shown.url.endswith("/portfolio#unit-1")
    with shown.expect_download() as download:
        shown.get_by_role("link", name="As a PDF").click()
    assert download.value.suggested_filename == "portfolio-numbers-mia.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert shown.pdf().startswith(b"%PDF-")  # as it is printed
    with shown.context.expect_page() as another:
        shown.get_by_role("link", name="Back to the course").click(modifiers=["Control"])
    another.value.wait_for_url(hub.service_url)
    assert another.value.evaluate("self.origin") == hub.url.rstrip("/")
    another.value.close()
    shown.get_by_role("link", name="Back to the course").click()
    shown.wait_for_url(hub.service_url)


@pytest.mark.browser
def test_a_script_in_the_page_would_not_run(shown: Any, hub: TrialHub) -> None:
    """The headers alone hold it: here a script, a handler and a form are put into the page on its way."""
    hostile = (
        "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
        "<form id=f method=post action='/hub/logout'><button>Send</button></form>"
    )

    def spoil(route: Any) -> None:
        came = route.fetch()
        body = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", came.text())
        route.fulfill(response=came, body=body.replace("<main", f"{hostile}<main", 1))

    shown.route(f"{hub.service_url}portfolio", spoil)
    shown.goto(f"{hub.service_url}portfolio")
    shown.unroute(f"{hub.service_url}portfolio")
    assert "portfolio" in shown.title()
    shown.get_by_role("button", name="Send").click()
    assert shown.url == f"{hub.service_url}portfolio"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "phone"])
def test_no_barrier_is_in_the_page_and_nothing_sticks_out(
    shown: Any, width: int, group: Class, tmp_path: Path
) -> None:  # fmt: skip
    script = axe_core(tmp_path)
    # The page's own rules would keep the tester out: what came is looked at without them.
    body = group.get("pia", "portfolio").body.decode().replace("http-equiv", "data-was")
    plain = shown.context.browser.new_page(viewport={"width": width, "height": 900})
    try:
        plain.set_content(body)
        assert plain.evaluate("document.documentElement.scrollWidth") == width
        plain.add_script_tag(path=str(script))
        found = plain.evaluate("axe.run()")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    finally:
        plain.close()
