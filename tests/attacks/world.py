"""What can be harmed: files, processes, sockets, memory of a grader, each with a word that gives a thief away."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import socket
import subprocess
import threading
from itertools import count
from pathlib import Path

import psutil

GRADEBOOK_WORD = "canary67adeb00"
NEIGHBOUR_WORD = "canary0e19b004"
TOKEN_WORD = "canary70be4700"
MEMORY_WORD = "canary3e304000"
OPEN_FILE_WORD = "canary09ef11e0"
SHARED_WORD = "canary54a4ed00"
NETWORK_WORD = "canary0e700000"
PRIVATE_WORDS = (
    GRADEBOOK_WORD, NEIGHBOUR_WORD, TOKEN_WORD, MEMORY_WORD, OPEN_FILE_WORD, SHARED_WORD, NETWORK_WORD,
)  # fmt: skip
_SHARED_BYTES = 4096
_WORLDS = count()
_IPC_PRIVATE, _IPC_CREATE, _IPC_REMOVE = 0, 0o1000, 0


class World:
    """Made in the process that grades, before its executor starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        number = os.getpid() * 10 + next(_WORLDS)
        self.mark = f"kit-attack-{number}"
        """In the name of everything an attack makes outside its folder."""
        self.seconds = str(1_000_000_000 + number)
        """How long processes sleep that are to be left behind: their sign."""
        self._kept = [self._write("gradebook/gradebook.db", GRADEBOOK_WORD)]
        self._kept.append(self._write("submitted/ada/01-count.a/unit.ipynb", NEIGHBOUR_WORD))
        self._kept.append(self._write("secret.txt", OPEN_FILE_WORD))
        self._loose = [Path("/tmp") / f"kit-{number}.txt", Path("/dev/shm") / f"kit-{number}"]
        for path in self._loose:
            path.write_text(SHARED_WORD)
        self._memory = [MEMORY_WORD.encode() * 3, bytearray(MEMORY_WORD.encode())]
        self._descriptor = os.open(folder / "secret.txt", os.O_RDONLY)
        os.set_inheritable(self._descriptor, True)
        self._segment = _shared_segment(SHARED_WORD)
        self._bystander = subprocess.Popen(["sleep", "1000000"], stdin=subprocess.DEVNULL)
        self._server = _Server(folder / "socket", f"kit-attacks-{number}")
        self._before = self._digest()

    def _write(self, name: str, word: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{word}\n")
        return path

    @property
    def words(self) -> dict[str, str]:
        """Where things lie, for attacks to aim at."""
        return {
            "folder": str(self.folder),
            "gradebook": str(self._kept[0]),
            "submission": str(self._kept[1]),
            "secret": str(self._kept[2]),
            "tmp": str(self._loose[0]),
            "shm": str(self._loose[1]),
            "segment": str(self._segment),
            "home": str(Path.home()),
            "grader": str(os.getpid()),
            "bystander": str(self._bystander.pid),
            "port": str(self._server.port),
            "socket": str(self.folder / "socket"),
            "abstract": self._server.abstract,
            "namespace": _namespace(),
            "mark": self.mark,
            "seconds": self.seconds,
        }

    def harm(self) -> list[str]:
        """What was done to it, in words; found once, then put right again as far as possible."""
        found = [f"a connection came: {name}" for name in self._server.taken()]
        if self._digest() != self._before:
            found.append("files of the course were changed")
            self._before = self._digest()
        if self._bystander.poll() is not None:
            found.append("a process of the grader was ended")
            self._bystander = subprocess.Popen(["sleep", "1000000"], stdin=subprocess.DEVNULL)
        elif psutil.Process(self._bystander.pid).status() == psutil.STATUS_STOPPED:
            found.append("a process of the grader was stopped")
            self._bystander.send_signal(18)
        return found + self._marked_files() + self._sleeping()

    def _digest(self) -> str:
        parts = []
        for path in sorted(self.folder.rglob("*")):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            parts.append(f"{path} {status.st_mode} {hashlib.sha256(content).hexdigest()}")
        parts += [path.read_text() if path.exists() else "gone" for path in self._loose]
        return "\n".join(parts)

    def _marked_files(self) -> list[str]:
        found = []
        for place in (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), Path.cwd(), self.folder):
            for path in place.glob(f"*{self.mark}*"):
                found.append(f"{path} was made")
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return found

    def _sleeping(self) -> list[str]:
        found = []
        for process in psutil.process_iter():
            try:
                if self.seconds in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(f"a process was left behind: {process.cmdline()}")
                    process.kill()
            except psutil.Error:
                continue
        return found

    def close(self) -> None:
        """Take everything away again."""
        self._server.close()
        self._bystander.kill()
        self._bystander.wait()
        os.close(self._descriptor)
        ctypes.CDLL(None).shmctl(self._segment, _IPC_REMOVE, None)
        for path in self._loose:
            path.unlink(missing_ok=True)


class _Server:
    """Listens on this machine, in three ways, and tells whoever comes a word."""

    def __init__(self, path: Path, abstract: str) -> None:
        self.abstract = abstract
        by_name = socket.socket(socket.AF_UNIX)
        by_name.bind(f"\0{self.abstract}")
        self._place = os.open(path.parent, os.O_PATH)  # a socket's path may have 107 letters only
        by_path = socket.socket(socket.AF_UNIX)
        by_path.bind(f"/proc/self/fd/{self._place}/{path.name}")
        by_port = socket.create_server(("127.0.0.1", 0))
        self.port = by_port.getsockname()[1]
        self._sockets = {"TCP": by_port, "a socket's name": by_name, "a socket's path": by_path}
        self._taken: list[str] = []
        for name, listening in self._sockets.items():
            listening.listen()
            threading.Thread(target=self._serve, args=(name, listening), daemon=True).start()

    def _serve(self, name: str, listening: socket.socket) -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            self._taken.append(name)
            with caller:
                caller.sendall(NETWORK_WORD.encode())

    def taken(self) -> list[str]:
        """Since the last time it was asked."""
        taken, self._taken = self._taken, []
        return taken

    def close(self) -> None:
        for listening in self._sockets.values():
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        os.close(self._place)


def _shared_segment(word: str) -> int:
    """A System V shared memory segment that anybody in this ipc namespace may attach."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    segment = libc.shmget(_IPC_PRIVATE, _SHARED_BYTES, _IPC_CREATE | 0o666)
    address = libc.shmat(segment, None, 0)
    ctypes.memmove(address, word.encode(), len(word))
    libc.shmdt(ctypes.c_void_p(address))
    return int(segment)


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return "none"
