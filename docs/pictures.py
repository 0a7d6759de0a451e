"""Make the pictures the documents show: `make pictures` (needs Chromium and a finished `make demo`)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from widget_pictures import photograph_widgets

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / "demo"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def main() -> None:
    """Photograph the demo's report and one feedback page, on a screen and on a phone, and the widgets in JupyterLab."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None or not DEMO.is_dir():
        sys.exit("Chromium and the folder demo/ are needed: `apt install chromium`, `make demo`.")
    pages = sorted(DEMO.glob("gradebook/feedback/*/02-lists.a/*.html"))
    feedback = next(page for page in pages if "Not yet" in page.read_text(encoding="utf-8"))  # the telling kind
    pictures = HERE / "pictures"
    pictures.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for path, name in ((DEMO / "gradebook/report.html", "report"), (feedback, "feedback")):
            for width, height, suffix in ((1200, 1500, ""), (390, 844, "-phone")):
                page: Page = browser.new_page(viewport={"width": width, "height": height})
                page.goto(path.as_uri())
                page.screenshot(path=pictures / f"{name}{suffix}.png")
                page.close()
        photograph_widgets(browser, DEMO, pictures)
        browser.close()


if __name__ == "__main__":
    main()
