"""Cells that a spreadsheet takes for text, whatever a learner has written into them.

A spreadsheet that opens a CSV file carries out a cell that begins with = + - or @ as a formula, quoted or not. Such a
cell gets one apostrophe before it. Numbers stay numbers, and `told` gives back exactly what `harmless` was given.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
"""Apostrophes first, so that one that was there before is told from ours."""
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


def harmless(text: str) -> str:
    """*text*, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def told(cell: str) -> str:
    """The text that `harmless` made *cell* of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """*rows* as CSV in UTF-8, with commas and with every cell harmless."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
