"""What one learner can show others: every unit with its evidence and the road that led there, as a page, PDF and JSON.

    from kit.course import load_course
    from kit.portfolio import portfolio, render_html
    page = render_html(portfolio(load_course("."), "ada"))

- `portfolio(course, learner)`: the values, a frozen `Portfolio` without files or clocks
- `render_html`, `render_pdf`, `render_json`: the same values for a browser, for paper, for programs
- `publish`, `published`: the learner's own copy in the folder exchange

Nobody else appears in it, nothing of it runs, and no solution or hidden test can be in it.
"""

from __future__ import annotations

from kit.portfolio.model import Portfolio
from kit.portfolio.opening import portfolio
from kit.portfolio.page import render_html
from kit.portfolio.paper import render_pdf
from kit.portfolio.writing import publish, published, render_json

__all__ = ["Portfolio", "portfolio", "publish", "published", "render_html", "render_json", "render_pdf"]
