"""nbgrader's AUTOTEST lines: what a grader runs are the tests they stand for.

An author writes ``### AUTOTEST total`` in a check; nbgrader runs the solutions and puts tests of what comes out in the
line's place. The learner's notebook gets them from nbgrader itself. The instructor's, from which submissions are
graded, gets the same text here, marks of hidden tests included: a line left as a comment would test nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from nbgrader.preprocessors import InstantiateTests
from traitlets import Any as AnyTrait

from kit.notebooks.source import Notebook


class WriteOutTests(InstantiateTests):
    """nbgrader's own step, which also remembers what it wrote."""

    generated = AnyTrait()
    """Place of a cell → its text, for each cell of the last notebook that was changed."""

    kc: Any
    """nbgrader's: the client of the kernel that is running for it; None at other times."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write out the tests of *nb*; the same notebook gets the same tests in every build."""
        before = [cell.source for cell in nb.cells]
        try:
            with _same_order_of_sets():
                nb, resources = super().preprocess(nb, resources)
        finally:
            self._end_kernel()
        after = [cell.source for cell in nb.cells]
        pairs = enumerate(zip(before, after, strict=True))
        self.generated = {place: now for place, (was, now) in pairs if now != was}
        return nb, resources

    def _end_kernel(self) -> None:
        """Where a cell of the author's fails, nbgrader leaves its kernel running."""
        if self.kc is not None:
            # Once it answers it is done with that cell; ended in the middle of it, it prints a traceback of its own.
            with suppress(TimeoutError):
                self.kc.kernel_info(reply=True, timeout=2)
            self.kc.shutdown()
            self.kc.stop_channels()
            self.kc = None


def with_generated(notebook: Notebook, generated: Mapping[int, str]) -> Notebook:
    """*notebook* with the texts in *generated* at their places; the one given stays as it is."""
    cells = [{**cell, "source": generated.get(place, cell["source"])} for place, cell in enumerate(notebook["cells"])]
    return {**notebook, "cells": cells}


@contextmanager
def _same_order_of_sets() -> Iterator[None]:
    """Kernels started meanwhile put a set's strings in the order that they have while submissions are graded."""
    before = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONHASHSEED"]
        else:
            os.environ["PYTHONHASHSEED"] = before
