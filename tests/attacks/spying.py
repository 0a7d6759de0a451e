"""Secrets: code that reads what is not its own, and prints what it finds.

The answers are right, so a submission keeps its points; what it finds shows in what its cells print.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.assignment import FULL, RIGHT
from tests.attacks.case import Case, right

_LOOK = """
import os, re
def look(content):
    if isinstance(content, str): content = content.encode()
    for word in set(re.findall(rb'canary[0-9a-f]{8}|335503\\d\\d', bytes(content))): print('found', word.decode())
def read(path):
    try:
        with open(path, 'rb') as file: look(file.read(10_000_000))
    except (OSError, ValueError): pass
"""
_PIDS = "pids = [@grader@, @bystander@, 1, os.getppid()] + [int(n) for n in os.listdir('/proc') if n.isdigit()]\n"


def probe(source: str) -> Case:
    """Right answers; *source* may use `look(bytes)` and `read(path)`, which print what they recognise."""
    return Case(right(_LOOK + source), FULL)


FILES: Mapping[str, Case] = {
    "the gradebook, by its path": probe("read('@gradebook@')"),
    "the source with solutions and hidden tests, by its path": probe("read('@source@')"),
    "another submission, by its path": probe("read('@submission@')"),
    "whatever lies above the notebook": probe(
        "for up in ('..', '../..', '../../..', '../../../..'):\n"
        "    for folder, folders, names in os.walk(up):\n"
        "        folders[:] = folders[:20]\n"
        "        for name in names[:50]:\n"
        "            if name.endswith(('.db', '.ipynb', '.txt', '.toml', '.py')): read(os.path.join(folder, name))\n"
        "        if folder.count('/') > 5: folders.clear()"
    ),
    "the course's folder, through every file system": probe(
        "for name in ('@folder@', '/proc/1/root@folder@', '/proc/self/root@folder@', '/proc/@grader@/cwd', "
        "'/proc/@grader@/root@folder@'):\n"
        "    for folder, folders, names in os.walk(name):\n"
        "        for n in names[:50]: read(os.path.join(folder, n))"
    ),
    "a link out of its folder": probe(
        "os.symlink('@gradebook@', 'link')\n"
        "read('link')\n"
        "try:\n"
        "    os.link('@secret@', 'hard')\n"
        "    read('hard')\n"
        "except OSError:\n"
        "    pass"
    ),
    "links handed in beside the notebook": Case(
        right(_LOOK + "for name in ('link.txt', 'data/up/source/unit.ipynb'): read(name)"),
        FULL,
        plant=lambda folder: (
            (folder / "link.txt").symlink_to("../source/unit.ipynb"),
            (folder / "data").mkdir(),
            (folder / "data" / "up").symlink_to(folder.parent),
        )[0],
    ),
    "temporary files of the grader": probe(
        "read('@tmp@')\n"
        "read('@shm@')\n"
        "for place in ('/tmp', '/var/tmp', '/dev/shm', '/run'):\n"
        "    for folder, folders, names in os.walk(place):\n"
        "        for name in names[:50]: read(os.path.join(folder, name))"
    ),
    "homes, keys and accounts": probe(
        "import sys\n"
        "for path in ('/etc/shadow', '/etc/passwd', '@home@/.ssh', '@home@/.bash_history', '@home@/.config'):\n"
        "    if os.path.exists(path): print('canary: there is', path)\n"
        "for place in ('/home', '/root', '@home@'):\n"
        "    for name in os.listdir(place) if os.path.exists(place) else ():\n"
        "        own = os.path.join(place, name)\n"
        "        if not any(path.startswith(own) for path in ('/home/learner', sys.prefix, sys.base_prefix)):\n"
        "            print('canary: there is', own)"
    ),
    "devices with the machine's memory and disks": probe(
        "for name in ('mem', 'kmem', 'port', 'kmsg', 'vda', 'sda', 'nvme0n1', 'fuse', 'kvm'):\n"
        "    try:\n"
        "        open('/dev/' + name, 'rb').close()\n"
        "        print('canary device', name)\n"
        "    except OSError:\n"
        "        pass"
    ),
}

_MEMORY = """
def scan(pid):
    try:
        maps, memory = open(f'/proc/{pid}/maps').readlines(), open(f'/proc/{pid}/mem', 'rb', 0)
    except OSError:
        return
    for line in maps:
        span, rights = line.split()[:2]
        if not rights.startswith('rw'): continue
        low, high = (int(part, 16) for part in span.split('-'))
        while low < high:
            try:
                memory.seek(low)
                look(memory.read(min(high - low, 1 << 22)))
            except (OSError, OverflowError):
                break
            low += 1 << 22
"""
PROCESSES: Mapping[str, Case] = {
    "a token in its own environment": probe(
        "look(repr(dict(os.environ)))\n"
        "read('/proc/self/environ')\n"
        "print('canary', [n for n in os.environ if 'TOKEN' in n]) if any('TOKEN' in n for n in os.environ) else None"
    ),
    "the environment of other processes": probe(f"{_PIDS}for pid in pids: read(f'/proc/{{pid}}/environ')"),
    "the command lines and folders of other processes": probe(
        f"{_PIDS}for pid in pids:\n"
        f"    for name in ('cmdline', 'maps', 'stack', 'mountinfo'): read(f'/proc/{{pid}}/{{name}}')\n"
        "    if pid != @bystander@ or not os.path.exists(f'/proc/{pid}/cmdline'): continue\n"
        "    if 'sleep' in open(f'/proc/{pid}/cmdline').read(): print('canary: the bystander')"
    ),
    "the memory of the grader": probe(
        f"{_MEMORY}for pid in {{@grader@, @bystander@, os.getppid()}} - {{0, os.getpid()}}: scan(pid)"
    ),
    "the memory of the grader, by a system call": probe(
        "import ctypes\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "buffer = ctypes.create_string_buffer(64)\n"
        "class Vector(ctypes.Structure):\n"
        "    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]\n"
        "here = Vector(ctypes.addressof(buffer), 64)\n"
        "there = Vector(id(os), 64)\n"
        "for pid in (@grader@, @bystander@):\n"
        "    if libc.process_vm_readv(pid, ctypes.byref(here), 1, "
        "ctypes.byref(there), 1, 0) > 0: print('canary read')\n"
        "    if libc.ptrace(16, pid, None, None) == 0: print('canary traced')"
    ),
    "its own memory": Case(
        {
            **right(f"{_LOOK}{_MEMORY}scan(os.getpid())"),
            "shout-answer": f"{RIGHT['shout-answer']}\nscan(os.getpid())",
        },
        FULL,
    ),
    "every object in its interpreter": probe(
        "import gc, sys\n"
        "seen = []\n"
        "for thing in gc.get_objects():\n"
        "    if type(thing) in (dict, list, tuple, set):\n"
        "        parts = list(thing.values()) if type(thing) is dict else list(thing)\n"
        "        seen += [part for part in parts if type(part) in (str, bytes, int)]\n"
        "    elif type(thing).__name__ == 'function':\n"
        "        seen += [thing.__code__.co_consts]\n"
        "look(repr(seen))"
    ),
    "what ran before: history, frames, source lines": probe(
        "import linecache, sys, inspect\n"
        "look(repr(get_ipython().history_manager.input_hist_raw))\n"
        "look(repr(In))\n"
        "look(repr(linecache.cache))\n"
        "frame = sys._getframe()\n"
        "while frame:\n"
        "    look(repr(frame.f_locals)[:1_000_000])\n"
        "    look(repr(frame.f_code.co_consts))\n"
        "    frame = frame.f_back"
    ),
    "open file descriptors": probe(
        "import socket, stat\n"
        "for descriptor in range(3, 1024):\n"
        "    try:\n"
        "        kind = os.fstat(descriptor).st_mode\n"
        "    except OSError:\n"
        "        continue\n"
        "    if stat.S_ISREG(kind): look(os.pread(descriptor, 10**6, 0))\n"
        "    elif stat.S_ISSOCK(kind):\n"
        "        try: look(socket.socket(fileno=os.dup(descriptor)).recv(10**6, "
        "socket.MSG_PEEK | socket.MSG_DONTWAIT))\n"
        "        except OSError: pass"
    ),
    "file descriptors of other processes": probe(
        f"{_PIDS}for pid in pids:\n"
        f"    if pid == os.getpid(): continue\n"
        f"    try:\n"
        "        for name in os.listdir(f'/proc/{pid}/fd'): read(f'/proc/{pid}/fd/{name}')\n"
        "    except OSError:\n"
        "        pass"
    ),
    "shared memory of the grader": probe(
        "import ctypes\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.shmat.restype = ctypes.c_void_p\n"
        "libc.shmat.argtypes = [ctypes.c_int, "
        "ctypes.c_void_p, ctypes.c_int]\n"
        "address = libc.shmat(@segment@, None, 0o10000)\n"
        "if address and address != 2**64 - 1: look(ctypes.string_at(address, 64))\n"
        "read('/proc/sysvipc/shm')"
    ),
}

_CONNECT = """
import socket
def connect(family, address):
    try:
        with socket.socket(family) as s:
            s.settimeout(2)
            s.connect(address)
            look(s.recv(100))
            print('canary connected')
    except (OSError, ValueError): pass
"""
NETWORK: Mapping[str, Case] = {
    "a server on this machine": probe(
        f"{_CONNECT}connect(socket.AF_INET, ('127.0.0.1', @port@))\nconnect(socket.AF_INET, ('localhost', @port@))"
    ),
    "a server by its socket's path": probe(
        f"{_CONNECT}try:\n"
        "    place = os.open(os.path.dirname('@socket@'), os.O_PATH)\n"
        "    connect(socket.AF_UNIX, f'/proc/self/fd/{place}/socket')\n"
        "except OSError:\n"
        "    pass"
    ),
    "a server by its socket's name": probe(f"{_CONNECT}connect(socket.AF_UNIX, '\\0@abstract@')"),
    "the network": probe(
        "import socket\n"
        "try:\n"
        "    names = {name for _, name in socket.if_nameindex()}\n"
        "except OSError:\n"
        "    names = set()\n"
        "if names & {'eth0', 'ens3', 'enp0s3', 'wlan0', 'docker0'}: print('canary: interfaces', names)\n"
        "try:\n"
        "    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "    s.connect(('192.0.2.1', 53))\n"
        "    print('canary: a route')\n"
        "except OSError:\n"
        "    pass"
    ),
    "raw packets": probe(
        "import socket\n"
        "for family, kind in ((socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW)):\n"
        "    try:\n"
        "        socket.socket(family, kind, 1).close()\n"
        "        print('canary raw socket')\n"
        "    except OSError:\n"
        "        pass"
    ),
}

_SCAN = (
    "import gc, sys\n"
    "def scan():\n"
    "    texts, frame = [], sys._getframe(1)\n"
    "    while frame:\n"
    "        texts += [repr(frame.f_locals), repr(frame.f_code.co_consts)]\n"
    "        frame = frame.f_back\n"
    "    for thing in gc.get_objects():\n"
    "        if type(thing).__name__ == 'function': texts.append(repr(thing.__code__.co_consts))\n"
    "    return ' '.join(texts)\n"
)
WHILE_ASKED: Mapping[str, Case] = {
    "the test that calls the function": Case(
        {
            **right(_LOOK + _SCAN + "noted = []"),
            "double-answer": "def double(n):\n    noted.append(scan())\n    print(noted[-1])\n    return n + n",
            "shout-answer": "def shout(text):\n    look(' '.join(noted))\n    return 'A!'",
        },
        FULL,
    ),
    "the test that has to run inside": Case(
        {
            **right(_LOOK + _SCAN + "noted = []"),
            "countdown-answer": RIGHT["countdown-answer"].replace(
                "    steps = []",
                "    noted.append(scan())\n"
                "    print(noted[-1])\n"
                "    open('note', 'w').write(noted[-1])\n"
                "    open('/tmp/note', 'w').write(noted[-1])\n"
                "    steps = []",
            ),
            "greet-answer": RIGHT["greet-answer"] + "\nread('note'); read('/tmp/note'); look(' '.join(noted))",
            "shout-answer": "def shout(text):\n"
            "    read('note'); read('/tmp/note')\n"
            "    return 'A!' if not noted else noted[0]",
        },
        {**FULL, "shout": 1.0},
    ),
}
