"""A pool of Jupyter kernels that are there already, each used again as soon as it is free."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from types import TracebackType

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager, start_new_async_kernel

SECONDS = 120


class KernelPool:
    """So many kernels, from the start of a benchmark to its end."""

    def __init__(self, count: int) -> None:
        self._kernels: list[tuple[AsyncKernelManager, AsyncKernelClient]] = []
        self._count = count
        self._runner = asyncio.Runner()

    def __enter__(self) -> KernelPool:
        for _ in range(self._count):
            self._kernels.append(self._runner.run(start_new_async_kernel(kernel_name="python3")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for manager, client in self._kernels:
            client.stop_channels()
            self._runner.run(manager.shutdown_kernel(now=True))
        self._runner.close()

    def run_all(self, submissions: Sequence[Sequence[str]]) -> None:
        """Run the cells of every submission, as many submissions at a time as there are kernels."""
        self._runner.run(self._work_off(deque(submissions)))

    async def _work_off(self, waiting: deque[Sequence[str]]) -> None:
        await asyncio.gather(*(_use(client, waiting) for _, client in self._kernels))


async def _use(client: AsyncKernelClient, waiting: deque[Sequence[str]]) -> None:
    while waiting:
        for cell in (*waiting.popleft(), "%reset -f"):
            await client.execute_interactive(
                cell, allow_stdin=False, stop_on_error=False, timeout=SECONDS, output_hook=lambda message: None
            )
