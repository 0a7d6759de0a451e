"""The benchmarks run, count what they say they count, and stand on the page. No figure is judged here."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks import hub_load
from benchmarks.__main__ import PAGE
from benchmarks.ground import Ground, Size
from benchmarks.hub_ledger import most_waiting, require_once
from benchmarks.hub_page import load_table, quantile
from benchmarks.measure import Cost, Row, measure, simply
from benchmarks.page import replaced, table
from benchmarks.parts import PARTS
from kit.course import Limits
from kit.grading.executors import CellJob, Job
from kit.grading.executors.local import LocalExecutor
from kit.grading.executors.sandbox import enclose, find_walls
from tests.courses import write_course

NOTHING_SAID = lambda what, done, of: None  # noqa: E731
BURN = "import time\nwhile time.process_time() < 0.5: pass"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    units = {"01-one": (), "02-two": ("01-one",)}
    few = {"forms": "ab", "objectives": {"adding": ("diagram",)}, "enrichment": False}
    root = write_course(tmp_path_factory.mktemp("tiny") / "course", units, **few)
    size = Size(
        root,
        "02-two.a",
        rounds=1,
        learners=3,
        many=5,
        cohort=6,
        players=1,
        player_rounds=1,
        submissions=4,
        commands=1,
        watched=1,
    )
    with Ground(size, NOTHING_SAID) as found:
        yield found


@pytest.mark.parametrize("part", PARTS)
def test_every_part_runs_and_makes_a_table_of_all_its_rows(ground: Ground, part: str) -> None:
    rows = PARTS[part](ground)
    text = table(part, rows, when=date(2026, 3, 2), load=0.0)
    assert all(len(row.costs) == 1 and row.costs[0].wall > 0 for row in rows)
    assert all(f"| {row.what}" in text for row in rows)
    assert any(row.peer for row in rows)
    assert all(row.peer in rows for row in rows if row.peer), "a peer is shown in the table as well"
    assert f"python -m benchmarks {part}" in text


@pytest.mark.parametrize("part", PARTS)
def test_the_page_has_a_section_for_every_part_with_figures_and_what_they_mean(part: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"\n## {part}: " in page
    section = page.partition(f"\n## {part}: ")[2].partition("\n## ")[0]
    figures = section.partition(f"<!-- generated: {part} -->\n")[2].partition(f"<!-- end: {part} -->")[0]
    assert f"| {part} | wall time, s |" in figures
    words = section.partition(f"<!-- end: {part} -->")[2]
    assert words.count(". ") + words.count(".\n") >= 3


@pytest.mark.parametrize("part", ["load", "panel", "memory", "restart"])
def test_the_hubs_section_has_figures_of_every_part(part: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition("\n## hub: ")[2].partition("\n## ")[0]
    figures, ended, words = section.partition(f"<!-- generated: hub {part} -->\n")[2].partition("<!-- end: hub ")
    assert f"| hub: {part}" in figures
    assert f"python -m benchmarks.hub {part}`" in figures
    assert ended
    assert words.partition("<!-- generated: ")[0].count(".") >= 3


@pytest.mark.xdist_group("hub")
@pytest.mark.thorough
def test_a_class_on_a_real_hub_is_counted_to_the_last_submission(ground: Ground) -> None:
    load = hub_load.run(ground, within=1.0, peers=0)
    learners = ground.size.submissions
    assert len(load.receipts) == len(load.results) == load.learners == learners
    assert all(0 < receipt < result for receipt, result in zip(load.receipts, load.results, strict=True))
    assert 1 <= load.waiting <= learners
    assert set(load.cpu) >= {"service", "controller", "hub", "proxy"}
    assert all(used >= 0 for used in load.cpu.values())
    assert f"{learners} learners within 1 s: **{learners} accepted" in "\n".join(load_table(load))


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 5.0), (0.9, 9.0), (0.95, 10.0), (1.0, 10.0)], ids=["half", "90", "95", "all"]
)
def test_so_many_of_the_times_are_not_above_the_figure(share: float, expected: float) -> None:
    assert quantile([float(number) for number in range(10, 0, -1)], share) == expected


def test_the_most_that_waited_is_that_of_the_worst_moment() -> None:
    assert most_waiting(received=[1.0, 2.0, 3.0, 9.0], done=[2.5, 4.0, 5.0, 9.5]) == 2


@pytest.mark.parametrize(
    ("graded", "complaint"),
    [
        ({"ana:s1": (1.0,)}, "lost .*ben:s2"),
        ({"ana:s1": (1.0, 2.0), "ben:s2": (1.0,)}, "too often .*ana:s1"),
        ({"ana:s1": (1.0,), "ben:s2": (1.0,), "eve:s3": (1.0,)}, "too often .*eve:s3"),
    ],
    ids=["one is lost", "one is there twice", "one that nobody handed in"],
)
def test_a_submission_that_is_not_there_exactly_once_ends_the_benchmark(
    graded: dict[str, tuple[float, ...]], complaint: str
) -> None:
    with pytest.raises(RuntimeError, match=complaint):
        require_once({"graded": graded}, ["ana:s1", "ben:s2"], ["graded"])


def test_a_new_table_replaces_the_old_one_and_nothing_else() -> None:
    page = "before\n<!-- generated: idle -->\nold\n<!-- end: idle -->\nafter\n"
    once = replaced(page, "idle", "new\n")
    assert once == "before\n<!-- generated: idle -->\nnew\n<!-- end: idle -->\nafter\n"
    assert replaced(once, "idle", "new\n") == once


@pytest.mark.parametrize(
    "page",
    ["no markers", "<!-- generated: idle -->\nno end", 2 * "<!-- generated: idle -->\n<!-- end: idle -->\n"],
    ids=["no markers", "only the first marker", "the markers twice"],
)
def test_a_page_without_its_one_pair_of_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="markers for 'idle'"):
        replaced(page, "idle", "new\n")


def test_the_contenders_take_turns_after_a_warm_up_that_does_not_count() -> None:
    order: list[str] = []
    contenders = {name: simply(lambda name=name: order.append(name)) for name in "ab"}  # type: ignore[misc]
    costs = measure(contenders, 2, NOTHING_SAID)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(found) for name, found in costs.items()} == {"a": 2, "b": 2}


def test_a_ratio_is_the_median_of_the_rounds_so_that_one_busy_moment_does_not_make_it() -> None:
    peer = Row("peer", (Cost(1, 1), Cost(1, 1), Cost(100, 1)))
    row = Row("ours", (Cost(2, 3), Cost(2, 3), Cost(2, 3)), peer)
    assert (row.ratio(lambda cost: cost.wall), row.ratio(lambda cost: cost.cpu)) == (2, 3)


def test_the_processor_time_of_started_processes_counts() -> None:
    burning = [sys.executable, "-I", "-S", "-c", BURN]
    costs = measure({"burn": simply(lambda: subprocess.run(burning, check=True))}, 1, NOTHING_SAID)
    assert costs["burn"][0].cpu > 0.4


def test_the_processor_time_of_a_process_that_goes_on_living_counts_with_its_childrens() -> None:
    burning = [sys.executable, "-I", "-S", "-c", BURN]
    code = f"import subprocess\nwhile input(): print(subprocess.run({burning!r}).returncode, flush=True)"
    command = [sys.executable, "-I", "-S", "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def let_it_burn() -> None:
            print("burn", file=process.stdin, flush=True)
            assert process.stdout.readline() == "0\n"

        costs = measure({"burn": simply(let_it_burn)}, 2, NOTHING_SAID)
        process.communicate("\n")
    assert all(0.4 < cost.cpu < 0.9 for cost in costs["burn"]), "each round's own"


def test_a_submission_burns_its_processor_time_where_the_benchmark_sees_it() -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-I', '-S', '-c', {BURN!r}])"
    job = Job((CellJob("burn", code),), "python3", "python", Limits())
    walls = find_walls()
    if walls.bwrap is None:
        pytest.skip(walls.isolation)
    executor = LocalExecutor("bubblewrap", ())
    try:
        costs = measure({"burn": simply(lambda: executor.run(job))}, 1, NOTHING_SAID)
    finally:
        executor.close()
    assert 0.4 < costs["burn"][0].cpu < 5, "counted, and not the start of the warm parent before"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that another account can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="kit-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_the_processor_time_of_a_kernel_that_is_killed_with_its_walls_counts(home: Path) -> None:
    walls = find_walls()
    if walls.bwrap is None:
        pytest.skip(walls.isolation)
    if walls.account is not None:
        walls.account.hand_over(home)
    code = f"{BURN}\nprint('burnt', flush=True)\ntime.sleep(60)"
    command = enclose(walls, [sys.executable, "-I", "-S", "-c", code], home=home, wires=home, shown=[])

    def burn_and_kill() -> None:
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"burnt\n"
            time.sleep(1.0)  # many times the time between two looks at it, however busy the machine is
            process.kill()

    costs = measure({"burn": simply(burn_and_kill)}, 1, NOTHING_SAID)
    assert costs["burn"][0].cpu > 0.4
