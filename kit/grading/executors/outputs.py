"""What cells print and display, kept as nbclient keeps it, and cut while it comes."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal

SETTLE_SECONDS = 3.0
CUT = "\n… (there was more; only the beginning is kept)\n"


class Outputs:
    """Collects the outputs of the cell that is running. Everything that arrives is untrusted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Bytes kept of one cell."""
        self._request = ""
        self._used = 0
        self._idle = asyncio.Event()
        self.strange = 0
        """Messages that could not be read."""
        self._notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
        self._keeper = NotebookClient(self._notebook, store_widget_state=False, record_timing=False)

    def listen(self, client: AsyncKernelClient) -> None:
        """Let widgets that capture output answer through *client*."""
        self._keeper.kc = client

    def begin(self, request: str) -> None:
        """From now on messages that belong to *request* are kept."""
        self._request, self._used = request, 0
        self._idle.clear()
        self._notebook.cells[0] = nbformat.v4.new_code_cell()
        self._keeper.reset_execution_trackers()
        self._keeper.clear_before_next_output = False

    async def settle(self) -> None:
        """Wait until the kernel has said that it is idle again: then no output is still on its way."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), SETTLE_SECONDS)

    def take(self) -> tuple[dict[str, Any], ...]:
        """The outputs kept, as JSON values; neighbouring pieces of one stream are joined."""
        joined: list[dict[str, Any]] = []
        for output in self._notebook.cells[0].outputs:
            if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
                joined[-1]["text"] += output.text
            else:
                joined.append(json.loads(json.dumps(output)))
        if self._used > self.limit:
            joined.append({"output_type": "stream", "name": "stdout", "text": CUT})
        return tuple(joined)

    async def pump(self, client: AsyncKernelClient) -> None:
        """Take messages as they come, for as long as the kernel lives."""
        while True:
            try:
                message = await client.iopub_channel.get_msg(timeout=None)
                self._keep(message)
            except Exception:  # not a message of the protocol: learner code wrote to the channel
                self.strange += 1
            # A ready socket does not suspend: others must get their turn while a cell prints for ever.
            await asyncio.sleep(0)

    def _keep(self, message: dict[str, Any]) -> None:
        if message["parent_header"].get("msg_id") != self._request:
            return
        kind = message["header"]["msg_type"]
        if kind == "status":
            if message["content"]["execution_state"] == "idle":
                self._idle.set()
            return
        if kind == "execute_input" or self._used > self.limit or not self._fits(message):
            return
        cell = self._notebook.cells[0]
        with suppress(CellControlSignal):
            self._keeper.process_message(message, cell, 0)

    def _fits(self, message: dict[str, Any]) -> bool:
        """Whether *message* still goes in; a stream's text is cut to what does."""
        content = message["content"]
        room = self.limit - self._used
        if message["header"]["msg_type"] == "stream":
            text = content["text"] = str(content["text"])
            self._used += len(text.encode(errors="replace"))
            if self._used > self.limit:
                content["text"] = text.encode(errors="replace")[:room].decode(errors="ignore")
            return True
        self._used += len(json.dumps(content))
        return self._used <= self.limit
