"""How a check ended, as JSON values: the value it came to, or the exception and the lines it came through."""

from __future__ import annotations

import inspect
import io
import math
import tokenize

MESSAGE_LIMIT = 4_000


def transform(source):
    """The Python text of a cell; a fresh transformer, as the shell's own may have been given functions by a learner."""
    from IPython.core.inputtransformer2 import TransformerManager  # there already, where submissions run

    return TransformerManager().transform_cell(source)


def is_quiet(source):
    """Whether a cell ends with a semicolon, comments aside: then its last value counts for nothing, as in IPython."""
    try:
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in _NO_CODE]
    except (tokenize.TokenError, SyntaxError):
        return False
    return bool(tokens) and tokens[-1].string == ";"


_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def execute(code, namespace, run):
    """Evaluate compiled *code*; *run* drives it to its end where it awaits something."""
    result = eval(code, namespace)
    return run(result) if code.co_flags & inspect.CO_COROUTINE else result


def trouble_of(error, filename):
    """Class, message, and the lines of *filename* it came through, outermost first."""
    lines: list[int] = []
    step = error.__traceback__
    while step is not None and len(lines) < 200:
        if step.tb_frame.f_code.co_filename == filename:
            lines.append(step.tb_lineno or 0)
        step = step.tb_next
    if isinstance(error, SyntaxError) and not lines and error.filename == filename:
        lines.append(error.lineno or 0)
    return {"name": str(type(error).__name__)[:100], "message": message_of(error), "lines": lines}


def message_of(error):
    """``str(error)``, whatever its class makes of that; cut to a length somebody may read."""
    try:
        message = str(error)
    except BaseException:
        return ""
    return str.__str__(message)[:MESSAGE_LIMIT] if isinstance(message, str) else ""


def value_of(value):
    """What the last expression of a check came to: only None, bool and numbers are scores."""
    kind = type(value)
    if value is None:
        return {"kind": "none"}
    if kind is bool:
        return {"kind": "bool", "number": float(value)}
    if kind in (int, float):
        return _number(value)
    if kind.__module__ == "numpy" and hasattr(value, "item") and getattr(value, "shape", None) == ():
        plain = value.item()
        if type(plain) in (int, float, bool):
            return value_of(plain)
    return {"kind": "other"}


def _number(value):
    try:
        number = float(value)
    except OverflowError:
        return {"kind": "other"}
    return {"kind": "number", "number": number} if math.isfinite(number) else {"kind": "other"}
