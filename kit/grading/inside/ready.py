"""A check made ready to be run: parted at its first hidden line, compiled. The same for every submission.

The grader does it once and sends the judge the code (`packed`); of a check that is no plain Python the judge makes
what IPython makes of it (`of_ipython`).
"""

from __future__ import annotations

import ast
import functools
import marshal
import re

from .reporting import is_quiet

_PATCHING = re.compile(r"\b(setattr|delattr|patch|builtins|__dict__|vars|settrace|setprofile|exec|eval)\b")
"""Words in a test that may change functions of a module; so may an attribute that is given a value."""
_BINDING = re.compile(r"\b(del|as|for)\b|(?<![=!<>])=(?!=)|<<=|>>=")
"""Without any of these no attribute is given a value."""


@functools.lru_cache(maxsize=2048)
def packed(source, filename, hidden_from, reads):
    """`ready` as bytes, for the same interpreter elsewhere; None where the source is no Python as it stands."""
    try:
        return marshal.dumps(ready(source, filename, hidden_from, reads))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def unpacked(data):
    """The inverse of `packed`."""
    return marshal.loads(data)


def of_ipython(source, filename, hidden_from, reads):
    """`ready` for a source with IPython's own syntax; SyntaxError where it is not that either."""
    from .reporting import transform

    try:
        ast.parse(source, filename)
    except SyntaxError:
        source = transform(source)
    return ready(source, filename, hidden_from, reads)


def ready(source, filename, hidden_from, reads):
    """(the visible part, the hidden part, whether it may change functions of modules); SyntaxError.

    A part is None where there is none, else (code of its statements or None, code of its value or None): the last
    expression of a check is its value, unless it ends with a semicolon. *hidden_from*: first hidden line, from 1.
    """
    tree = ast.parse(source, filename).body
    first: list[ast.stmt] = []
    later: list[ast.stmt] = []
    for statement in tree:
        hidden = hidden_from is not None and (later or _line(statement) >= hidden_from)
        (later if hidden else first).append(statement)
    patches = _may_patch(tree, source, reads)
    parts = [_part(first, filename, source, last=not later), _part(later, filename, source, last=True)]
    return parts[0] if first or not later else None, parts[1] if later else None, patches


def _part(statements, filename, source, last):
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    statements = list(statements)
    end = statements.pop() if last and statements and isinstance(statements[-1], ast.Expr) else None
    if end is not None and is_quiet(source):
        statements, end = [*statements, end], None
    code = compile(ast.Module(statements, []), filename, "exec", flags, True) if statements else None
    return code, compile(ast.Expression(end.value), filename, "eval", flags, True) if end is not None else None


def _may_patch(tree, source, reads):
    if _PATCHING.search(source):
        return True
    if "." not in source or not _BINDING.search(source):
        return False
    nodes = [node for statement in tree for node in ast.walk(statement)]
    changed = [node.value for node in nodes if isinstance(node, ast.Attribute) and not _is_loaded(node)]
    # What the test makes itself, or is the learner's, is no module.
    own = {node.id for node in nodes if isinstance(node, ast.Name) and not _is_loaded(node)}.union(reads)
    return any(not (isinstance(node, ast.Name) and node.id in own) for node in changed)


def _is_loaded(node):
    return isinstance(node.ctx, ast.Load)


def _line(statement):
    decorators = [node.lineno for node in getattr(statement, "decorator_list", ())]
    return min([statement.lineno, *decorators])
