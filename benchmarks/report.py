"""report: `kit.load`, its frames, and the whole report of a cohort as a page.

Peers: `nbgrader export` of the same scores, in this process, which is its best case, on a size that it can finish; and
reading the ledger and nothing else. The large cohort is read in a process of its own, whose memory is counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

import kit
from benchmarks.ground import Ground
from benchmarks.measure import Row, measure, simply
from benchmarks.written import make_course, write_gradebook, write_ledger
from kit.build.revisions import load_catalogue
from kit.course import Course
from kit.overview import report, report_html
from kit.stages.opened import open_ledger

FRAMES = ("learners", "attempts", "items", "objectives", "units", "progress", "correctives")
_ALONE = """
import json, resource, sys
import kit
from kit.overview import report, report_html
view = kit.load(sys.argv[1])
items = len(view.frames.items)
page = report_html(report(view))
peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
unit = 2**20 if sys.platform == "darwin" else 2**10
print(json.dumps({"items": items, "page": len(page), "memory": sum(peaks) / unit}))
"""


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    # nbgrader asks its database again for each learner and each assignment: it is given the smaller cohort.
    few, many = ground.size.learners, ground.size.cohort
    small, large = _written(ground, few), _written(ground, many)
    with_grades = write_gradebook(small, load_catalogue(small), few)
    read, load, page = "reading the ledger", "kit.load + every frame", "kit.load + the whole report"
    export, alone = "nbgrader export", "kit.load + the whole report, a process of its own"
    found: dict[str, float] = {}

    def ledger() -> None:
        with open_ledger(small) as opened:
            opened.events()

    def frames() -> None:
        view = kit.load(small.root)
        for name in FRAMES:
            getattr(view.frames, name)

    contenders = {
        export: simply(lambda: _export(small)),
        read: simply(ledger),
        load: simply(frames),
        page: simply(lambda: report_html(report(kit.load(small.root)))),
        alone: simply(lambda: found.update(_alone(large))),
    }
    costs = measure(contenders, ground.size.rounds, ground.tell)
    peer = Row(f"{export}, {few:,} learners", costs[export], note=f"{with_grades:,} item scores")
    rows = [peer, *(Row(f"{name}, {few:,} learners", costs[name], peer) for name in (read, load, page))]
    note = f"{found['items']:,.0f} item scores, {found['memory']:,.0f} MiB at most"
    return [*rows, Row(f"{alone}, {many:,} learners", costs[alone], peer, note)]


def _written(ground: Ground, learners: int) -> Course:
    ground.tell(f"writing the history of {learners:,} learners", 0, learners)
    course = make_course(ground.folder())
    write_ledger(course, load_catalogue(course), learners)
    return course


def _export(course: Course) -> None:
    plugin = CsvExportPlugin()
    plugin.to = str(course.gradebook_dir / "grades.csv")
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        plugin.export(gradebook)


def _alone(course: Course) -> dict[str, float]:
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-c", _ALONE, str(course.root)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found
