"""Looking for news in the background, as long as somebody may be watching."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Heartbeat(Generic[T]):
    """Calls *look* every so many *seconds* in a thread, and *tell* or *trouble* with its outcome in the kernel's loop.

    Widgets change between two cells only, so that they never change under a click's hands.
    """

    def __init__(
        self, look: Callable[[], T], tell: Callable[[T], object], trouble: Callable[[Exception], object], seconds: float
    ) -> None:
        self.seconds = seconds
        self._look, self._tell, self._trouble = look, tell, trouble
        self._task: asyncio.Task[None] | None = None

    @property
    def beats(self) -> bool:
        """Whether it is looking."""
        return self._task is not None and not self._task.done()

    def start(self) -> bool:
        """Begin; False where no loop runs, as in a plain script: somebody then has to ask themselves."""
        if not self.beats:
            try:
                self._task = asyncio.get_running_loop().create_task(self._beat())
            except RuntimeError:
                return False
        return True

    def stop(self) -> None:
        """End; what is being looked at meanwhile is told to nobody."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.seconds)
            try:
                self._tell(await asyncio.to_thread(self._look))
            except Exception as error:  # whatever it is: the next look may succeed
                self._trouble(error)
