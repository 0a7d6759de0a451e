"""`report_notebook`: the report as a notebook that runs from top to bottom on any course, and to go on from."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbformat import v4

from kit.course import Course

_HEAD = """# Mastery report

Made by `kit report --notebook`. Run it from top to bottom; every frame is a pandas frame, and every cell is yours to
change. Each number stands beside its n. Learners stand in alphabetical order: this is a map, not a ranking."""

_CELLS = (
    ("Cohort map\n\nLearner × unit: the state, with the attempts that left a gap.", """\
cycles = found.map["cycles"].map(lambda n: f" {n}×" if n else "").astype("string")
cells = found.map.assign(cell=found.map["state"].astype("string") + cycles)
cells.pivot(index="learner", columns="unit", values="cell")"""),
    ("How many are where", "found.progress"),
    ("Who asks for you", "found.attention"),
    ("Who is idle\n\nNo sign for a week or longer, though the next step is theirs.", "found.idle"),
    ("Who spins\n\nThree or more attempts at a unit, the last two without a new objective.", "found.wheel_spinning"),
    ("Groups to teach again\n\nWho misses an objective now, by the approaches they have had for it.", "found.reteach"),
    ("Gaps by objective", "found.gaps"),
    ("First attempt, and as it stands\n\nShares of the points, quartiles by unit.", """\
found.levels.groupby("unit", observed=True)[["first", "final"]].describe()"""),
    ("Achievement gap\n\nMeans, standard deviations, quarters and correlation, with 95 % intervals from 20 learners\n"
     "on; `help(kit.overview.evenness.achievement_gap)` tells how.", 'found.achievement_gap.set_index("unit").T'),
    ("Time to mastery", "found.time_to_mastery"),
    ("", "pictures.shown(pictures.times(found))"),
    ("Cycles to mastery", "found.cycles_to_mastery"),
    ("", "pictures.shown(pictures.cycles(found))"),
    ("Slow and fast\n\nThe 90th percentile of the time to mastery over the 10th.", "found.time_ratio"),
    ("", "pictures.shown(pictures.ratio(found).plot)"),
    ("Lockstep\n\nThe share of mastered units that an instructor declared.", "found.lockstep"),
    ("Correctives, and what followed", "found.correctives"),
    ("Items that are flagged", 'found.items[found.items["flags"].notna()]'),
)  # fmt: skip
"""(words, code) of the cells after the first."""


def report_notebook(course: Course, folder: Path, *, anonymous: bool = False, section: str | None = None) -> str:
    """The notebook as text, to be kept in *folder*: it finds *course* from there, wherever both are moved together."""
    where = Path(os.path.relpath(course.root, folder)).as_posix()
    setup = (
        "from datetime import UTC, datetime\n\nimport kit\nimport kit.overview\nfrom kit.overview import pictures\n\n"
        f"course = kit.load({where!r})\n"
        f"found = kit.overview.report(course, now=datetime.now(UTC), anonymous={anonymous!r}, section={section!r})\n"
        'print(f"{found.title}: {len(found.people)} learners")'
    )
    cells = [v4.new_markdown_cell(_HEAD), v4.new_code_cell(setup)]
    for words, code in _CELLS:
        if words:
            cells.append(v4.new_markdown_cell(f"## {words}"))
        cells.append(v4.new_code_cell(code))
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"report-{number:02}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text + "\n"
