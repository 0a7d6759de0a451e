"""`python -m benchmarks.attacks`: the corpus of tests/attacks against nbgrader and against the kit, counted by class.

What nbgrader does is tried behind walls of this benchmark's own: bubblewrap encloses its whole course, the world the
attacks aim at, and the process that starts it; a copy of each for every attack. It counts as withstood when the scores
are the deserved ones, or nothing was graded of what is to be rejected, when no secret stands in what the learner's own
cells print, when no script of theirs is alive in the feedback, when nothing outside was changed, ended or left behind,
and when it came to an end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click

from benchmarks.page import machine, replaced
from kit.grading.executors.local import LocalExecutor
from kit.grading.executors.sandbox import find_walls
from tests.attacks.assignment import target
from tests.attacks.case import Case
from tests.attacks.corpus import CASES, CLASSES
from tests.attacks.outcome import attack
from tests.attacks.world import World
from tests.grading.notebooks import Exercise

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
PART = "attacks"
SECONDS = 120
"""After which nbgrader has not come to an end."""
MEMORY_KILOBYTES = 8_000_000


@click.command()
@click.option(
    "--every", type=click.IntRange(1), default=1, help="Only every so many-th attack; nothing is written then."
)
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, help="Attacks at the same time.")
def main(every: int, workers: int) -> None:
    """Run the attacks against both and write the table into docs/benchmarks.md. Against nbgrader this takes a while."""
    chosen = list(CASES)[::every]
    with tempfile.TemporaryDirectory(prefix="kit-attacks-") as folder:
        template = _template(Path(folder))
        with ThreadPoolExecutor(workers) as pool:
            theirs = dict(zip(chosen, pool.map(lambda name: _against_nbgrader(name, template), chosen), strict=True))
        ours = _against_the_kit(chosen, Path(folder))
    for name in chosen:
        if ours[name] or theirs[name]:
            click.echo(f"{name}\n    kit: {ours[name] or 'withstood'}\n    nbgrader: {theirs[name] or 'withstood'}")
    text = _table(chosen, ours, theirs, "" if every == 1 else f" --every {every}")
    click.echo(text)
    if every == 1:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), PART, text), encoding="utf-8")


def _table(chosen: list[str], ours: dict[str, str], theirs: dict[str, str], options: str) -> str:
    held = {
        who: Counter(CASES[name][0] for name in chosen if not found[name])
        for who, found in (("k", ours), ("n", theirs))
    }
    tried = Counter(CASES[name][0] for name in chosen)
    rows = [f"| {kind} | {tried[kind]} | {held['k'][kind]} | {held['n'][kind]} |" for kind in CLASSES]
    total = f"| all | {tried.total()} | **{held['k'].total()}** | **{held['n'].total()}** |"
    head = ["| class | attacks | withstood by the kit | withstood by nbgrader |", "|---|---|---|---|"]
    end = f"{date.today():%d %B %Y}. {machine()}. Repeat with `python -m benchmarks.{PART}{options}`."
    return "\n".join([*head, *rows, total, "", end, ""])


# --- the kit ----------------------------------------------------------------------------------------------------------


def _against_the_kit(chosen: list[str], folder: Path) -> dict[str, str]:
    """Name of the attack → what came of it, "" where it was withstood."""
    for name in ("world", "counting"):
        (folder / name).mkdir()
    with _world(folder / "world") as world:
        executor = LocalExecutor("bubblewrap")
        counting = target(folder / "counting", executor)
        try:
            return {name: _tried(counting, CASES[name][1], world) for name in chosen}
        finally:
            executor.close()


def _tried(counting: Exercise, case: Case, world: World) -> str:
    words = {**world.words, "source": str(counting.source)}
    came = attack(counting, case, words)
    wrong = [] if came.scores == _plain(case) else [f"scores {came.scores}"]
    return "; ".join([*wrong, *came.leaks(case, words), *came.live, *world.harm()])


def _plain(case: Case) -> dict[str, float | None] | str:
    return case.deserves if isinstance(case.deserves, str) else dict(case.deserves)


@contextmanager
def _world(folder: Path) -> Iterator[World]:
    made = World(folder)
    try:
        yield made
    finally:
        made.close()


# --- nbgrader ---------------------------------------------------------------------------------------------------------


def _template(folder: Path) -> Path:
    """A course of nbgrader's with the assignment generated, to be copied for each attack."""
    course = folder / "template"
    exercise_folder = folder / "exercise"
    exercise_folder.mkdir()
    made = target(exercise_folder, _nobody())
    for place in ("source/01-count", "release/01-count"):
        (course / place).mkdir(parents=True)
    shutil.copy(made.source, course / "source/01-count/unit.ipynb")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c'\n")
    _nbgrader(course, "generate_assignment", "01-count", "--force")
    return course


def _nobody() -> LocalExecutor:
    return LocalExecutor("bubblewrap")  # never asked to run anything: no process is started for it


def _nbgrader(course: Path, *words: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(words)} failed:\n{done.stderr[-3000:]}")


def _against_nbgrader(name: str, template: Path) -> str:
    """What came of the attack *name*; "" where it was withstood."""
    with tempfile.TemporaryDirectory(prefix="kit-attacked-") as folder:
        place = Path(folder) / "place"
        place.mkdir()
        shutil.copytree(template, place / "course")
        said = place / "said"
        command = [
            "/bin/sh",
            "-c",
            f'ulimit -c 0; ulimit -v {MEMORY_KILOBYTES}; exec "$@"',
            "sh",
            *_enclosed(place, name),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f"it did not come to an end in {SECONDS} seconds"
        finally:
            subprocess.run(["chmod", "-R", "u+rwX", str(place)], check=False, capture_output=True)
        return said.read_text() if said.is_file() else "the process that grades was ended"


def _enclosed(place: Path, name: str) -> list[str]:
    """Reads the machine, writes *place* and its own /tmp; sees no other process and no network."""
    bwrap = find_walls().bwrap
    assert bwrap is not None
    return [
        bwrap, "--unshare-all", "--cap-drop", "ALL", "--die-with-parent", "--new-session", "--ro-bind", "/", "/",
        "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp",
        "--bind", str(place), "/tmp/place", "--setenv", "HOME", "/tmp", "--chdir", str(ROOT), "--",
        sys.executable, "-m", "benchmarks.attacked", name,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
