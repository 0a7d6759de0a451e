"""What is written to the file descriptors 1 and 2 past Python's own streams: by C code and by other programs."""

from __future__ import annotations

import contextlib
import os
from types import TracebackType


class Spill:
    """Two pipes, read while cells run: a full pipe would stop the code that writes. Kept is the beginning."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Bytes kept of one cell's."""
        pairs = [os.pipe(), os.pipe()]
        self.reads = [read for read, _ in pairs]
        self.ends = [write for _, write in pairs]
        """For the process whose output it is; ours are closed by `take`."""
        self._kept: dict[int, bytearray] = {read: bytearray() for read in self.reads}
        for read in self.reads:
            os.set_blocking(read, False)

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for descriptor in (*self.reads, *self.ends):
            os.close(descriptor)

    def drain(self) -> None:
        """Read what is there, a bounded amount at a time."""
        for read, kept in self._kept.items():
            with contextlib.suppress(BlockingIOError):
                for _ in range(16):
                    part = os.read(read, 65536)
                    if not part:
                        break
                    kept += part[: max(0, self.limit + 1 - len(kept))]

    def take(self) -> tuple[tuple[str, str], ...]:
        """("stdout" or "stderr", text) of the cell that has just ended."""
        self.drain()
        taken = []
        for name, kept in zip(("stdout", "stderr"), self._kept.values(), strict=True):
            if kept:
                taken.append((name, kept.decode("utf-8", "replace")))
                kept.clear()
        return tuple(taken)
