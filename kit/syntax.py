"""Python's syntax trees, made by one thread at a time."""

from __future__ import annotations

import ast
import threading

ONE_AT_A_TIME = threading.RLock()
"""Held by whoever turns a text into a tree or a tree into code.

CPython 3.11 counts how deep it is in a tree for the whole process: two threads at it can get a `SystemError`.
"""


def parse(source: str) -> ast.Module:
    """The syntax tree of *source*; SyntaxError (or ValueError, RecursionError, MemoryError) where it is no Python."""
    with ONE_AT_A_TIME:
        return ast.parse(source)
