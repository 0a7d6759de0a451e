"""Rehearsals kept between two checks, so that an unchanged unit is not tried out again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kit.build import read_sources
from kit.checks.material import UnitMaterial
from kit.checks.programs import digest_of_programs
from kit.checks.trials import Rehearsal
from kit.course import Course
from kit.errors import CourseError, StorageError
from kit.files import write_text

FILE = ".check-cache.json"
_OWN_CODE = ("build", "checks", "grading", "notebooks")


@dataclass(slots=True)
class Keeper:
    """The kept rehearsals of one course, in gradebook/.check-cache.json; the file may be deleted at any time."""

    course: Course
    entries: dict[str, Any]
    """Unit → {"key": what it depended on, "rehearsal": JSON}."""

    @classmethod
    def open(cls, course: Course) -> Keeper:
        """What was kept; nothing where the file is missing or cannot be understood."""
        try:
            entries = json.loads((course.gradebook_dir / FILE).read_text(encoding="utf-8"))["units"]
            return cls(course, dict(entries))
        except (OSError, ValueError, KeyError, TypeError):
            return cls(course, {})

    def get(self, unit: UnitMaterial) -> Rehearsal | None:
        """The rehearsal of *unit* as it is now, if that was kept."""
        entry = self.entries.get(unit.unit.id)
        try:
            if entry is None or entry["key"] != self._key(unit):
                return None
            return Rehearsal.from_json(entry["rehearsal"])
        except (KeyError, TypeError, AttributeError):
            return None

    def keep(self, played: Mapping[str, tuple[UnitMaterial, Rehearsal]]) -> None:
        """Keep the rehearsals of *played*, but for those in which grading itself failed. A read-only course is fine."""
        folders = {path.name for path in self.course.units_dir.iterdir()}
        entries = {name: entry for name, entry in self.entries.items() if name in folders}
        for name, (unit, rehearsal) in played.items():
            entries.pop(name, None)
            key = self._key(unit)
            if key is not None and not any(trial.trouble for trial in rehearsal.trials):
                entries[name] = {"key": key, "rehearsal": rehearsal.to_json()}
        try:
            write_text(self.course.gradebook_dir / FILE, json.dumps({"units": entries}, ensure_ascii=False) + "\n")
        except (StorageError, OSError):
            return

    def _key(self, unit: UnitMaterial) -> str | None:
        """SHA-256 of everything the outcome depends on: sources, missteps, limits, and the programs themselves."""
        try:
            sources = read_sources(self.course, unit.unit)
        except CourseError:
            return None
        digest = hashlib.sha256(sources.digest().encode())
        for path in (unit.unit.folder / "missteps.toml", self.course.root / "autotests.yml"):
            digest.update(path.read_bytes() if path.is_file() else b"-")
        programs = digest_of_programs(_OWN_CODE)
        digest.update(json.dumps([asdict(self.course.limits), self.course.executor, programs]).encode())
        return digest.hexdigest()
