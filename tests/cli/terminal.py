"""A person at a terminal, for tests."""

from __future__ import annotations

import os
from pathlib import Path

from click.testing import CliRunner

from kit.cli import main


class Terminal:
    """Types commands in one folder."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.environment = folder, environment

    def kit(self, *words: str, ok: bool = True) -> str:
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            result = CliRunner().invoke(main, list(words), env=self.environment)
        finally:
            os.chdir(before)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert (result.exit_code == 0) is ok, result.output
        return result.output
