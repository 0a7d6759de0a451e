"""Damage, second half: processes that multiply, stay, or end others, and rights that are nobody's to take."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.assignment import RIGHT
from tests.attacks.case import Case, without
from tests.attacks.damage import harming, lost

_WALLED = """
import os, signal, time
try: walled = os.readlink('/proc/self/ns/pid') != '@namespace@'
except OSError: walled = True
if not walled: print('canary: no walls')
"""
"""Signals to everybody are sent only where everybody is a process namespace of its own."""
PROCESSES: Mapping[str, Case] = {
    "a fork bomb": lost(
        f"{_WALLED}first, end, made = os.getpid(), time.time() + 3, 0\n"
        f"while time.time() < end and made < 9:\n"
        f"    made += 1\n"
        "    try: os.fork()\n"
        "    except OSError: break\n"
        "time.sleep(4)\n"
        "if os.getpid() != first: os._exit(0)",
        processes=64,
        cell_seconds=8,
    ),
    "three hundred processes that sleep": lost(
        f"{_WALLED}import subprocess\n"
        f"try:\n"
        f"    for n in range(300): subprocess.Popen(['sleep', '@seconds@'])\n"
        "    print('canary: three hundred')\n"
        "except OSError:\n"
        "    pass",
        processes=64,
        cell_seconds=8,
    ),
    "a process that outlives it": harming("import subprocess\nsubprocess.Popen(['sleep', '@seconds@'])"),
    "a daemon without parent, session, environment or open files": harming(
        "import os\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.chdir('/')\n"
        "        os.umask(0)\n"
        "        os.closerange(0, 256)\n"
        "        os.execve('/bin/sleep', ['sleep', '@seconds@'], {})\n"
        "    os._exit(0)\n"
        "os.wait()"
    ),
    "a program that ignores every signal": harming(
        "import subprocess\n"
        "subprocess.Popen(['sh', '-c', 'trap \"\" TERM INT HUP QUIT; while :; do sleep @seconds@; done'])"
    ),
    "a thread that never ends": harming(
        "import threading, time\nthreading.Thread(target=lambda: [time.sleep(0.01) for _ in iter(int, 1)]).start()"
    ),
    "an exit handler that never ends": harming(
        "import atexit\n"
        "@atexit.register\n"
        "def never():\n"
        "    while True: pass\n"
        "class Late:\n"
        "    def __del__(self):\n"
        "        while True: pass\n"
        "late = Late()"
    ),
    "a kill of everybody": lost(f"{_WALLED}if walled: os.kill(-1, signal.SIGKILL)"),
    "a stop of everybody": lost(f"{_WALLED}if walled: os.kill(-1, signal.SIGSTOP)\nwhile True: pass", cell_seconds=2),
    "a kill of the grader and its parent": harming(
        f"{_WALLED}for pid in (@grader@, @bystander@):\n"
        f"    try: walled and os.kill(pid, signal.SIGKILL)\n"
        "    except OSError: pass\n"
        "    try: os.kill(pid, 0)\n"
        "    except OSError: pass\n"
        "    else: print('canary: reached', pid)"
    ),
    "a kill of its process group": lost("import os, signal\nos.killpg(0, signal.SIGKILL)"),
    "every file descriptor closed": lost("import os\nos.closerange(0, 4096)", cell_seconds=4),
    "every file descriptor made another one": lost(
        "import os\n"
        "nothing = os.open('/dev/null', os.O_RDWR)\n"
        "for n in range(256):\n"
        "    if n != nothing: os.dup2(nothing, n)",
        cell_seconds=4,
    ),
    "noise on every file descriptor": lost(
        "import os\n"
        "for n in range(3, 256):\n"
        "    try:\n"
        "        os.set_blocking(n, False)\n"
        "        os.write(n, os.urandom(4096))\n"
        "    except OSError:\n"
        "        pass\n"
        "os._exit(3)"
    ),
    "a crash of the interpreter": lost("import ctypes\nctypes.string_at(0)"),
    "an end of the process, again and again": Case(
        {
            **RIGHT,
            "number-answer": "import os; os._exit(0)",
            "double-answer": "import os; os.abort()",
            "evens-answer": "import os; os.kill(os.getpid(), 9)",
        },
        without("number", "double", "evens"),
    ),
    "a death that comes later": Case(
        {
            **RIGHT,
            "shout-answer": "import threading, os\n"
            "def shout(text):\n"
            "    return text.upper() + '!'\n"
            "threading.Timer(0.4, os._exit, [0]).start()\n"
            "import time\n"
            "time.sleep(0.8)",
        },
        without("shout"),
    ),
}

PRIVILEGES: Mapping[str, Case] = {
    "another user": harming(
        "import os\n"
        "for become in (os.setuid, os.setgid, os.seteuid):\n"
        "    try: become(0)\n"
        "    except OSError: pass\n"
        "if os.path.exists('/etc/shadow'): print('canary: shadow')"
    ),
    "namespaces and mounts of its own": harming(
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "if os.fork() == 0:\n"
        "    libc.unshare(0x10000000 | 0x20000)\n"
        "    made = libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0\n"
        "    libc.umount2(b'/proc', 2)\n"
        "    os._exit(7 if made else 0)\n"
        "if os.waitstatus_to_exitcode(os.wait()[1]) == 7: print('canary: mounted')"
    ),
    "a new root folder": harming(
        "import os\ntry:\n    os.chroot('/tmp')\n    print('canary: chroot')\nexcept OSError:\n    pass"
    ),
    "devices of its own": harming(
        "import os, stat\n"
        "for place in ('.', '/tmp', '/dev'):\n"
        "    try:\n"
        "        os.mknod(f'{place}/disk', 0o600 | stat.S_IFBLK, os.makedev(254, 0))\n"
        "        open(f'{place}/disk', 'rb').read(512)\n"
        "        print('canary: device')\n"
        "    except OSError:\n"
        "        pass"
    ),
    "programs with rights of their own": harming(
        "import subprocess\n"
        "for command in (['su', '-c', 'id -u'], ['sudo', '-n', 'id', '-u'], ['pkexec', 'id', '-u']):\n"
        "    try: said = subprocess.run(command, capture_output=True, timeout=5, stdin=subprocess.DEVNULL).stdout\n"
        "    except (OSError, subprocess.SubprocessError): continue\n"
        "    if said.strip() == b'0': print('canary: root by', command)"
    ),
    "priorities and limits": harming(
        "import os, resource\n"
        "for change in (lambda: os.nice(-20), lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))):\n"
        "    try: change()\n"
        "    except (OSError, ValueError): pass\n"
        "    else: print('canary: changed')"
    ),
}
