"""Build the panel into ``kit/lab/labextension``: ``make panel``. Needs node; users of the kit do not.

The built files are committed, with a hash of the sources they came from: a test misses a build that was forgotten.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PANEL = Path(__file__).resolve().parent
BUILT = PANEL.parent / "labextension"
SEAL = "sources.sha256"
_SOURCES = ("package.json", "tsconfig.json", "yarn.lock", "src/**/*", "style/**/*")


def seal() -> str:
    """The hash of everything the built panel depends on, in hex."""
    files = sorted({path for pattern in _SOURCES for path in PANEL.glob(pattern) if path.is_file()})
    found = hashlib.sha256()
    for path in files:
        found.update(f"{path.relative_to(PANEL).as_posix()}\0".encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def build() -> None:
    """Install what the build needs, compile, bundle, and write the seal."""
    beside_python = Path(sys.executable).parent
    environment = {**os.environ, "PATH": os.pathsep.join([str(beside_python), os.environ.get("PATH", os.defpath)])}

    def run(*command: str) -> None:
        subprocess.run(command, cwd=PANEL, env=environment, check=True)

    run("jlpm", "install", "--immutable")
    shutil.rmtree(PANEL / "lib", ignore_errors=True)
    shutil.rmtree(BUILT, ignore_errors=True)
    run("jlpm", "run", "build")
    (BUILT / "build_log.json").unlink(missing_ok=True)  # paths of the machine it was built on
    (BUILT / SEAL).write_text(seal() + "\n", encoding="utf-8")


if __name__ == "__main__":
    build()
