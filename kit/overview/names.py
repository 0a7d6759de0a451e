"""What learners are called in a report: by name, or by a pseudonym that stays the same from report to report.

A pseudonym is a keyed hash of the account name (HMAC-SHA-256). Its key is made when it is first needed and lies in the
course's gradebook folder, which only instructors can read: whoever has the report alone cannot find out the names by
trying them, and whoever has the folder can tell who is who.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kit.course import Course
from kit.files import storing

if TYPE_CHECKING:
    import pandas as pd

_LETTERS = 6
"""Of a pseudonym; where two would be the same, both have more."""


def pseudonyms(course: Course, learners: Iterable[str]) -> dict[str, str]:
    """A pseudonym for each of *learners*, for example `L-K7Q2MX`; no two are the same."""
    key = _key(course.gradebook_dir / "pseudonyms.key")
    whole = {name: base64.b32encode(hmac.digest(key, name.encode(), hashlib.sha256)).decode() for name in learners}
    counts: dict[str, int] = {}
    for letters in whole.values():
        counts[letters[:_LETTERS]] = counts.get(letters[:_LETTERS], 0) + 1
    return {
        name: f"L-{letters[: _LETTERS if counts[letters[:_LETTERS]] == 1 else 4 * _LETTERS]}"
        for name, letters in whole.items()
    }


def _key(file: Path) -> bytes:
    """The key in *file*, made there if it is missing; StorageError if it can be neither read nor written."""
    with storing("The key of the pseudonyms"):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_bytes()
        key = secrets.token_bytes(32)
        with open(handle, "wb") as made:
            made.write(key)
        return key


def hidden(found: pd.DataFrame, known: dict[str, str]) -> pd.DataFrame:
    """*found* with pseudonyms for learners, and without the words that could name one.

    What the grader said and commands to type are cut off or left out; a frame without learners stays as it is.
    """
    shown = found.copy()
    for column in ("learner", "name"):
        if column in shown:
            shown[column] = found["learner"].astype("string").map(known).astype("string")
    if "who" in shown:
        shown["who"] = found["who"].map(lambda names: ", ".join(sorted(known[name] for name in names.split(", "))))
    if "reason" in shown:
        shown["reason"] = found["reason"].astype("string").map(lambda words: words.partition(":")[0]).astype("string")
    if "next" in shown:
        shown["next"] = ""
    return shown.sort_values("learner", kind="stable").reset_index(drop=True) if "learner" in shown else shown
