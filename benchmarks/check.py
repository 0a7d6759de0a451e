"""check: `kit check` of the sample course, as an author waits for it.

With nothing kept every notebook is built aside and graded: solutions, untouched releases, missteps, mutants. Then one
unit has changed, then nothing has. The first is what the
others are held against: nbgrader has nothing of the kind.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.ground import Ground
from benchmarks.measure import Contender, Row, Work, measure
from benchmarks.start import program
from kit.checks.trials_kept import FILE as TRIALS
from kit.checks.verdicts import FILE as VERDICTS


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    course = ground.built()
    command = [program("kit"), "-C", str(course.root), "check"]
    changing = course.units[0].folder / "missteps.toml"
    kept = course.gradebook_dir / VERDICTS, course.gradebook_dir / TRIALS

    def contender(prepare: Sequence[str], *options: str) -> Contender:
        @contextmanager
        def checked(number: int) -> Iterator[Work]:
            if "forget" in prepare:
                for path in kept:
                    path.unlink(missing_ok=True)
            if "change" in prepare:
                with changing.open("a", encoding="utf-8") as missteps:
                    missteps.write(f"\n# round {number}\n")
            if "forget verdict" in prepare:
                kept[0].unlink(missing_ok=True)
            yield lambda: _run([*command, *options])

        return checked

    everything = "kit check, nothing kept"
    costs = measure(
        {
            everything: contender(["forget"]),
            "kit check, one unit changed": contender(["change"]),
            "kit check, nothing changed": contender([]),
            "kit check --fast": contender(["forget verdict"], "--fast"),
        },
        ground.size.rounds,
        ground.tell,
    )
    peer = Row(everything, costs[everything])
    return [peer, *(Row(name, cost, peer) for name, cost in costs.items() if name != everything)]


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=False, capture_output=True)
