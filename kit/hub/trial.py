"""A real JupyterHub on this machine, for trying out and for tests: no node, no root, no accounts of the system.

It listens on 127.0.0.1 only and keeps everything below one folder. Its people share one account of the system, so
their servers are not walled off from each other: that is what a real hub's spawner does.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kit.course import Course, read_course
from kit.errors import Busy, CourseError, KitError, StorageError
from kit.files import storing, write_text
from kit.hub.configuring import HubCourse
from kit.hub.settings import write_settings
from kit.hub.trial_config import MARK, Trial, config_text

if TYPE_CHECKING:
    import requests

PATIENCE = 240.0
"""Seconds after which a hub, service or server that is not up has failed: slow machines are no failure."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in."""

    name: str
    password: str = field(repr=False)
    groups: tuple[str, ...] = ()


class TrialHub:
    """One running hub; a context manager that leaves no process behind.

    `folder` holds everything; `mark` is what every process of it carries in its environment (`MARK`). *also* gives
    more courses their services (name → course folder), *extra* is put at the end of the hub's configuration, *say* is
    told in a few words what is being waited for.
    """

    def __init__(
        self, course_root: Path, folder: Path, people: Sequence[Person], port: int = 0, *, name: str = "mastery",
        also: Mapping[str, Path] | None = None, extra: str = "", say: Callable[[str], None] = lambda words: None,
    ) -> None:  # fmt: skip
        self.name = name
        self.people = {person.name: person for person in people}
        self.admin_token = secrets.token_hex(24)
        self.folder = folder.resolve()
        self._say = say
        self._hub: subprocess.Popen[bytes] | None = None
        self._held = ExitStack()
        roots = {name: course_root, **(also or {})}
        self._courses = {service: _read(root) for service, root in roots.items()}
        free = free_ports(3 + len(roots), port)
        self.mark = secrets.token_hex(8)
        self._trial = Trial(
            folder=self.folder, port=free[0], hub_port=free[1], proxy_port=free[2], mark=self.mark,
            hashes={}, members=_members(people), notice=self._notice(),
        )  # fmt: skip
        self._ports = dict(zip(roots, free[3:], strict=True))
        self._extra = extra

    @property
    def url(self) -> str:
        """The address people open; ends with a slash."""
        return f"http://127.0.0.1:{self._trial.port}/"

    @property
    def service_url(self) -> str:
        """The (first) course's pages, by way of the proxy; ends with a slash."""
        return f"{self.url}services/{self.name}/"

    @property
    def direct_url(self) -> str:
        """The same without the proxy: what a single-user server finds in KIT_SERVICES."""
        return self._as_service(self.name).address

    def __enter__(self) -> Self:
        try:
            self._held.enter_context(held(self.folder))
            self._end_of_an_earlier_one()
            self._write()
            self._start_hub()
            for name in self._courses:
                self._say(f"Waiting for the course's service {name}")
                self.wait_for_service(name)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the hub, the proxy, the services and every person's server."""
        self._say("Stopping the hub and everybody's servers")
        hub, self._hub = self._hub, None
        _end_marked(self.mark)  # all at once: one after the other takes as long as all together
        if hub is not None:
            hub.wait()
        self._held.close()

    def follow(self, about: str) -> Iterator[str]:
        """What one part of the services says (``controller``, ``service`` …), as it says it, until the hub ends."""
        with (self.folder / "hub/hub.log").open(encoding="utf-8", errors="replace") as log:
            log.seek(0, os.SEEK_END)
            unfinished = ""
            while self._hub is not None and self._hub.poll() is None:
                unfinished += log.read()
                *lines, unfinished = unfinished.split("\n")
                yield from filter(None, (_message(line, about) for line in lines))
                time.sleep(0.5)

    @property
    def hub_url(self) -> str:
        """Where services reach the hub itself, without the proxy."""
        return f"http://127.0.0.1:{self._trial.hub_port}"

    def wait_for_service(self, name: str) -> None:
        """Until the service *name* answers that it is well; KitError where that takes too long."""
        self._await(partial(self._healthy, name), f"The service {name}")

    def restart_hub(self) -> None:
        """End the hub as an administrator would, and start it again; people's servers go on meanwhile."""
        self._end_hub()
        self._start_hub()
        for name in self._courses:
            self.wait_for_service(name)

    def restart_service(self, name: str | None = None, how: signal.Signals = signal.SIGTERM) -> None:
        """Send *how* to a service's process and wait until the hub has started it again."""
        name = name or self.name
        before = self.service_pid(name)
        os.kill(before, how)
        self._await(lambda: self.service_pid(name) not in (0, before) and self._healthy(name), f"The service {name}")

    def service_pid(self, name: str | None = None) -> int:
        """The process that the hub runs as the service; 0 where there is none just now."""
        return int(self.api("GET", f"services/{name or self.name}").json().get("pid") or 0)

    def token(self, name: str, scopes: Sequence[str] | None = None) -> str:
        """A token of *name*'s, able to do what a single-user server's can where the courses are concerned."""
        own = [f"access:services!service={service}" for service in self._courses]
        wanted = {"note": "trial", "scopes": list(scopes) if scopes is not None else own}
        made = self.api("POST", f"users/{name}/tokens", json=wanted).json()
        return str(made["token"])

    def session(self, name: str) -> requests.Session:
        """What a browser has after *name* logged in."""
        import requests

        session = requests.Session()
        session.get(f"{self.url}hub/login", timeout=PATIENCE).raise_for_status()
        form = {"username": name, "password": self.people[name].password, "_xsrf": session.cookies.get("_xsrf")}
        done = session.post(f"{self.url}hub/login", data=form, timeout=PATIENCE, allow_redirects=False)
        if done.status_code != 302:
            raise KitError(f"{name} could not log in to the trial hub: HTTP {done.status_code}.")
        return session

    def start_servers(self, *names: str) -> None:
        """Start the single-user servers of *names* and wait until all are ready."""
        for name in names:
            if not self._ready(name):
                self.api("POST", f"users/{name}/server")
        for name in names:
            self._await(partial(self._ready, name), f"The server of {name}")

    def api(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask the hub's own interface with every right; KitError with the hub's words where it refuses."""
        import requests

        headers = {"Authorization": f"token {self.admin_token}"}
        address = f"{self.url}hub/api/{path}"
        answer = requests.request(method, address, headers=headers, timeout=PATIENCE, **more)
        if answer.status_code >= 400:
            raise KitError(f"The hub refused {method} {path}: HTTP {answer.status_code}, {answer.text[:300]}")
        return answer

    def log(self) -> str:
        """What hub, proxy, services and servers have said so far."""
        path = self.folder / "hub/hub.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _notice(self) -> str:
        titles = ", ".join(course.title for course in self._courses.values())
        return f"A trial of mastery-kit on one machine: {titles}. The log-ins stand in the terminal that started it."

    def _as_service(self, name: str) -> HubCourse:
        course = self._courses[name]
        return HubCourse(
            name=name, title=course.title, url=f"http://127.0.0.1:{self._ports[name]}", groups=course.hub,
            settings=str(self.folder / "settings" / name), landing=name == self.name,
            command=(sys.executable, "-m", "kit", "-C", str(course.root), "hub-service"),
            environment={MARK: self.mark},
        )  # fmt: skip

    def _end_of_an_earlier_one(self) -> None:
        """Whoever killed an earlier `kit hub` hard left its processes; they would still write into this folder."""
        earlier = self.folder / "hub/mark"
        if earlier.exists():
            _end_marked(earlier.read_text())
        write_text(earlier, self.mark)

    def _write(self) -> None:
        from kit.hub.login import hashed

        state = self.folder / "hub"
        with storing("The trial hub"):
            (self.folder / "homes").mkdir(exist_ok=True)
        for name, course in self._courses.items():
            write_settings(self.folder / "settings" / name, course.root)
        hashes = {person.name: hashed(person.password) for person in self.people.values()}
        trial = replace(self._trial, hashes=hashes)
        services = [self._as_service(name) for name in self._courses]
        write_text(state / "jupyterhub_config.py", config_text(trial, services, self._extra))

    def _start_hub(self) -> None:
        import requests

        state = self.folder / "hub"
        beside = str(Path(sys.executable).parent)
        environment = {
            **os.environ, MARK: self.mark, "KIT_TRIAL_TOKEN": self.admin_token,
            "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }  # fmt: skip
        self._say("Starting JupyterHub")
        with (state / "hub.log").open("ab") as log:
            self._hub = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(state / "jupyterhub_config.py")],
                cwd=state, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, in order
            )  # fmt: skip

        def answers() -> bool:
            try:
                return requests.get(f"{self.url}hub/health", timeout=5).ok
            except requests.RequestException:
                return False

        self._await(answers, "JupyterHub")

    def _healthy(self, name: str) -> bool:
        import requests

        try:
            return requests.get(f"{self.url}services/{name}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def _ready(self, name: str) -> bool:
        servers = self.api("GET", f"users/{name}").json()["servers"]
        return bool(servers.get("", {}).get("ready"))

    def _await(self, there: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not there():
            if self._hub is None or self._hub.poll() is not None:
                raise KitError(f"JupyterHub ended by itself. It said last:\n{self.last_lines()}")
            if time.monotonic() > until:
                raise KitError(f"{what} is not up after {PATIENCE:.0f} seconds. Its log ends:\n{self.last_lines()}")
            time.sleep(0.25)

    def last_lines(self) -> str:
        """The end of `log`, for a message about what went wrong."""
        return "\n".join(self.log().splitlines()[-25:])

    def _end_hub(self) -> None:
        hub, self._hub = self._hub, None
        if hub is None or hub.poll() is not None:
            return
        hub.terminate()
        try:
            hub.wait(timeout=30)
        except subprocess.TimeoutExpired:
            hub.kill()
            hub.wait()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have the trial hub in *folder* for oneself; Busy where one is running. Ends with the process, however it ends."""
    with storing("The trial hub"):
        (folder / "hub").mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "hub/lock").open("a")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(
                f"A trial hub is running in {folder}. End it with Ctrl-C where it was started, or name another folder."
            ) from None
        yield


def _message(line: str, about: str) -> str | None:
    """The words of a line of a service's log (`kit.hub.logs`); None for the hub's own and for other parts'."""
    try:
        record = json.loads(line)
        return str(record["message"]) if record["about"] == about else None
    except (ValueError, KeyError, TypeError):
        return None


def _read(root: Path) -> Course:
    course, faults = read_course(root)
    if course is None:
        raise CourseError(faults)
    return course


def _members(people: Sequence[Person]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for person in people:
        for group in person.groups:
            members.setdefault(group, []).append(person.name)
    return members


def free_ports(count: int, first: int = 0) -> list[int]:
    """*first* (0: any) and *count* - 1 others that nobody listens on."""
    with ExitStack() as held:
        ports: list[int] = []
        for wanted in (first, *[0] * (count - 1)):
            listener = held.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", wanted))
            except OSError as error:
                raise StorageError(
                    f"Port {wanted} of this machine cannot be used: {error.strerror}. Name another one: --port 0 takes "
                    "any that is free."
                ) from None
            ports.append(listener.getsockname()[1])
    return ports


def _end_marked(mark: str) -> None:
    """End every process that carries *mark*: ask first, then insist."""
    import psutil

    def left() -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == mark and process.pid != os.getpid():
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    # Twice, because the hub may have started a service again that ended before it.
    for order in ("terminate", "terminate", "kill"):
        processes = left()
        for process in processes:
            with suppress(psutil.Error):
                getattr(process, order)()
        psutil.wait_procs(processes, timeout=30)
