"""What the filter of system calls refuses, on both machines, and that honest programs notice nothing of it."""

from __future__ import annotations

import errno
import json
import platform
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from kit.grading.inside import privileges, seccomp

INSIDE = Path(seccomp.__file__).parent
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOWED, KILLED = "allowed", "killed"
MACHINES = sorted(seccomp.SUPPORTED)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="filters of system calls are Linux's")


def verdict(machine: str, number: int, *arguments: int, table: int | None = None) -> int | str:
    """What the filter says to a system call: ALLOWED, KILLED or an errno. Follows its steps as the kernel would."""
    table = seccomp.SUPPORTED[machine] if table is None else table
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, table, 0, *(value & 0xFFFFFFFFFFFFFFFF for value in padded))
    steps = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    held, at = 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            ends = {0x7FFF0000: ALLOWED, 0x80000000: KILLED}
            return ends.get(value, value & 0xFFFF if value & 0xFFFF0000 == 0x00050000 else "?")
        else:
            holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
            at += if_true if holds else if_false


def number_of(name: str, machine: str) -> int | None:
    return {**seccomp.REFUSED, **seccomp.ASKED}[name][list(seccomp.SUPPORTED).index(machine)]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", seccomp.REFUSED)
def test_a_refused_call_is_not_permitted_whatever_it_asks_for(name: str, machine: str) -> None:
    number = number_of(name, machine)
    if number is None:
        assert machine == "aarch64"
        assert name in {"iopl", "ioperm", "modify_ldt"}, "only what Intel's processors alone have"
        return
    assert verdict(machine, number) == errno.EPERM
    assert verdict(machine, number, *[2**64 - 1] * 6) == errno.EPERM


ASKED = {
    "a thread": ("clone", (0x003D0F00,), ALLOWED),
    "a fork": ("clone", (0x01200011,), ALLOWED),
    "a process in a user namespace of its own": ("clone", (0x10000011,), errno.EPERM),
    "a process in a network of its own": ("clone", (0x40000000,), errno.EPERM),
    "a process with mounts of its own": ("clone", (0x00020000,), errno.EPERM),
    "a process in a cgroup namespace": ("clone", (0x02000011,), errno.EPERM),
    "clone3, whatever it asks for": ("clone3", (0x1000, 88), errno.ENOSYS),
    "which personality it is": ("personality", (0xFFFFFFFF,), ALLOWED),
    "the same with the upper half set": ("personality", (2**64 - 1,), ALLOWED),
    "the usual personality": ("personality", (0,), ALLOWED),
    "addresses that are not random": ("personality", (0x0040000,), errno.EPERM),
    "data that can be run": ("personality", (0x0400000,), errno.EPERM),
    "the size of a terminal": ("ioctl", (1, 0x5413), ALLOWED),
    "typing into a terminal": ("ioctl", (0, 0x5412), errno.EPERM),
    "typing, with bits the kernel leaves out": ("ioctl", (0, 0x7_0000_5412), errno.EPERM),
    "the console's clipboard": ("ioctl", (0, 0x541C), errno.EPERM),
    "a socket of this machine": ("socket", (1, 1), ALLOWED),
    "an internet socket": ("socket", (2, 1), ALLOWED),
    "an internet socket, version 6": ("socket", (10, 2), ALLOWED),
    "a socket to the kernel": ("socket", (16, 3), errno.EPERM),
    "a socket of raw frames": ("socket", (17, 3), errno.EPERM),
    "a socket to the host of a virtual machine": ("socket", (40, 1), errno.EPERM),
    "a socket of the kernel's ciphers": ("socket", (38, 5), errno.EPERM),
    "a pair of sockets": ("socketpair", (1, 1), ALLOWED),
    "a pair of another family": ("socketpair", (30, 1), errno.EPERM),
}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "expected"), ASKED.values(), ids=ASKED)
def test_some_calls_are_judged_by_what_they_ask_for(
    name: str, arguments: tuple[int, ...], expected: int | str, machine: str
) -> None:
    number = number_of(name, machine)
    assert number is not None
    assert verdict(machine, number, *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_every_other_call_is_allowed(machine: str) -> None:
    named = {number_of(name, machine) for name in {**seccomp.REFUSED, **seccomp.ASKED}}
    others = set(range(500)) - named
    assert {number for number in others if verdict(machine, number) != ALLOWED} == set()


@pytest.mark.parametrize("machine", MACHINES)
def test_a_call_by_another_machines_table_ends_the_process(machine: str) -> None:
    for table in (0x40000003, 0x40000028, 0, *(seccomp.SUPPORTED[other] for other in MACHINES if other != machine)):
        assert verdict(machine, 1, table=table) == KILLED


def test_the_second_table_of_64_bit_intel_is_not_there() -> None:
    for number in (0x40000000, 0x40000000 + 101, 0x40000000 + 521, 0xFFFFFFFF):
        assert verdict("x86_64", number) == errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed (Debian: apt install linux-libc-dev)")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*\n", HEADERS[machine].read_text(encoding="utf-8"))
    header = {name: int(number) for name, number in found}
    header = {name: header.get(f"3264_{name}", number) for name, number in header.items()}
    ours = {name: number_of(name, machine) for name in {**seccomp.REFUSED, **seccomp.ASKED}}
    known = {name: number for name, number in ours.items() if name in header}
    assert len(known) > 50
    assert known == {name: header[name] for name in known}


def test_no_filter_is_made_for_an_unknown_machine() -> None:
    with pytest.raises(KeyError):
        seccomp.program("riscv64")


# --- in force ---------------------------------------------------------------------------------------------------------

LOAD = f"""
import importlib.util, sys
def load(name):
    spec = importlib.util.spec_from_file_location(name, {str(INSIDE)!r} + "/" + name + ".py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
seccomp, privileges = load("seccomp"), load("privileges")
"""

here = pytest.mark.skipif(platform.machine() not in seccomp.SUPPORTED, reason="no filter is known for this machine")


def run(program: str, tmp_path: Path, start: str = "seccomp.install()") -> str:
    """What a program prints that runs in a process of its own with the filter installed."""
    file = tmp_path / "program.py"
    file.write_text(f"{LOAD}\n{start}\n{program}", encoding="utf-8")
    done = subprocess.run([sys.executable, file], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@here
def test_the_kernel_takes_the_filter_and_refuses(tmp_path: Path) -> None:
    # Were one let through, it would do nothing: all are given arguments that no kernel takes. vhangup takes none.
    program = """
import ctypes, errno, json
libc = ctypes.CDLL(None, use_errno=True)
which = list(seccomp.SUPPORTED).index(__import__("platform").machine())
said = {}
for name, numbers in seccomp.REFUSED.items():
    if numbers[which] is not None and name != "vhangup":
        ctypes.set_errno(0)
        libc.syscall(ctypes.c_long(numbers[which]), *[ctypes.c_long(-1)] * 6)
        said[name] = errno.errorcode.get(ctypes.get_errno(), "none")
print(json.dumps(said))
"""
    said = json.loads(run(program, tmp_path))
    assert len(said) > 50
    assert set(said.values()) == {"EPERM"}


@here
def test_the_filter_outlives_the_start_of_another_program(tmp_path: Path) -> None:
    program = """
import subprocess, sys
inner = '''
import socket
try:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
except PermissionError:
    print("refused")
'''
print(subprocess.run([sys.executable, "-c", inner], capture_output=True, text=True).stdout)
"""
    assert run(program, tmp_path) == "refused"


@here
def test_a_filter_can_be_installed_upon_another(tmp_path: Path) -> None:
    assert run("seccomp.install()\nprint(sum(range(10)))", tmp_path) == "45"


HONEST = {
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n    print(sum(pool.map(abs, range(-9, 1))))",
        "45",
    ),
    "another program": ("import subprocess\nprint(subprocess.check_output(['echo', 'hello'], text=True))", "hello"),
    "a shell's pipe": ("import os\nprint(os.popen('echo hello | tr h j').read())", "jello"),
    "a fork": (
        "import os\npid = os.fork()\nif pid == 0:\n    os._exit(7)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))",
        "7",
    ),
    "a pool of processes": (
        "import multiprocessing\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('fork').Pool(2) as pool:\n        print(pool.map(abs, [-1, -2]))",
        "[1, 2]",
    ),
    "processes started afresh": (
        "import multiprocessing\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(abs, [-1, -2]))",
        "[1, 2]",
    ),
    "asyncio": (
        "import asyncio\nasync def main():\n"
        "    program = await asyncio.create_subprocess_exec('echo', 'hello', stdout=asyncio.subprocess.PIPE)\n"
        "    return await asyncio.gather(program.communicate(), asyncio.to_thread(abs, -1))\n"
        "print(asyncio.run(main()))",
        "[(b'hello\\n', None), 1]",
    ),
    "sockets of this machine": (
        "import socket\na, b = socket.socketpair()\na.sendall(b'hello')\nprint(b.recv(9).decode())",
        "hello",
    ),
    "a server on the loopback": (
        "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "client = socket.create_connection(server.getsockname())\nserver.accept()[0].sendall(b'hello')\n"
        "print(client.recv(9).decode())",
        "hello",
    ),
    "numpy": ("import numpy as np\nprint(np.linalg.inv(np.eye(300) * 2).trace())", "150.0"),
    "pandas": (
        "import pandas as pd\nprint(pd.DataFrame({'a': [1, 2, 2]}).groupby('a').size().to_dict())",
        "{1: 1, 2: 2}",
    ),
    "a picture": (
        "import io, matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
        "file = io.BytesIO()\nplt.savefig(file)\nprint(file.getvalue()[1:4].decode())",
        "PNG",
    ),
    "sqlite": (
        "import sqlite3\nwith sqlite3.connect('shop.db') as db:\n    db.execute('create table shop (price int)')\n"
        "    db.execute('insert into shop values (3)')\n    print(db.execute('select * from shop').fetchall())",
        "[(3,)]",
    ),
    "files, and memory shared": (
        "import mmap, tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(bytes(4096))\n    file.flush()\n"
        "    with mmap.mmap(file.fileno(), 0) as memory:\n        memory[:5] = b'hello'\n"
        "        print(memory[:5].decode())",
        "hello",
    ),
    "signals and clocks": (
        "import signal, time\nsignal.signal(signal.SIGALRM, lambda *_: print('rang'))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.05)\ntime.sleep(0.3)\nassert time.time() > 0",
        "rang",
    ),
}


@here
@pytest.mark.parametrize(("program", "printed"), HONEST.values(), ids=HONEST)
def test_an_honest_program_notices_nothing(program: str, printed: str, tmp_path: Path) -> None:
    assert (
        run(program, tmp_path, start="if __name__ == '__main__':\n    privileges.drop(), seccomp.install()") == printed
    )


# --- rights -----------------------------------------------------------------------------------------------------------

STATUS = """
rows = dict(line.split(":", 1) for line in open("/proc/self/status"))
print({name: int(rows[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs")})
"""
needs_root = pytest.mark.skipif("__import__('os').geteuid() != 0", reason="only root has rights to give up")


@needs_root
def test_root_has_no_right_left_and_none_to_hand_on(tmp_path: Path) -> None:
    nothing = {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0, "NoNewPrivs": 1}
    assert run(STATUS, tmp_path, "privileges.drop()") == str(nothing)


@needs_root
def test_a_program_that_root_starts_then_has_no_right_either(tmp_path: Path) -> None:
    program = f"import subprocess, sys\nprint(subprocess.check_output([sys.executable, '-c', {STATUS!r}], text=True))"
    nothing = {"CapInh": 0, "CapPrm": 0, "CapEff": 0, "CapBnd": 0, "CapAmb": 0, "NoNewPrivs": 1}
    assert run(program, tmp_path, "privileges.drop()") == str(nothing)


@needs_root
def test_root_without_rights_is_bound_by_the_rights_of_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden test", encoding="utf-8")
    secret.chmod(0)
    program = "try:\n    print(open('secret').read())\nexcept PermissionError:\n    print('refused')"
    assert run(program, tmp_path, "") == "hidden test"
    assert run(program, tmp_path, "privileges.drop()") == "refused"


@pytest.mark.parametrize(("asked", "said"), [("", "0"), ("dumpable=False", "0"), ("dumpable=True", "1")])
def test_whether_others_may_look_into_the_process_is_as_told(asked: str, said: str, tmp_path: Path) -> None:
    program = "import ctypes\nprint(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    assert run(program, tmp_path, f"privileges.drop({asked})") == said


def test_dropping_twice_is_dropping_once(tmp_path: Path) -> None:
    assert run("print(privileges.capabilities())", tmp_path, "privileges.drop()\nprivileges.drop()") == "(0, 0, 0)"


def test_the_rights_of_a_process_are_read_as_the_kernel_shows_them() -> None:
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    assert privileges.capabilities() == tuple(int(rows[name], 16) for name in ("CapEff", "CapPrm", "CapInh"))
