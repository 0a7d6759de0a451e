"""A learner's process and a judge, as two real processes, for the tests of the judge."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy  # noqa: F401  # as the warm parent has
import pandas  # noqa: F401

from kit.grading.inside import answers, judge, ready, views
from kit.grading.inside.wire import Wire

BEGIN = {"do": "begin", "modules": [], "imports": {}, "own_names": [], "own_classes": [], "output_bytes": 10_000}
CHECK = {
    "do": "check", "key": "check", "hidden_from": None, "reads": [], "shares": [], "prelude": "", "seconds": 10.0,
    "own": False, "joined": None,
}  # fmt: skip


def cases(name: str) -> dict[str, tuple[str, str]]:
    """Title → the learner's code and the check, from ``judge_cases/<name>.txt``."""
    text = (Path(__file__).parent / "judge_cases" / f"{name}.txt").read_text(encoding="utf-8")
    found = {}
    for block in text.split("\n=== ")[1:]:
        title, _, rest = block.partition("\n")
        learner, _, check = rest.partition("---\n")
        found[title] = learner, check
    return found


def _fork(work: Callable[[], Any], close: list[socket.socket]) -> int:
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            for other in close:
                other.close()
            work()
        os._exit(0)
    return pid


def answering(learner: str, later: str, keys: dict[str, list[str]], sock: socket.socket) -> None:
    """A learner's process: runs *learner*, takes a view for each check, runs *later*, answers."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(learner, "<learner>", "exec", dont_inherit=True), names)
    taken = {key: views.take(names, reads) for key, reads in keys.items()}
    exec(compile(later, "<later>", "exec", dont_inherit=True), names)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    answers.serve(Wire(sock), names, taken, loop.run_until_complete)


@contextlib.contextmanager
def judge_and(learner: Callable[[socket.socket], Any], **begin: Any) -> Iterator[Callable[..., dict[str, Any]]]:
    """A judge whose shared learner's process does *learner*; a function that sends it a message and gets its reply."""
    ours, theirs = socket.socketpair()
    asks, answers_ = socket.socketpair()
    folder = tempfile.mkdtemp(prefix="kit-judge-")
    pids = [_fork(lambda: learner(answers_), [ours, theirs, asks])]
    pids.append(_fork(lambda: judge.serve(Wire(theirs), folder), [ours, answers_]))
    theirs.close()
    answers_.close()
    wire = Wire(ours)

    def say(message: dict[str, Any], fds: tuple[int, ...] = ()) -> dict[str, Any]:
        wire.send(message, [*code_of(message)], fds=fds)
        return wire.receive(time.monotonic() + 60)[0]

    try:
        files = begin.pop("files", {})
        wire.send({**BEGIN, **begin, "files": list(files)}, list(files.values()), fds=[asks.fileno()])
        asks.close()
        assert wire.receive(time.monotonic() + 60)[0] == {"did": "begin"}
        yield say
    finally:
        wire.close()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def code_of(message: dict[str, Any]) -> Iterator[bytes]:
    """The code of a check as the grader sends it along."""
    if message["do"] == "check":
        name = f"<check {message['key']}>"
        code = ready.packed(message["source"], name, message["hidden_from"], tuple(message["reads"]))
        if code is not None:
            yield code


def names_read(check: str) -> list[str]:
    """Names *check* mentions; more than the plan would give, which harms nobody here."""
    import ast
    import builtins

    found = {node.id for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Name)}
    found |= {n.value for n in ast.walk(ast.parse(check)) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return sorted(name for name in found if name.isidentifier() and not hasattr(builtins, name))


def judge_cells(
    learner: str, check: str, *, later: str = "", begin: dict[str, Any] | None = None, **fields: Any
) -> Any:
    """The judge's last reply to *check*, after *learner*'s code ran."""
    reads = fields.pop("reads", None) or names_read(check)
    message = {**CHECK, "source": check, "reads": reads, **fields}

    def process(sock: socket.socket) -> None:
        answering(learner, later, {"check": reads}, sock)

    with judge_and(process, **(begin or {})) as say:
        reply = say(message)
        if reply["state"] == "open":
            first = reply
            reply = {**say({"do": "finish", "key": "check", "seconds": message["seconds"]}), "first": first}
        return reply


if __name__ == "__main__":
    print(judge_cells(sys.argv[1], sys.argv[2]))
