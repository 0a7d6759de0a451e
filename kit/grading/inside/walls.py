"""What a process shuts itself in with, before any code of a learner's runs in it.

A child of the warm parent is made by one ``clone3`` with namespaces of its own (user, pid, mount, network, ipc, uts).
Inside it sees an empty ``/proc``, small private ``/tmp``, ``/dev/shm`` and home, and no file descriptor but its own.
The root around it, read-only and without anything of a course, is bubblewrap's.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct

HOME = "/home/learner"
SCRATCH = "/run/scratch"
"""An empty folder of bubblewrap's, where ``/tmp`` is made ready."""
FILES = 128
FILE_BYTES = 100 * 1024**2
"""Largest file a cell may write."""

_NEW_NS, _NEW_UTS, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
_ALL = _NEW_NS | _NEW_UTS | _NEW_IPC | _NEW_USER | _NEW_PID | _NEW_NET
_SET_TID, _CLEAR_TID = 0x01000000, 0x00200000
_CLONE3 = 435  # the same number on every machine
_GET_TID_ADDRESS = 40
_READ_ONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18

_libc = ctypes.CDLL(None, use_errno=True)
_with_the_gil = ctypes.PyDLL(None, use_errno=True)


def fork(namespaces):
    """`os.fork`, into namespaces of its own if asked; OSError where the kernel does not let us.

    One system call instead of an `unshare` and two forks: each fork of the warm parent costs milliseconds.
    """
    if not namespaces:
        return os.fork()
    # What the C library's fork asks for: without it the child's main thread would not know its own number.
    address = ctypes.c_ulong(0)
    _libc.prctl(_GET_TID_ADDRESS, ctypes.byref(address), 0, 0, 0)
    flags = _ALL | (_SET_TID | _CLEAR_TID if address.value else 0)
    arguments = ctypes.create_string_buffer(
        struct.pack("11Q", flags, 0, address.value, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0)
    )
    ctypes.pythonapi.PyOS_BeforeFork()
    # PyDLL: the child must hold the interpreter's lock, as after os.fork.
    pid = _with_the_gil.syscall(ctypes.c_long(_CLONE3), arguments, ctypes.c_size_t(88))
    error = ctypes.get_errno()
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(error, f"clone3: {os.strerror(error)}")
    return pid


def map_user(user, group):
    """Be *user* and *group* in the new user namespace; nobody else exists there."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def furnish(scratch_bytes, needed):
    """Private folders of bounded size to write in; nothing else can be written, and no process be seen.

    needed: folders of the interpreter. Those below ``/tmp`` stay in sight there.
    """
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)
    size = f"size={scratch_bytes},nr_inodes=20000"
    for folder, mode in ((HOME, "0755"), ("/dev/shm", "1777"), (SCRATCH, "1777")):
        _mount("tmpfs", folder, "tmpfs", _NOSUID | _NODEV, f"{size},mode={mode}")
    for path in needed:
        if path.startswith("/tmp/"):
            os.makedirs(SCRATCH + path.removeprefix("/tmp"))
            _mount(path, SCRATCH + path.removeprefix("/tmp"), None, _BIND | _RECURSIVE)
    _mount(SCRATCH, "/tmp", None, _BIND | _RECURSIVE)
    # Terminals of its own: those of bubblewrap's are there for everybody in it.
    _mount("devpts", "/dev/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666,mode=0620")
    _mount("tmpfs", SCRATCH, "tmpfs", _READ_ONLY, "size=4096,nr_inodes=2")
    _mount("tmpfs", "/proc", "tmpfs", _NOSUID | _NODEV | _NOEXEC | _READ_ONLY, "size=4096,nr_inodes=2,mode=0555")


def _mount(source, target, kind, flags, data=None):
    words = (word.encode() if word is not None else None for word in (source, target, kind))
    if _libc.mount(*words, ctypes.c_ulong(flags), data.encode() if data else None):
        error = ctypes.get_errno()
        raise OSError(error, f"mount {target}: {os.strerror(error)}")


def keep_only(descriptors):
    """Close every file descriptor but 0, 1, 2 and *descriptors*."""
    start = 3
    for descriptor in sorted({*descriptors, 0, 1, 2}):
        if descriptor >= start:
            os.closerange(start, descriptor)
            start = descriptor + 1
    os.closerange(start, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def limit(memory_bytes, processes, seconds):
    """Hard limits of this process and all it starts; memory is address space beyond what is there already."""
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_AS: _address_space() + memory_bytes,
        resource.RLIMIT_CPU: int(seconds) + 10,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for which, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # stricter limits of the machine's own stand
            resource.setrlimit(which, (value, value))


def step_back():
    """Let everything else on the machine go first: sixty processes that only spin must not hold up who ends them."""
    with contextlib.suppress(OSError):
        os.nice(10)


def _address_space():
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 2 * 1024**3
