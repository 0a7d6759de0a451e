"""Pictures of the widgets: a JupyterLab over the demo, a notebook for each widget, and what stands below its cell."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

import kit
from kit.exchange.lab import lab_environment

PATIENCE = 120_000  # milliseconds


def photograph_widgets(browser: Browser, demo: Path, pictures: Path) -> None:
    """Write dashboard.png and my-progress.png into *pictures*, of the learner with the longest road."""
    view = kit.load(demo)
    learner = max(view.standings, key=lambda name: sum(unit.correctives for unit in view.standings[name].units))
    with tempfile.TemporaryDirectory(prefix="kit-", dir="/tmp") as place:
        home = Path(place) / "home"
        home.mkdir()
        argv, environment = lab_environment(view.course, learner, home)
        _write(home / "cohort.ipynb", f"import kit\nkit.dashboard({str(demo)!r})")
        _write(home / "mine.ipynb", "import kit\nkit.my_progress()")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        token = secrets.token_hex(16)
        options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}"]
        server = subprocess.Popen([*argv, *options], cwd=home, env=environment, stderr=subprocess.DEVNULL)
        try:
            lab = f"http://127.0.0.1:{port}/lab/workspaces/{{0}}/tree/{{0}}.ipynb?reset&token={token}"
            name = view.standings[learner].name or learner
            _photograph(_run(browser, lab.format("cohort"), name), pictures / "dashboard.png")
            _photograph(_run(browser, lab.format("mine"), ""), pictures / "my-progress.png")
        finally:
            server.terminate()
            server.wait(60)


def _write(path: Path, code: str) -> None:
    cell = {"cell_type": "code", "id": "c1", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), encoding="utf-8")


def _run(browser: Browser, address: str, press: str) -> Page:
    page = browser.new_page(viewport={"width": 1600, "height": 1200})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    while True:  # the server takes a moment to start
        try:
            page.goto(address)
            break
        except Exception as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            page.wait_for_timeout(500)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle")
    page.locator(".jp-NotebookPanel .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".kit-dash")).to_be_visible()
    page.keyboard.press("Control+b")  # the file browser away
    if press:
        page.locator(".kit-name", has_text=press).first.click()
        expect(page.locator(".kit-record h3").first).to_be_visible()
    page.wait_for_timeout(1000)
    return page


def _photograph(page: Page, file: Path) -> None:
    page.locator(".kit-dash").screenshot(path=file)
    page.close()
