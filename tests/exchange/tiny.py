"""What the exchange's tests share: writing a notebook, looking at a folder, working in a process of one's own."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path

import nbformat

from kit.exchange import Exchange, Receipt

A, B = "01-names.a", "01-names.b"
"""The two forms of the tiny course."""


def write_notebook(path: Path, text: str) -> Path:
    """A notebook of one code cell that holds *text*."""
    cell = nbformat.v4.new_code_cell(text)
    cell["id"] = "only"
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    """Path below *folder* → contents, of every file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def hand_in(exchange: Exchange, learner: str, assignment: str, form: Path, home: Path) -> Receipt:
    """Grant, fetch and submit, untouched."""
    exchange.grant(learner, assignment, form)
    return exchange.submit(learner, assignment, exchange.fetch(learner, assignment, home))


def in_a_child(work: Callable[[], object], account: tuple[int, int] | None = None) -> object:
    """What *work* returns, or the exception it raises, when run in a process of its own (as *account*, uid and gid).

    None where the process was killed.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 warns of locks that other threads may hold; those of the test runner do not matter to the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            if account is not None:
                os.setgroups([])
                os.setgid(account[1])
                os.setuid(account[0])
            answer = pickle.dumps(work())
        except BaseException as error:
            answer = pickle.dumps(error)
        with open(writing, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else None
