"""The programs a check depends on: what was found by other ones is found again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import kit


@cache
def digest_of_programs(folders: Iterable[str] = ("",)) -> str:
    """Digest of the kit's own code in *folders* of it (default: all), of Python and of the installed versions.

    A newer pandas may let another item fail.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    own = Path(kit.__file__).parent
    for folder in folders:
        for path in sorted((own / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    found = find_spec("nbformat")
    if found is not None and found.origin is not None:
        site = Path(found.origin).parents[1]
        digest.update("\n".join(sorted(path.name for path in site.glob("*.dist-info"))).encode())
    return digest.hexdigest()
