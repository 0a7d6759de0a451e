"""Fixtures that every test may use."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The suite runs beside real kernels and browsers on small machines: no test is judged by the clock.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


LONG = (
    *(
        "attacks",
        "equality",
        "test_benchmarks.py",
        "test_demo.py",
        "test_endurance.py",
        "test_killed.py",
        "test_docs.py",
    ),
    *("test_import.py", "test_sample_course.py"),
)
"""Folders and files of tests that hold the kit against hours of use, against harm, or against nbgrader."""


THOROUGH = ("test_course.py", "test_differences.py", "test_documented.py", "test_quickstart.py")
"""Of tests/equality: whole courses that nbgrader grades as well. Feature by feature it is compared in every run."""
TOGETHER = (
    *("analysis", "test_account.py", "test_arms.py", "test_autotest.py", "test_controller.py", "test_import.py"),
    *("test_nothing_half_built.py", "test_page_in_browser.py", "test_plan.py", "test_replay.py"),
    "test_sample_course.py",
)
"""Folders and files of tests that share what takes long to make: one worker makes it, and not each of them."""


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, so that `make fast` stays fast, and keep together what shares something."""
    for item in items:
        names = (item.path.name, item.path.parent.name)
        if not set(names).isdisjoint(LONG):
            item.add_marker(pytest.mark.long)
        if names[1] == "equality" and names[0] in THOROUGH:
            item.add_marker(pytest.mark.thorough)
        if item.get_closest_marker("xdist_group") is None and (shared := [n for n in names if n in TOGETHER]):
            item.add_marker(pytest.mark.xdist_group(shared[0]))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own in a temporary folder, reached by a socket in it."""
    places = [Path(found).parent for found in (shutil.which("initdb"),) if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    programs = next((place for place in places if (place / "pg_ctl").exists()), None)
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    # Sockets have short names only, and the server's account must reach the folder.
    folder = Path("/tmp") / f"kit-pg-{os.getpid()}"
    folder.mkdir(mode=0o700)
    as_other: list[str] = []
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL refuses to run as root and there is no account postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_other = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        subprocess.run([*as_other, *command], check=True, capture_output=True, cwd="/", stdin=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        run(str(programs / "initdb"), "-D", data, "-U", "kit", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(
            str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"),
            "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start",
        )  # fmt: skip
        yield f"postgresql+psycopg://kit@/postgres?host={folder}"
    finally:
        subprocess.run([*as_other, str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "stop"],
                       capture_output=True, cwd="/", check=False)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
