"""Parallel forms: a `variants` cell gives each form its values, `{{name}}` takes them.

    variants = {
        "a": {"city": "Oslo", "temps": [3, 5, 8]},
        "b": {"city": "Lima", "temps": [17, 16, 19]},
    }

`{{city}}` becomes ``str(value)``, `{{temps!r}}` becomes ``repr(value)``; `\\{{name}}` stays as `{{name}}`. The cell is
Python, so that an author can compute values; it runs in a process of its own with a fixed hash seed, so that the same
source gives the same bytes anywhere.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from kit.course.names import is_form_id
from kit.errors import KitError
from kit.notebooks.cells import INSTRUCTION, VARIANTS
from kit.notebooks.source import Notebook

Values = Mapping[str, Any]
_PLACE = re.compile(r"(\\?)\{\{\s*([A-Za-z_]\w*)\s*(!r)?\s*\}\}")
_SECONDS = 30
_RUNNER = """
import json, sys
def plain(value, where):
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [plain(v, where) for v in value]
    if type(value) is tuple:
        return {"tuple": [plain(v, where) for v in value]}
    if type(value) is dict:
        return {"dict": [[plain(k, where), plain(v, where)] for k, v in value.items()]}
    sys.exit(f"{where} is of type {type(value).__name__}; values are str, int, float, bool, None, list, tuple or dict")
space = {"__name__": "variants"}
exec(compile(sys.stdin.read(), "<variants>", "exec"), space)
forms = space.get("variants")
if type(forms) is not dict or not forms:
    sys.exit("the cell must define variants = {'a': {...}, 'b': {...}}")
for form, values in forms.items():
    if type(form) is not str or type(values) is not dict or not all(type(k) is str for k in values):
        sys.exit(f"form {form!r} must be a dict from names to values")
print("\\n" + json.dumps([[f, [[k, plain(v, f"form {f}, {k}")] for k, v in vs.items()]] for f, vs in forms.items()]))
"""


class FormError(KitError):
    """A variants cell or a `{{name}}` that cannot be used."""


def read_variants(notebook: Notebook, *, hash_seed: int = 0) -> dict[str, dict[str, Any]]:
    """The values of each form, in the author's order; ``{"a": {}}`` for a notebook without a variants cell.

    FormError if there are several such cells, the cell fails, or forms differ in the names they give. *hash_seed* is
    for the check that asks whether the values depend on it; everybody else keeps the default.
    """
    sources = [cell["source"] for cell in notebook["cells"] if VARIANTS in cell["metadata"].get("tags", ())]
    if not sources:
        return {"a": {}}
    if len(sources) > 1:
        raise FormError(f"{len(sources)} cells are tagged `variants`. Keep one of them.")
    forms = _run(sources[0], hash_seed)
    for form in forms:
        if not is_form_id(form):
            raise FormError(f"{form!r} cannot be the name of a form. Use a, b, c … (not r2, not enrichment).")
    first_form, first = next(iter(forms.items()))
    for form, values in forms.items():
        if values.keys() != first.keys():
            odd = ", ".join(sorted(values.keys() ^ first.keys()))
            raise FormError(f"Forms {first_form} and {form} do not give the same names: {odd}.")
    return forms


def instantiate(notebook: Notebook, values: Values, *, first: bool) -> Notebook:
    """The instructor's notebook of one form: *values* filled in, variants left out, instruction only where *first*.

    FormError names every undefined `{{name}}` with its cell.
    """
    notebook = copy.deepcopy(notebook)
    leave_out = {VARIANTS} if first else {VARIANTS, INSTRUCTION}
    with_variants = any(VARIANTS in cell["metadata"].get("tags", ()) for cell in notebook["cells"])
    kept = []
    undefined: list[str] = []
    for number, cell in enumerate(notebook["cells"], start=1):
        if leave_out & set(cell["metadata"].get("tags", ())):
            continue
        if with_variants:
            try:
                cell["source"] = substitute(cell["source"], values)
            except FormError as error:
                undefined.append(f"cell {number}: {error}")
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        kept.append(cell)
    if undefined:
        raise FormError(" ".join(undefined))
    notebook["cells"] = kept
    return notebook


def substitute(text: str, values: Values) -> str:
    """*text* with every `{{name}}` filled in; FormError for a name that *values* does not have."""
    missing = sorted({m[2] for m in _PLACE.finditer(text) if not m[1] and m[2] not in values})
    if missing:
        names = ", ".join(f"{{{{{name}}}}}" for name in missing)
        raise FormError(
            f"{names} is not defined by the variants cell. Define it there, or write \\{{{{…}}}} to keep it."
        )

    def fill(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        value = values[match[2]]
        return repr(value) if match[3] else str(value)

    return _PLACE.sub(fill, text)


def _run(source: str, hash_seed: int) -> dict[str, dict[str, Any]]:
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(
            [sys.executable, "-S", "-c", _RUNNER],
            input=source, env=environment, capture_output=True, timeout=_SECONDS, encoding="utf-8", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FormError(f"The variants cell did not end within {_SECONDS} seconds.") from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"it ended its process with code {done.returncode}"]
        raise FormError(f"The variants cell failed: {said[-1]}.")
    try:
        pairs = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise FormError("The variants cell ended the program before its values could be read.") from None
    return {form: {name: _restore(value) for name, value in values} for form, values in pairs}


def _restore(value: Any) -> Any:
    if isinstance(value, list):
        return [_restore(part) for part in value]
    if isinstance(value, dict):
        if "tuple" in value:
            return tuple(_restore(part) for part in value["tuple"])
        return {_restore(key): _restore(part) for key, part in value["dict"]}
    return value
