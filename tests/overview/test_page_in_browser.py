"""The page in a real browser: wide and narrow, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.overview import report as report_of
from kit.overview import report_html
from kit.reports.signs import SIGNS
from tests.reports.written_history import History

pytestmark = pytest.mark.browser

_SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


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


@pytest.fixture
def report(cohort: History, tmp_path: Path) -> str:
    cohort.enrol("mallory", '<img src=x onerror="document.title=1">' + "A" * 80)
    file = tmp_path / "report.html"
    file.write_text(report_html(report_of(cohort.view())), encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_asks_for_nothing_and_complains_of_nothing(
    width: int, scheme: str, browser: Any, report: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.title() == "Python for data: the cohort"
    assert (complaints, asked) == ([], [report])
    # Shapes are drawn, not only referred to.
    box = page.locator("table.map svg.shape").first.bounding_box()
    assert box is not None
    assert box["width"] > 8
    context.close()


def _luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_the_map_can_be_read_against_its_ground(scheme: str, browser: Any, report: str) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(report)
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    colours = page.evaluate(
        """states => states.map(state => {
            const cell = document.createElement('td'); cell.className = state; document.body.append(cell);
            return getComputedStyle(cell).color })""",
        # The word of a locked unit has the colour of quiet text; only its dot is paler.
        [state for state in SIGNS if state != "locked"] + ["quiet"],
    )
    assert len(set(colours)) >= len(SIGNS) - 1
    for colour in colours:
        lighter, darker = sorted((_luminance(colour), _luminance(ground)), reverse=True)
        # WCAG 2.2, success criterion 1.4.3 (AA) for text.
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, colour
    context.close()


def test_the_page_can_be_gone_through_with_the_keyboard(browser: Any, report: str) -> None:
    page = browser.new_page()
    page.goto(report)
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim().split('\\n')[0]"))
    assert reached[0] == "Skip to the content"
    assert "Cohort map" in reached
    assert "The numbers" in reached
    page.close()


def test_the_key_numbers_stand_on_the_page_as_they_were_worked_out_by_hand(browser: Any, report: str) -> None:
    page = browser.new_page()
    page.goto(report)
    tops = page.locator(".headlines div").all_inner_texts()
    assert [text.split()[-1] for text in tops] == ["5", "2", "1", "5", "1", "1"]
    gap = page.locator("#evenness tbody tr").all_inner_texts()
    assert [row.replace("\u00a0", " ").split("\t")[:7] for row in gap] == [
        ["01-values", "2", "80 %", "80 %", "0.20", "0.20", "1.00"],
        ["02-lists", "1", "60 %", "80 %", "–", "–", "–"],
        ["all units", "2", "70 %", "75 %", "0.10", "0.15", "1.50"],
    ]
    groups = page.locator("#gaps table").nth(1).locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in groups] == [["write and join texts", "01-values", "tracing", "1", "ben"]]
    assert page.locator("#map tbody tr").count() == 5
    assert page.locator("#map tbody tr", has_text="ben").locator("td").first.inner_text().split() == [
        "corrective",
        "1×",
    ]
    page.close()
