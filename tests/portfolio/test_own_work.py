"""The learner's best notebook, of a submission that was really graded: theirs, harmless, nothing of the author's."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.course import load_course
from kit.portfolio import Portfolio, portfolio, render_html, render_json
from tests.portfolio.conftest import Place

pytestmark = pytest.mark.xdist_group("portfolio")


@pytest.fixture(scope="module")
def ada(place: Place) -> Portfolio:
    return portfolio(load_course(place.root), "ada")


@pytest.fixture(scope="module")
def page(ada: Portfolio) -> str:
    return render_html(ada)


def test_it_is_the_attempt_that_mastered_the_unit(ada: Portfolio) -> None:
    notebook = ada.units[0].notebook
    assert notebook is not None
    assert (notebook.form, notebook.attempt) == ("b", 2)
    written = [cell.text for cell in notebook.cells if cell.own and cell.kind == "code"]
    assert written == ["adding_1 = 20 + 1", "adding_2 = 20 + 2", "taking_1 = 20 + 1", "taking_2 = 20 + 2",
                       "print('seen </pre><script>alert(3)</script>')"]  # fmt: skip


def test_each_answer_has_its_result_from_the_courses_own_checks(ada: Portfolio) -> None:
    cells = ada.units[0].notebook.cells  # type: ignore[union-attr]
    assert [(cell.text, cell.full) for cell in cells if cell.kind == "result"] == [("1 of 1 point", True)] * 4
    assert [cell.kind for cell in cells[:4]] == ["prose", "code", "result", "code"]
    assert cells[0].text == "# Unit 01-one"  # the text above the first task; the instruction is left out


def test_of_somebody_who_has_mastered_nothing_it_is_the_best_attempt(place: Place) -> None:
    ben = portfolio(load_course(place.root), "ben").units[0]
    assert ben.notebook is not None
    assert (ben.notebook.form, ben.state) == ("a", "corrective")
    assert all(not cell.full for cell in ben.notebook.cells if cell.kind == "result")


def test_nothing_of_the_authors_or_of_the_hidden_tests_is_in_it(place: Place, ada: Portfolio, page: str) -> None:
    source = (place.root / "units/01-one/unit.ipynb").read_text()
    secrets = ("BEGIN HIDDEN", "END HIDDEN", "It should be a whole number", "BEGIN SOLUTION", "assert ", "variants")
    assert all(secret in source for secret in secrets)
    for text in (html.unescape(re.sub(r"<[^>]*>", "", page)), json.dumps(ada.to_json())):
        assert [secret for secret in secrets if secret in text] == []


def test_nobody_else_is_in_it(ada: Portfolio, page: str) -> None:
    for text in (page, render_json(ada)):
        assert not any(word in text for word in ("Benedikt", 'ben"', "4711"))


def test_nothing_the_learner_wrote_is_markup(page: str) -> None:
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "[picture: far]" in page
    assert "evil.example" not in page
    assert "javascript:" not in re.sub(r"\[here\]\([^)]*\)", "", page)
    assert '<a href="https://example.org/" rel="noopener noreferrer nofollow">fine</a>' in page
    assert "My note &lt;script&gt;alert('note')&lt;/script&gt;" in page.replace("&#39;", "'")
    assert "seen &lt;/pre&gt;&lt;script&gt;alert(3)&lt;/script&gt;" in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_pictures_are_pictures(ada: Portfolio, page: str) -> None:
    own = ada.units[0].notebook.cells[-1]  # type: ignore[union-attr]
    assert [picture.mime for picture in own.pictures] == ["image/png"]
    assert page.count("<img ") == 1
    assert "alert(4)" not in page  # HTML output is left out


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.write_text("no notebook"), id="it is no notebook any more"),
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe"), id="it is no text any more"),
        pytest.param(lambda path: path.unlink(), id="it is gone"),
        pytest.param(lambda path: (path.unlink(), path.symlink_to("/etc/passwd")), id="it is a link"),
        pytest.param(lambda path: path.write_text('{"cells": [7, null], "nbformat": 4}'), id="its cells are none"),
    ],
)
def test_a_damaged_archive_costs_the_notebook_alone(place: Place, tmp_path: Path, damage: Any) -> None:
    shutil.copytree(place.root, tmp_path / "copy", symlinks=True)
    for path in (tmp_path / "copy/gradebook/archive/ada").glob("*/*.ipynb"):
        damage(path)
    found = portfolio(load_course(tmp_path / "copy"), "ada")
    assert found.complete
    left = found.units[0].notebook
    assert left is None or not any(cell.own for cell in left.cells)
    assert "root:" not in render_html(found)


def test_the_instructor_writes_all_three_kinds_and_publishes(place: Place, tmp_path: Path) -> None:
    said = place.teacher.kit("portfolio", "ada", "--publish")
    kinds = [Path(line) for line in said.splitlines()[:3]]
    assert [path.suffix for path in kinds] == [".html", ".pdf", ".json"]
    assert all(path.stat().st_size > 2000 for path in kinds)
    assert kinds[0].parent.stat().st_mode & 0o077 == 0
    own = place.ada.kit("portfolio", "--only", "html", "--into", str(tmp_path))
    assert Path(own.strip()).read_text() == kinds[0].read_text()


def test_a_learner_gets_their_own_only(place: Place, tmp_path: Path) -> None:
    place.teacher.kit("portfolio", "--publish")
    place.ada.kit("portfolio", "--only", "json", "--into", str(tmp_path))
    text = (tmp_path / "portfolio-numbers.json").read_text()
    assert "Lovelace" in text
    assert "Benedikt" not in text


def test_a_short_one_has_no_notebooks(place: Place, tmp_path: Path) -> None:
    place.teacher.kit("portfolio", "ada", "--short", "--only", "json", "--into", str(tmp_path))
    assert json.loads((tmp_path / "ada.json").read_text())["portfolio"]["units"][0]["notebook"] is None


def test_where_no_pdf_can_be_made_the_rest_is_made_and_it_says_so(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "weasyprint", None)
    said = place.teacher.kit("portfolio", "ada", "--into", str(tmp_path))
    assert "mastery-kit[portfolio]" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.html", "ada.json"]
    assert "mastery-kit[portfolio]" in place.teacher.kit("portfolio", "ada", "--only", "pdf", ok=False)


SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield opened
        opened.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_it_fits_nothing_runs_and_nothing_is_asked_for(
    width: int, scheme: str, browser: Any, page: str, tmp_path: Path
) -> None:
    file = tmp_path / "ada.html"
    file.write_text(page, encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    asked, said, dialogs = [], [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.goto(file.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert (dialogs, said) == ([], [])
    assert [address for address in asked if not address.startswith(("data:", file.as_uri()))] == []
    assert opened.locator("h1").inner_text() == "Ada <b>Lovelace</b>"
    assert opened.locator("svg.road").count() == 1
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the content"
    context.close()


def test_the_learners_command_reads_the_exchange_alone(place: Place, tmp_path: Path) -> None:
    """Also where the ledger and the sources are out of reach, as they are for learners."""
    place.teacher.kit("portfolio", "ada", "--publish", "--only", "json")
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy2(place.root / "course.toml", bare)
    shutil.copytree(place.root / "gradebook/exchange", bare / "gradebook/exchange", symlinks=True)
    place.ada.environment["KIT_COURSE"], before = str(bare), place.ada.environment["KIT_COURSE"]
    try:
        said = place.ada.kit("portfolio", "--only", "json", "--into", str(tmp_path / "out"))
    finally:
        place.ada.environment["KIT_COURSE"] = before
    assert os.path.isfile(said.strip())
