"""What a check said, kept for as long as nothing it looked at has changed: then a second check only reads.

Beside the kept rehearsals (`trials_kept`), which spare an unchanged unit its trials, this spares an unchanged course
the reading, the rules and most imports.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kit.checks.programs import digest_of_programs
from kit.errors import Fault, StorageError
from kit.files import write_text

FILE = ".check-verdicts.json"
_MOST = 8
"""Verdicts kept: of the whole course, of some units, fast and not."""
_FILES = ("course.toml", "nbgrader_config.py", "autotests.yml")
_FOLDERS = ("units", "corrective", "release", "gradebook/source")
_OF_THE_MACHINE = frozenset({"build-failed", "check-failed", "file-unreadable", "trial-failed"})
"""Faults that may be gone next time though no file of the course has changed."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The kept verdicts of one course, in gradebook/.check-verdicts.json; the file may be deleted at any time."""

    root: Path
    key: str | None
    """Of what is being checked now; None where it cannot be read as a whole, so that nothing is kept."""

    @classmethod
    def of(cls, root: Path, units: Iterable[str] | None, fast: bool) -> Verdicts:
        """For the course in *root* as it is now, *units* of it (None: all), *fast* or with trials."""
        digest = hashlib.sha256(digest_of_programs().encode())
        digest.update(json.dumps([sorted(units) if units is not None else None, fast]).encode())
        try:
            for part in _parts(root):
                digest.update(part)
        except OSError:
            return cls(root, None)
        return cls(root, digest.hexdigest())

    def get(self) -> list[Fault] | None:
        """What was said of exactly this, if that was kept."""
        kept = self._read().get(self.key or "")
        try:
            return None if kept is None else [Fault(**fields) for fields in kept]  # type: ignore[arg-type]
        except TypeError:
            return None

    def keep(self, faults: list[Fault]) -> None:
        """Keep *faults* as what is said of this; not those that another try may clear. A read-only course is fine."""
        if self.key is None or any(fault.code in _OF_THE_MACHINE for fault in faults):
            return
        others = {key: kept for key, kept in self._read().items() if key != self.key}
        latest = dict(list(others.items())[-(_MOST - 1) :])
        text = json.dumps({**latest, self.key: [asdict(fault) for fault in faults]}, ensure_ascii=False)
        try:
            write_text(self.root / "gradebook" / FILE, text + "\n")
        except (StorageError, OSError):
            return

    def _read(self) -> dict[str, list[dict[str, object]]]:
        try:
            verdicts = json.loads((self.root / "gradebook" / FILE).read_text(encoding="utf-8"))
            return {key: kept for key, kept in verdicts.items() if isinstance(kept, list)}
        except (OSError, ValueError, AttributeError):
            return {}


def _parts(root: Path) -> Iterator[bytes]:
    """Everything a check looks at: names, and what is in the files; OSError where that may not be read."""
    for name in _FILES:
        path = root / name
        yield name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"-") + b"\0"
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            yield path.relative_to(root).as_posix().encode() + b"\0"
            yield (hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"/") + b"\0"
