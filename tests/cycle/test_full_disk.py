"""A full disk: it is said in words, nothing is lost, and the next run takes up where this one stopped."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.errors import KitError
from tests.courses import write_course
from tests.cycle.school import School


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_nothing_is_lost_when_the_disk_is_full(small_disk: Path) -> None:
    school = School(write_course(small_disk / "course", items=1), "ada", "ben")
    school.submit("ada", "01-one.a", 1)
    school.submit("ben", "01-one.a", {"adding": 1, "taking": 0})
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    with pytest.raises(KitError, match=r"[Ff]ree some space") as error:
        school.run()
    assert "Nothing was lost" in str(error.value)
    ballast.unlink()
    school.run()
    assert school.unit("ada").mastered_at
    assert school.todo("ben") == ["01-one.taking.analogy"]
    assert len(school.unit("ben").attempts) == 1
