"""An attack gets what its answers are worth, harms nobody, and the honest submission after it keeps its points."""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from kit.grading.executors import Executor
from tests.attacks.assignment import FULL, NOTHING, RIGHT
from tests.attacks.case import Case, right
from tests.attacks.corpus import CASES, CLASSES
from tests.attacks.outcome import Outcome, attack
from tests.attacks.world import NEIGHBOUR_WORD, World
from tests.grading.notebooks import Exercise

NEIGHBOUR = Case(right(f"mine = '{NEIGHBOUR_WORD}'  # nobody else may see this"), FULL)
SETTLES_SECONDS = 20.0


@pytest.fixture(scope="session")
def warm(counting: Exercise, executor: Executor, world: World) -> Exercise:
    """Graded once: from here on nothing that a submission makes may stay."""
    if not executor.isolation.startswith("bubblewrap"):
        pytest.skip(f"attacks are run behind walls only: {executor.isolation}")
    assert attack(counting, NEIGHBOUR, world.words).scores == FULL
    return counting


def held() -> dict[str, int]:
    own = psutil.Process()
    return {
        "processes": sum(1 for child in own.children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE),
        "temporary files": len(os.listdir(tempfile.gettempdir())),
        "open files": own.num_fds(),
    }


def left(before: dict[str, int]) -> list[str]:
    """What is more than there was *before*, after a while; nothing as soon as it is all gone."""
    until = time.monotonic() + SETTLES_SECONDS
    while more := {name: count for name, count in held().items() if count > before[name]}:
        if time.monotonic() > until:
            return [f"{count - before[name]} {name} were left" for name, count in more.items()]
        time.sleep(0.05)
    return []


def with_source(world: World, counting: Exercise) -> dict[str, str]:
    return {**world.words, "source": str(counting.source)}


def beside(counting: Exercise, case: Case, words: dict[str, str]) -> tuple[Outcome, Outcome]:
    """An attack and an honest submission, graded at the same time."""
    with ThreadPoolExecutor(2) as pool:
        honest = pool.submit(attack, counting, NEIGHBOUR, words)
        return attack(counting, case, words), honest.result()


@pytest.mark.parametrize(("kind", "case"), CASES.values(), ids=CASES.keys())
def test_an_attack_gains_nothing_and_harms_nobody(warm: Exercise, world: World, kind: str, case: Case) -> None:
    words = with_source(world, warm)
    source, before = warm.source.read_bytes(), held()
    if kind == "damage":
        came, neighbour = beside(warm, case, words)
        assert neighbour.scores == FULL, "the submission graded at the same time"
    else:
        came = attack(warm, case, words)
    assert came.scores == (case.deserves if isinstance(case.deserves, str) else dict(case.deserves)), (
        came.notes or came.page
    )
    assert came.leaks(case, words) == []
    assert came.live == []
    assert world.harm() == []
    assert warm.source.read_bytes() == source
    assert attack(warm, NEIGHBOUR, words).scores == FULL, "the submission graded after it"
    assert left(before) == []


def test_the_corpus_is_large_and_every_class_is_in_it() -> None:
    assert len(CASES) >= 110
    assert min(len(cases) for cases in CLASSES.values()) >= 20


# --- these tests can fail ---------------------------------------------------------------------------------------------


def test_a_secret_that_is_printed_is_noticed(warm: Exercise, world: World) -> None:
    for word in ("canary67adeb00", "canary: there"):
        case = Case(right(f"print('{word[:3]}' + '{word[3:]}')"), FULL)
        assert attack(warm, case, world.words).leaks(case, world.words)


def test_a_hidden_value_in_a_visible_message_is_noticed(warm: Exercise, world: World) -> None:
    case = Case({**RIGHT, "shout-answer": "def shout(text):\n    return str(730216 + 1)"})
    came = attack(warm, case, world.words)
    assert "the learner sees 730217" in came.leaks(case, world.words)


def test_harm_to_the_world_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = World(tmp_path_factory.mktemp("another"))
    try:
        assert made.harm() == []
        (made.folder / "gradebook" / "gradebook.db").write_text("mine")
        bystander = psutil.Process(int(made.words["bystander"]))
        bystander.kill()
        bystander.wait(60)
        found = made.harm()
        assert "files of the course were changed" in found
        assert "a process of the grader was ended" in found
        assert made.harm() == []
    finally:
        made.close()


def test_right_and_wrong_answers_earn_what_the_table_says(warm: Exercise, world: World) -> None:
    assert attack(warm, Case(RIGHT), world.words).scores == FULL
    assert attack(warm, Case({}), world.words).scores == NOTHING
