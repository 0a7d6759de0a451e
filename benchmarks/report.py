"""report: `kit.load` and the page for the whole cohort.

Peer: reading the ledger and nothing else, which everything that looks at a course must do.
"""

from __future__ import annotations

import kit
from benchmarks.ground import Ground
from benchmarks.measure import Row, measure, simply
from kit.reports import report_html
from kit.stages.opened import open_ledger


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    learners = ground.size.learners
    course = ground.peopled(learners)
    read, load, page = "reading the ledger", "kit.load + every frame", "kit.load + report_html"

    def ledger() -> None:
        with open_ledger(course) as opened:
            opened.events()

    def frames() -> None:
        view = kit.load(course.root)
        for name in ("attempts", "items", "objectives", "units", "progress", "correctives", "events"):
            getattr(view, name)

    def html() -> None:
        report_html(kit.load(course.root))

    contenders = {read: simply(ledger), load: simply(frames), page: simply(html)}
    costs = measure(contenders, ground.size.rounds, ground.tell)
    peer = Row(f"{read}, {learners:,} learners", costs[read])
    return [peer, *(Row(f"{name}, {learners:,} learners", costs[name], peer) for name in (load, page))]
