"""Every page an attack could write into, in a real browser: the learner's, and formgrader's for the instructor."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbgrader.server_extensions.formgrader as formgrader
import pytest
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

from kit.exchange.nbgrader import configure
from kit.grading.notice import notice_page
from tests.attacks.corpus import CLASSES
from tests.attacks.outcome import Outcome, attack
from tests.attacks.scripts import SCRIPT, TAKEN
from tests.attacks.world import World
from tests.courses import write_course
from tests.grading.notebooks import Exercise

pytestmark = pytest.mark.browser

_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


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
def exporter(tmp_path_factory: pytest.TempPathFactory) -> HTMLExporter:
    """Formgrader's, configured as a course's nbgrader_config.py does."""
    root = write_course(tmp_path_factory.mktemp("configured") / "course", {"01-one": ()})
    config = Config()
    configure(config, root)
    templates = Path(formgrader.__file__).parent / "templates"
    return HTMLExporter(config=config, template_name="formgrade", extra_template_basedirs=[str(templates)])


def in_formgrader(exporter: HTMLExporter, notebook: dict[str, Any], path: Path) -> str:
    path.write_text(json.dumps(notebook), encoding="utf-8")
    words = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name", "first_name")
    resources = {**dict.fromkeys((*words, "notebook_path"), "x"), "index": 0, "total": 1}
    html: str = exporter.from_filename(str(path), resources=resources)[0]
    return html


def title(browser: Any, html: str) -> str:
    """What a page calls itself once everything on it has run and every link was clicked; nothing is loaded."""
    page = browser.new_page()
    page.route("**/*", lambda route: route.abort())
    page.set_content(html, wait_until="load")
    page.evaluate("for (const link of document.querySelectorAll('a[href^=\"javascript:\" i]')) link.click()")
    page.wait_for_timeout(50)  # a link's script runs after the click
    found: str = page.title()
    page.close()
    return found


def test_a_script_that_runs_would_be_seen(browser: Any) -> None:
    assert title(browser, f"<title>x</title>{SCRIPT}") == TAKEN
    assert title(browser, f"<title>x</title><a href=\"javascript:void(document.title='{TAKEN}')\">x</a>") == TAKEN


@pytest.mark.parametrize("name", CLASSES["script in feedback"])
def test_no_script_of_a_learners_runs(
    name: str, browser: Any, exporter: HTMLExporter, counting: Exercise, world: World, tmp_path: Path
) -> None:
    came: Outcome = attack(counting, CLASSES["script in feedback"][name], world.words)
    page = came.html or notice_page("01-count.a", came.page).decode()
    assert TAKEN not in title(browser, page)
    if came.notebook is not None:
        assert TAKEN not in title(browser, in_formgrader(exporter, came.notebook, tmp_path / "unit.ipynb"))
