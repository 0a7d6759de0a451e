"""A check run in a fork of the learner's process, for what cannot be carried out from outside.

It shares the interpreter with the learner's code: hardened, not closed. What it says is believed only as far as that.
"""

from __future__ import annotations

import ast
import builtins
import sys

from .compiling import BUILTINS, compile_check
from .guard import Guard
from .hardening import Hardening
from .reporting import execute, is_quiet, transform, trouble_of, value_of


class Hardened:
    """What such checks start from: made before any of the learner's code ran.

    ground: modules, imports, own_names, own_classes (see `Ground` on the grader's side).
    """

    def __init__(self, ground):
        guard = Guard(ground["modules"])
        # Bound now: replacing the method in its class later changes nothing here.
        self._restore = guard.restore
        self.hardening = Hardening(ground["own_classes"], ground["modules"])
        self.names = {name: value for name, value in BUILTINS.items() if name not in ground["own_names"]}
        for name, origin in ground["imports"].items():
            module, _, member = origin.partition(":")
            found = guard.modules.get(module) or sys.modules.get(module)  # `import a.b` makes the name a
            if found is not None and (not member or hasattr(found, member)):
                self.names[name] = getattr(found, member) if member else found

    def run(self, source, key, shell, loop):
        """Run the check in the names of *shell*; how it ended, as JSON values."""
        namespace, shell.error = shell.user_ns, None
        filename = f"<check {key}>"
        self._restore()
        self.hardening.turn_to(source)
        namespace["__builtins__"] = builtins
        try:
            body, last = compile_check(
                transform(source), filename, self.names, self.hardening, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            )
            value = execute(body, namespace, loop.run_until_complete)
            if last is not None:
                value = execute(last, namespace, loop.run_until_complete)
            if shell.error is not None:  # a magic has run a part of it, and kept what happened to itself
                raise shell.error
        except BaseException as error:
            return {"passed": False, "trouble": trouble_of(error, filename)}
        return {"passed": True, "value": value_of(None if is_quiet(source) else value)}
