"""`kit lab`: what is started for a learner, without starting a browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import kit
from kit.course import Course
from kit.errors import StorageError, UnknownName
from kit.exchange.lab import lab_environment


def test_start_becomes_jupyterlab_and_passes_the_options_on(course: Course, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kit.course import load_course; from kit.exchange.lab import start\n"
        "start(load_course(sys.argv[1]), 'ada', Path(sys.argv[2]), ['--version'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(kit.__path__[0]).parent)}
    command = [sys.executable, "-c", code, str(course.root), str(tmp_path / "home")]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert re.fullmatch(r"4\.\d+\.\d+\n", ran.stdout)


@pytest.mark.parametrize("learner", ["../ada", "", "a b"])
def test_a_lab_for_an_impossible_name_is_refused(course: Course, tmp_path: Path, learner: str) -> None:
    with pytest.raises(UnknownName):
        lab_environment(course, learner, tmp_path)


def test_a_lab_in_a_place_that_cannot_be_written_says_so(course: Course, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="Choose a folder that you may write to"):
        lab_environment(course, "ada", tmp_path / "file")


def test_kernels_use_sockets_of_their_own_where_the_path_is_short_enough(course: Course, tmp_path: Path) -> None:
    def transport(home: Path) -> object:
        lab_environment(course, "ada", home)
        config = json.loads((home / ".kit" / "config" / "jupyter_server_config.json").read_text(encoding="utf-8"))
        return config.get("KernelManager")

    with tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as short:
        assert transport(Path(short)) == {"transport": "ipc"}
    assert transport(tmp_path / ("long" * 20)) is None
