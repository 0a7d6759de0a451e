"""All attacks, in their five classes."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks import damage, editing, lying, malformed, processes, scripts, spying, tampering, telling
from tests.attacks.case import Case


def _joined(tables: Mapping[str, Mapping[str, Case]]) -> dict[str, Case]:
    return {f"{group}: {name}": case for group, table in tables.items() for name, case in table.items()}


CLASSES: Mapping[str, Mapping[str, Case]] = {
    "forgery": _joined(
        {
            "a value": lying.VALUES,
            "a function": lying.FUNCTIONS,
            "the interpreter": tampering.INTERPRETER,
            "messages": tampering.MESSAGES,
            "files": editing.FILES,
            "the notebook": editing.NOTEBOOK,
        }
    ),
    "secrets": _joined(
        {
            "files": spying.FILES,
            "processes": spying.PROCESSES,
            "network": spying.NETWORK,
            "while asked": spying.WHILE_ASKED,
            "a hidden argument noted": telling.NOTES,
            "a hidden argument said": telling.SAYS,
        }
    ),
    "damage": _joined(
        {
            "files": damage.FILES,
            "memory": damage.MEMORY,
            "time": damage.TIME,
            "output": damage.OUTPUT,
            "processes": processes.PROCESSES,
            "privileges": processes.PRIVILEGES,
        }
    ),
    "malformed": _joined({"bytes": malformed.BYTES, "form": malformed.FORM, "folder": malformed.FOLDERS}),
    "script in feedback": _joined({"output": scripts.OUTPUTS, "error": scripts.ERRORS, "text": scripts.TEXTS}),
}
"""Class of harm → name of the attack → the attack."""
CASES: Mapping[str, tuple[str, Case]] = {
    f"{kind}: {name}": (kind, case) for kind, cases in CLASSES.items() for name, case in cases.items()
}
