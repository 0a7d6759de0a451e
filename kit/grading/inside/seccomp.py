"""A filter of system calls: what no cell of a course needs, and what a kernel's faults are usually reached through.

The filter is classic BPF, put together once when this module is imported. It holds for the calling thread and all that
it starts from then on, and can be made stricter, but never taken off. Refused calls fail with EPERM, as they would for
want of rights; a call by the table of another machine (32-bit programs) ends the process.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # offsets in the kernel's struct seccomp_data
_X32 = 0x40000000

SUPPORTED = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""Machine → the kernel's name for its table of system calls."""

REFUSED = {
    # other processes: their memory, descriptors and being
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # memory that belongs to no process and no folder, so that no sum holds it
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    # corners of the kernel with a record of faults
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    # file systems and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # the machine itself
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "vhangup": (153, 58),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    # where memory lies
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # long gone, and still in the tables
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
}
"""Name → its number on each machine of `SUPPORTED`, None where it has none."""

ASKED = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "personality": (135, 92),
    "ioctl": (16, 29),
    "socket": (41, 198),
    "socketpair": (53, 199),
}
"""System calls that are refused, or not, by what they are asked for."""

# CLONE_NEW*: NS, CGROUP, UTS, IPC, USER, PID, NET. (CLONE_NEWTIME is for clone3 and unshare only.)
_NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_TYPE_AHEAD, _CONSOLE = 0x5412, 0x541C  # TIOCSTI, TIOCLINUX: put words into the mouth of whoever sits at a terminal
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: the network a learner's process has is empty
_ORDINARY = (0, 0xFFFFFFFF)  # personality: Linux, and the question which it is

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2


def program(machine):
    """The filter for a machine of `SUPPORTED`, as bytes; KeyError for another."""
    known = SUPPORTED[machine]
    which = list(SUPPORTED).index(machine)
    refused = [number for numbers in REFUSED.values() if (number := numbers[which]) is not None]
    asked = {name: numbers[which] for name, numbers in ASKED.items()}
    steps = [
        _step(_LOAD, _MACHINE),
        _step(_EQUAL, known, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [_step(_AT_LEAST, _X32, 0, 1), _fail(errno.ENOSYS)]
    for number in sorted(refused):
        steps += [_step(_EQUAL, number, 0, 1), _fail(errno.EPERM)]
    # Without clone3, whose flags lie in memory no filter can read, the C library takes clone.
    steps += [_step(_EQUAL, asked["clone3"], 0, 1), _fail(errno.ENOSYS)]
    steps += _when(asked["clone"], 0, [_step(_ANY_BIT, _NEW_NAMESPACES, 0, 1), _fail(errno.EPERM)])
    steps += _when(asked["personality"], 0, _only(_ORDINARY))
    terminal = [_step(_EQUAL, _TYPE_AHEAD, 1, 0), _step(_EQUAL, _CONSOLE, 0, 1), _fail(errno.EPERM)]
    steps += _when(asked["ioctl"], 1, terminal)
    for name in ("socket", "socketpair"):
        steps += _when(asked[name], 0, _only(_FAMILIES))
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _step(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _fail(number):
    return _step(_RETURN, _FAIL | number)


def _when(number, argument, steps):
    """*steps* on the lower half of an argument of system call *number*; if they come to no end, it is allowed."""
    # The kernel, too, takes these arguments as 32 bits; both machines keep the lower half first.
    body = [_step(_LOAD, _ARGUMENTS + 8 * argument), *steps, _step(_RETURN, _ALLOW)]
    return [_step(_EQUAL, number, 0, len(body)), *body]


def _only(values):
    """Steps that refuse an argument which is none of *values*."""
    last = len(values)
    return [*(_step(_EQUAL, value, last - at, 0) for at, value in enumerate(values)), _fail(errno.EPERM)]


class _Program(ctypes.Structure):
    _fields_ = [("steps", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


_machine = platform.machine()
_filter = program(_machine) if _machine in SUPPORTED else b""
_installed = _Program(len(_filter) // 8, _filter)
_libc = ctypes.CDLL(None, use_errno=True)


def install():
    """Filter the system calls of this thread from now on; to be called while it is the only one.

    OSError where the kernel has no filters, or this machine is none of `SUPPORTED`: nothing is installed then.
    """
    if not _filter:
        known = " or ".join(SUPPORTED)
        raise OSError(errno.ENOSYS, f"no filter of system calls is known for {_machine}, only for {known}")
    _control(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1))
    _control(_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(_installed))


def _control(option, *arguments):
    rest = [ctypes.c_ulong(0)] * (4 - len(arguments))
    if _libc.prctl(ctypes.c_int(option), *arguments, *rest):
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
