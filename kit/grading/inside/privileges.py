"""Gives up every right a process may have beside those of its account, for good."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

_DUMPABLE, _BOUND_DROP, _SECURITY_BITS, _NO_NEW_PRIVILEGES, _AMBIENT = 4, 24, 28, 38, 47
_AMBIENT_CLEAR = 4
_ROOT_IS_NOBODY = 0b1111  # SECBIT_NOROOT and SECBIT_NO_SETUID_FIXUP, each with its lock
_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_CALLS = {"x86_64": (125, 126), "aarch64": (90, 91)}  # capget, capset
_MOST = 64

_libc = ctypes.CDLL(None, use_errno=True)


def drop(dumpable=False):
    """Drop every capability from every set, and never gain one again, not by starting a program that has some either.

    dumpable: whether processes of the same account may look into this one (`/proc/…/mem`, ptrace). Starting a program
    sets that anew. OSError if a capability is left.
    """
    _control(_NO_NEW_PRIVILEGES, 1)
    _control(_AMBIENT, _AMBIENT_CLEAR)
    # These two need CAP_SETPCAP, so they come first. Who has not even that will get nothing either, by the line above.
    _empty_bounding_set()
    _control(_SECURITY_BITS, _ROOT_IS_NOBODY, refusable=True)
    _capabilities("capset", bytes(24))
    _control(_DUMPABLE, int(dumpable))
    left = capabilities()
    if any(left):
        raise OSError(errno.EPERM, f"capabilities are left: {', '.join(map(hex, left))}")


def _empty_bounding_set():
    for capability in range(_MOST):
        if _libc.prctl(_BOUND_DROP, *(ctypes.c_ulong(number) for number in (capability, 0, 0, 0))):
            return  # the kernel knows no more of them, or lets this process drop none


def capabilities():
    """The effective, permitted and inheritable capabilities of this thread, as sets of bits."""
    words = struct.unpack("=6I", _capabilities("capget", bytes(24)))
    return tuple(low | high << 32 for low, high in zip(words[:3], words[3:], strict=True))


def _capabilities(name, data):
    numbers = _CALLS.get(platform.machine())
    if numbers is None:
        raise OSError(errno.ENOSYS, f"{name}: not known on {platform.machine()}")
    header = ctypes.create_string_buffer(struct.pack("=Ii", _VERSION, 0), 8)
    buffer = ctypes.create_string_buffer(data, len(data))
    if _libc.syscall(ctypes.c_long(numbers[name == "capset"]), header, buffer):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return buffer.raw


def _control(option, *arguments, refusable=False):
    """`prctl`; OSError. *refusable*: where it is a matter of a right this process does not have, nothing is said."""
    rest = [0] * (4 - len(arguments))
    if _libc.prctl(ctypes.c_int(option), *map(ctypes.c_ulong, (*arguments, *rest))):
        number = ctypes.get_errno()
        if not (refusable and number == errno.EPERM):
            raise OSError(number, f"prctl {option}: {os.strerror(number)}")
