"""The folder an export is written into: what is there and is not an export's is never written over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.files import storing, write_text

CONTENTS = "export.json"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with exports. `export.json` in it lists them; a file that it does not list is somebody else's."""

    folder: Path

    def claim(self, names: Iterable[str]) -> None:
        """Say that files called *names* are about to be written; KitError where one of them is somebody else's."""
        names = list(names)
        with storing("The export"):
            listed = self._listed()
            # The list is ours where it can be read.
            asked = names if listed else [*names, CONTENTS]
            foreign = [name for name in asked if name not in listed and (self.folder / name).exists()]
        if foreign:
            raise KitError(
                f"{self.folder / foreign[0]} is there already, and it is not one of an export. "
                "Name another folder with --into, or move it aside. Nothing was written."
            )
        self._write(dict.fromkeys(names) | listed)

    def tell(self, about: Mapping[str, Any], names: Iterable[str]) -> None:
        """Write beside the files *names* what they hold."""
        self._write(self._listed() | {name: dict(about) for name in names})

    def _listed(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / CONTENTS).read_text(encoding="utf-8"))["files of mastery-kit"]
            return dict(found)
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return {}

    def _write(self, files: Mapping[str, Any]) -> None:
        text = json.dumps({"files of mastery-kit": files}, indent=2, ensure_ascii=False, sort_keys=True)
        write_text(self.folder / CONTENTS, text + "\n")


def require_new(file: Path) -> None:
    """KitError if *file* is there."""
    if file.exists():
        raise KitError(f"{file} is there already. Name another file, or move it aside. Nothing was written over.")
