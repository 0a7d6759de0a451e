"""The floor: a process that has imported the libraries forks for each submission and executes its cells; no more.

`python -m benchmarks.floor` is that process: it reads one JSON list of cells from each line of its input and writes an
empty line when they have run.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType


class Floor:
    """The process, from the start of a benchmark to its end."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.floor"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Floor:
        self.run(["pass"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def run(self, cells: Sequence[str]) -> None:
        """Execute *cells* in a fork, one after the other; one that fails does not keep the others from running."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(cells) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "\n":
            raise RuntimeError("the process at the floor has ended")


def serve() -> None:
    """Fork for every line of the input."""
    import matplotlib.pyplot
    import pandas  # noqa: F401

    matplotlib.use("Agg")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _execute(json.loads(line))
            os._exit(0)
        os.waitpid(pid, 0)
        print(flush=True)


def _execute(cells: Sequence[str]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    names = {"__name__": "__main__"}
    for cell in cells:
        with contextlib.suppress(Exception):
            exec(compile(cell, "<cell>", "exec"), names)


if __name__ == "__main__":
    serve()
