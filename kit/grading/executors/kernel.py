"""One kernel process with its folder: started, asked, and ended with everything it left behind."""

from __future__ import annotations

import asyncio
import enum
import os
import secrets
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from queue import Empty
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from traitlets import List, Unicode

from kit.errors import GraderFault
from kit.grading.executors.account import Account
from kit.grading.executors.job import CellJob, CellRun, Job, Trouble
from kit.grading.executors.leftovers import MARK, end_leftovers, new_folder, remove_folder
from kit.grading.executors.outputs import Outputs
from kit.grading.executors.sandbox import Walls, enclose, environment

START_SECONDS = 180.0
"""A kernel that has not answered by then is our fault; generous, as graders are busy machines."""
GRACE_SECONDS = 5.0
"""From the interrupt of a cell that ran too long to the end of its kernel."""
WATCH_SECONDS = 0.1
MESSAGE_BYTES = 64 * 1024**2
"""A kernel that sends a larger message is cut off."""

_INSIDE = Path(__file__).parent.parent / "inside"


class Ended(enum.Enum):
    """Whether the kernel ended with a cell."""

    NOT = "it lives"
    DURING = "while the cell ran"
    BEFORE = "before the cell began"


class _Manager(AsyncKernelManager):
    """A kernel manager whose command line is given, walls and all."""

    command = List(Unicode())
    account: Account | None = None

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        if self.account is not None:  # the connection file has just been written, for nobody else to read
            self.account.hand_over(Path(self.connection_file).parent)
        return list(self.command)


async def start_kernel(job: Job, walls: Walls) -> Kernel:
    """A fresh kernel for *job* in a folder of its own; GraderFault when it does not come up."""
    folder = new_folder()
    kernel = Kernel(folder, job)
    try:
        await kernel.start(walls)
    except BaseException as error:
        said = kernel.last_words()
        await kernel.stop()
        if isinstance(error, (GraderFault, asyncio.CancelledError, KeyboardInterrupt)):
            raise
        raise GraderFault(
            f"The kernel {job.kernel!r} could not be started: {error}. It said: {said or 'nothing'}."
        ) from error
    return kernel


class Kernel:
    """A running kernel. `execute` one cell after the other, then `stop`."""

    def __init__(self, folder: Path, job: Job) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.wires = folder / "w"
        self.job = job
        self.mark = secrets.token_hex(16)
        self.manager: AsyncKernelManager | None = None
        self.client: AsyncKernelClient | None = None
        self.context: zmq.asyncio.Context | None = None
        self.outputs = Outputs(job.limits.output_bytes)
        self.pump: asyncio.Task[None] | None = None

    # --- beginning ----------------------------------------------------------------------------------------------------

    async def start(self, walls: Walls) -> None:
        """Lay the files out, start the process, wait until it answers."""
        self._lay_out()
        if walls.account is not None:
            self.folder.chmod(0o711)
            walls.account.hand_over(self.home, self.wires)
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.LINGER, 0)
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
        spec = _kernel_spec(self.job)
        connection = self.wires / "c.json"
        argv, shown = _kernel_argv(spec, connection)
        self.manager = _Manager(
            kernel_name=self.job.kernel,
            context=self.context,
            transport="ipc",
            ip=str(self.wires / "s"),
            connection_file=str(connection),
            command=enclose(walls, argv, home=self.home, wires=self.wires, shown=shown),
        )
        self.manager.account = walls.account
        env = {**environment(walls, self.home, argv[0]), MARK: self.mark}
        with (self.folder / "stderr").open("wb") as stderr:
            cwd = "/" if walls.account else str(self.home)
            await self.manager.start_kernel(env=env, cwd=cwd, stdout=stderr, stderr=stderr)
        self.client = self.manager.client()
        self.client.start_channels(stdin=False, hb=False)
        await self.client.wait_for_ready(timeout=START_SECONDS)
        self.outputs.listen(self.client)
        self.pump = asyncio.ensure_future(self.outputs.pump(self.client))

    def _lay_out(self) -> None:
        self.home.mkdir()
        self.wires.mkdir()
        for name, content in self.job.files.items():
            path = self.home.joinpath(*PurePosixPath(name).parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def last_words(self) -> str:
        """The end of what the kernel process wrote to its standard error, for the person who runs the grader."""
        with suppress(OSError), (self.folder / "stderr").open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 2000))
            return stream.read().decode(errors="replace").strip()
        return ""

    # --- one cell -----------------------------------------------------------------------------------------------------

    async def execute(self, cell: CellJob, seconds: float) -> tuple[CellRun, Ended]:
        """Run *cell* for at most *seconds*; says whether the kernel is still there afterwards."""
        if not await self._alive():  # something an earlier cell left running has ended it
            return CellRun(cell.key, "not-run"), Ended.BEFORE
        request = self._send("execute_request", _execute_content(cell.source))
        self.outputs.begin(request)
        reply = await self._reply(request, seconds)
        late = reply is None and await self._alive()
        if late:
            await self._interrupt()
            reply = await self._reply(request, GRACE_SECONDS)
        alive = reply is not None and await self._alive()
        if alive:
            await self.outputs.settle()
        ended = Ended.NOT if alive else Ended.DURING
        state = "timeout" if late else "died" if reply is None else None
        return _cell_run(cell, reply, self.outputs.take(), state), ended

    def _send(self, kind: str, content: dict[str, Any]) -> str:
        assert self.client is not None
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    async def _reply(self, request: str, seconds: float) -> dict[str, Any] | None:
        """The content of the reply to *request*; None when the time is over or the kernel has ended."""
        assert self.client is not None
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                message = await self.client.shell_channel.get_msg(timeout=min(left, WATCH_SECONDS))
            except Empty:
                if not await self._alive():
                    return None
                continue
            except Exception:
                # Not a message of the protocol: somebody tampers with the channel. Wait for the genuine one.
                await asyncio.sleep(0)
                continue
            content = message.get("content")
            if message.get("parent_header", {}).get("msg_id") == request and isinstance(content, dict):
                return content
        return None

    async def _alive(self) -> bool:
        assert self.manager is not None
        return bool(await self.manager.is_alive())

    async def _interrupt(self) -> None:
        # By message: a signal would have to pass the walls, and end them instead of the cell.
        assert self.client is not None
        with suppress(Exception):
            self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))

    # --- the end ------------------------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """End the process and everything it started, and remove its folder."""
        if self.pump is not None:
            self.pump.cancel()
            with suppress(BaseException):
                await self.pump
        if self.client is not None:
            self.client.stop_channels()
        if self.manager is not None and self.manager.has_kernel:
            with suppress(Exception):
                await self.manager.shutdown_kernel(now=True)
        if self.context is not None:
            self.context.destroy(linger=0)
        end_leftovers(self.mark, self.folder)
        remove_folder(self.folder)


def _execute_content(source: str) -> dict[str, Any]:
    return {
        "code": source,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
        "stop_on_error": False,
    }


def _kernel_spec(job: Job) -> KernelSpec:
    try:
        return KernelSpecManager().get_kernel_spec(job.kernel)
    except NoSuchKernel as error:
        raise GraderFault(
            f"The notebook needs the kernel {job.kernel!r}, which is not installed for the grader. "
            "`jupyter kernelspec list` shows what is."
        ) from error


def _kernel_argv(spec: KernelSpec, connection: Path) -> tuple[list[str], Sequence[Path]]:
    """The kernel's command line, and the files outside its interpreter that it must be able to read."""
    argv = [word.replace("{connection_file}", str(connection)) for word in spec.argv]
    if argv[0] in ("python", "python3", f"python3.{sys.version_info[1]}"):  # as jupyter_client reads it
        argv[0] = sys.executable
    argv[0] = shutil.which(argv[0]) or argv[0]
    return [word.replace("{resource_dir}", spec.resource_dir) for word in argv], [Path(spec.resource_dir)]


def _cell_run(cell: CellJob, reply: Any, outputs: Any, state: Any) -> CellRun:
    trouble = None
    if reply is not None and reply.get("status") != "ok":
        text = reply.get("traceback")
        trouble = Trouble(
            str(reply.get("ename", ""))[:100],
            str(reply.get("evalue", ""))[:4000],
            traceback=tuple(str(line)[:20_000] for line in text[:200]) if isinstance(text, list) else (),
        )
    return CellRun(cell.key, state or ("failed" if trouble else "ran"), tuple(outputs), trouble)
