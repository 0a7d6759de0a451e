"""Killed before any step that changes the disk: nothing half-written is listed, and doing it again ends well."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import A, files_in, hand_in, in_a_child, write_notebook

from kit.course import Limits
from kit.exchange import Feedback, Submitted
from kit.exchange.folder import FolderExchange

STEPS = ("mkdir", "rename", "replace", "fsync", "chmod", "open", "unlink", "rmdir", "utime")
SUBMISSION = "20261123T120000000000Z-abcdef"


def killed_before_step(number: int, work: Callable[[], object]) -> bool:
    """Run *work* in a process that dies by SIGKILL before its step *number*; False if it has fewer steps."""

    def until_then() -> object:
        left = number

        def counted(step: Callable[..., object]) -> Callable[..., object]:
            def wrapper(*args: object, **kwargs: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return step(*args, **kwargs)

            return wrapper

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        work()
        return "finished"

    return in_a_child(until_then) is None


class World:
    """One exchange with one learner, and how it looks from both sides."""

    def __init__(self, place: Path, limits: Limits, form: Path) -> None:
        self.exchange = FolderExchange(place / "exchange", limits)
        self.form = form
        self.home = place / "home"
        self.home.mkdir(parents=True)
        write_notebook(self.home / "work" / "names.ipynb", "name = 'Ada'")

    def granted(self) -> None:
        self.exchange.grant("ada", A, self.form)

    def handed_in(self) -> None:
        hand_in(self.exchange, "ada", A, self.form, self.home)

    def seen(self) -> dict[str, object]:
        """Everything both sides can list, with contents."""
        arrivals = list(self.exchange.arrivals())
        return {
            "granted": self.exchange.granted(),
            "offers": [(offer.assignment, offer.notebooks) for offer in self.exchange.offers("ada")],
            "submissions": sorted(r.submission for o in self.exchange.offers("ada") for r in o.submissions),
            "arrivals": [type(arrival).__name__ for arrival in arrivals],
            "arrived": [files_in(a.folder) for a in arrivals if isinstance(a, Submitted)],
            "fetched": {name: files for name, files in files_in(self.home).items() if not name.startswith(".")},
            "feedback": self.exchange.feedback("ada", A) if self.exchange.offers("ada") else [],
            "progress": self.exchange.progress("ada"),
        }


def nothing(world: World) -> None:
    """No preparation."""


ACTIONS: dict[str, tuple[Callable[[World], None], Callable[[World], object]]] = {
    "grant": (nothing, World.granted),
    "withdraw": (World.granted, lambda w: w.exchange.withdraw("ada", A)),
    "fetch": (World.granted, lambda w: w.exchange.fetch("ada", A, w.home)),
    "arrivals": (World.handed_in, lambda w: list(w.exchange.arrivals())),
    "settle": (World.handed_in, lambda w: [w.exchange.settle(arrival) for arrival in w.exchange.arrivals()]),
    "publish feedback": (
        World.granted,
        lambda w: w.exchange.publish_feedback("ada", Feedback(A, SUBMISSION, b"<p>well done</p>")),
    ),
    "publish progress": (World.granted, lambda w: w.exchange.publish_progress("ada", {"units": {"01": "open"}})),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_killed_at_any_step_and_repeated_ends_as_if_undisturbed(
    tmp_path: Path, limits: Limits, form_a: Path, action: str
) -> None:
    prepare, act = ACTIONS[action]
    undisturbed = World(tmp_path / "undisturbed", limits, form_a)
    prepare(undisturbed)
    act(undisturbed)
    expected = undisturbed.seen()
    expected_number = len(expected.pop("submissions"))  # type: ignore[arg-type]

    number, kills = 0, 0
    while True:
        world = World(tmp_path / f"killed-{number}", limits, form_a)
        prepare(world)
        if not killed_before_step(number, lambda: act(world)):  # noqa: B023  (runs before the loop goes on)
            break
        kills += 1
        if action != "fetch" or not (world.home / A).exists():  # a fetch that was complete is refused, rightly
            act(world)
        seen = world.seen()
        assert len(seen.pop("submissions")) == expected_number  # type: ignore[arg-type]
        assert seen == expected, f"killed before step {number}"
        number += 1
    assert kills >= 3, "the action has steps to be killed at"


def test_a_submission_killed_at_any_step_is_taken_in_wholly_or_not_at_all(
    tmp_path: Path, limits: Limits, form_a: Path
) -> None:
    number, taken = 0, []
    while True:
        world = World(tmp_path / f"killed-{number}", limits, form_a)
        world.granted()
        killed = killed_before_step(number, lambda: world.exchange.submit("ada", A, world.home / "work"))  # noqa: B023
        arrived = world.seen()["arrived"]
        assert arrived in ([], [files_in(world.home / "work")]), f"killed before step {number}"
        taken.append(bool(arrived))
        if not killed:
            break
        again = world.exchange.submit("ada", A, world.home / "work")
        assert world.exchange.offers("ada")[0].submissions[-1] == again
        number += 1
    assert taken == sorted(taken), "once it is taken in, it stays taken in"
    assert taken[0] is False
    assert taken[-1] is True


def test_what_a_killed_submission_left_is_not_listed_and_is_swept_away_later(
    tmp_path: Path, limits: Limits, form_a: Path
) -> None:
    world = World(tmp_path, limits, form_a)
    world.granted()
    inbox = world.exchange.path / "ada" / "inbox"
    old, fresh = inbox / f".{SUBMISSION}+{A}", inbox / f".20261123T120000000001Z-abcdef+{A}"
    for left in (old, fresh):
        write_notebook(left / "names.ipynb", "half")
    os.utime(old, (1, 1))
    assert list(world.exchange.arrivals()) == []
    assert world.exchange.offers("ada")[0].submissions == ()
    world.exchange.submit("ada", A, world.home / "work")
    assert not old.exists()
    assert fresh.exists(), "another submission may be under way at this moment"
