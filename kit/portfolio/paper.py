"""`render_pdf`: the page on paper, through WeasyPrint (the extra `portfolio`), which needs no browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import KitError
from kit.portfolio.model import Portfolio
from kit.portfolio.page import render_html

MISSING = (
    'A PDF needs WeasyPrint, which is not here: pip install "mastery-kit[portfolio]" (on Linux also the system\'s '
    "Pango: apt install libpango-1.0-0 libpangoft2-1.0-0). The page and the JSON need nothing; a browser can print "
    "the page as well."
)


def render_pdf(portfolio: Portfolio, credential: Mapping[str, Any] | None = None) -> bytes:
    """The PDF: A4, page numbers, bookmarks. KitError names the pip command where WeasyPrint is missing.

    Nothing is fetched from anywhere: not from the network and not from the disk.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # without Pango the import itself fails with OSError
        raise KitError(MISSING) from None
    # Pictures are in the page itself.
    fetcher = URLFetcher(allowed_protocols=("data",))
    written: bytes = HTML(string=render_html(portfolio, credential), url_fetcher=fetcher).write_pdf()
    return written
