"""Where one notebook repeats another: shingles of words and of code, and what was copied side by side.

A **shingle** is a run of k words (or tokens) that follow each other; how much of a text stands in another one is the
share of its shingles that the other has, too (containment: Broder 1997). Runs survive where single words do not: two
texts about lists share their words, but hardly five of them in a row.

The thresholds were set by the course this kit comes with, where no corrective is a copy: two of its notebooks on one
objective share at most 5 % of their word shingles and never more than 18 words in a row (sentences such as “Leave the
other lines as they are”); example cells that show the same operations on other data share up to 50 % of their code
shingles, and two thirds of the long ones when names and values are taken out.
"""

from __future__ import annotations

import builtins
import io
import keyword
import re
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from kit.checks.material import Sheet
from kit.notebooks import Cell
from kit.notebooks.cells import VARIANTS

WORDS_OF_A_SHINGLE = 5
SHARE_OF_WORDS = 0.15
"""Of a notebook's word shingles: from here on it repeats."""
SHARED_WORDS = 8
"""And that many shingles at least, so that a short notebook may end with the course's usual sentence."""
WORDS_IN_A_ROW = 30
"""About two sentences: a copied paragraph is told even in a long notebook."""

TOKENS_OF_A_SHINGLE = 5
SHARE_OF_CODE = 0.75
TOKENS_OF_AN_EXAMPLE = 12
"""Below that, about two lines, two examples are soon alike: they have to be the same."""
LONG_SHINGLE = 12
"""Tokens, about a line and a half: with names and values taken out, shorter runs are the language, not the example."""
SHARE_OF_RENAMED = 0.8
TOKENS_OF_A_RENAMED = 40

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COLUMN = 52
_LINES = 12
_PAIRS = 3
Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a notebook has from another one."""

    what: str
    """How much, for a sentence that begins “It repeats …:”."""
    pairs: tuple[tuple[str, str], ...]
    """(here, there): what was copied and what it was copied from, the most telling first."""


def repeated(sheet: Sheet, other: Sheet) -> Repeated | None:
    """What *sheet* repeats of *other*: its words, else one of its example cells; None where it stands on its own."""
    return _repeated_words(sheet, other) or _repeated_example(sheet, other)


def shingles(parts: Sequence[str], length: int) -> list[Shingle]:
    """Every run of *length* neighbours in *parts*, in order; empty where there are fewer."""
    return [tuple(parts[i : i + length]) for i in range(len(parts) - length + 1)]


def containment(parts: Sequence[str], others: Sequence[str], length: int) -> float:
    """Share (0–1) of the different shingles of *parts* that *others* have, too; 0 where *parts* have none."""
    mine = set(shingles(parts, length))
    return len(mine & set(shingles(others, length))) / len(mine) if mine else 0.0


def words(text: str) -> list[str]:
    """The words of *text* in lower case, without Markdown's signs."""
    return [word.lower() for word in _WORD.findall(text)]


def code_tokens(source: str, *, renamed: bool = False) -> list[str]:
    """The tokens of *source* without comments; as far as it can be read as Python.

    With *renamed*, names that the author chose become one sign, and so do numbers and texts: what is left is the same
    for a copy with other names and values. Keywords, built-in functions and what comes behind a dot stay.
    """
    found: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(textwrap.dedent(source)).readline):
            if token.type == tokenize.NEWLINE:
                found.append("\n")
            elif token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP):
                found.append(_sign(token, found[-1] if found else "") if renamed else token.string)
    except (tokenize.TokenError, SyntaxError):
        pass  # a cell with a slip to be mended: what came before it counts
    return found


def _sign(token: tokenize.TokenInfo, before: str) -> str:
    name = token.string
    if token.type == tokenize.NAME:
        return name if keyword.iskeyword(name) or hasattr(builtins, name) or before == "." else "name"
    return {tokenize.NUMBER: "0", tokenize.STRING: "''"}.get(token.type, name)


def side_by_side(here: str, there: str, pairs: Sequence[tuple[str, str]]) -> str:
    """*pairs* as two columns under the headings *here* and *there*; long ones are cut after some lines."""
    blocks = [_columns([here], [there]), f"{'─' * _COLUMN}─┼─{'─' * _COLUMN}"]
    for number, (mine, theirs) in enumerate(pairs[:_PAIRS]):
        blocks += [_columns([""], [""])] if number else []
        blocks.append(_columns(_wrapped(mine), _wrapped(theirs)))
    return "\n".join(blocks)


def _columns(left: list[str], right: list[str]) -> str:
    return "\n".join(
        f"{mine:<{_COLUMN}} │ {theirs}".rstrip() for mine, theirs in zip_longest(left, right, fillvalue="")
    )


def _wrapped(text: str) -> list[str]:
    lines = [
        part for line in text.splitlines() for part in textwrap.wrap(line, _COLUMN, subsequent_indent="  ") or [""]
    ]
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "…"]


def _repeated_words(sheet: Sheet, other: Sheet) -> Repeated | None:
    theirs = {shingle for text in _texts(other) for shingle in shingles(words(text), WORDS_OF_A_SHINGLE)}
    every, shared, row = 0, 0, 0
    for text in _texts(sheet):
        same = [shingle in theirs for shingle in shingles(words(text), WORDS_OF_A_SHINGLE)]
        every, shared, row = every + len(same), shared + sum(same), max(row, _longest(same))
    in_a_row = row + WORDS_OF_A_SHINGLE - 1 if row else 0
    enough = shared >= max(SHARED_WORDS, SHARE_OF_WORDS * every)
    if not enough and in_a_row < WORDS_IN_A_ROW:
        return None
    runs = f"counted in runs of {WORDS_OF_A_SHINGLE} words"
    what = f"{shared / every:.0%} of its text ({runs}) is there, too, up to {in_a_row} words one after the other"
    return Repeated(what, tuple(_copied_sentences(sheet, other)))


def _longest(same: list[bool]) -> int:
    longest = run = 0
    for one in same:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest


def _texts(sheet: Sheet) -> Iterator[str]:
    """The paragraphs of its text cells, code blocks left out."""
    for cell in sheet.cells:
        if cell.kind == "markdown":
            for paragraph in re.split(r"\n\s*\n", re.sub(r"```.*?```", "\n\n", cell.source, flags=re.S)):
                if not paragraph.startswith("    "):
                    yield " ".join(paragraph.split())


def _sentences(sheet: Sheet) -> list[str]:
    return [part for text in _texts(sheet) for part in re.split(r"(?<=[.!?:])\s+", text) if part]


def _copied_sentences(sheet: Sheet, other: Sheet) -> list[tuple[str, str]]:
    """Pairs (here, there) of sentences that have half their shingles in common; those with most in common first."""
    theirs = [(sentence, set(shingles(words(sentence), WORDS_OF_A_SHINGLE))) for sentence in _sentences(other)]
    found = []
    for mine in _sentences(sheet):
        own = set(shingles(words(mine), WORDS_OF_A_SHINGLE))
        best, there = max(((len(own & has), sentence) for sentence, has in theirs), default=(0, ""))
        if own and best >= len(own) / 2:
            found.append((best, mine, there))
    found.sort(key=lambda pair: -pair[0])
    return [(mine, there) for _, mine, there in found]


def _repeated_example(sheet: Sheet, other: Sheet) -> Repeated | None:
    for cell in _examples(sheet):
        for example in _examples(other):
            how = _alike(cell.source, example.source)
            if how:
                return Repeated(f"{cell.name} is {how} {example.name}", ((cell.source, example.source),))
    return None


def _examples(sheet: Sheet) -> Iterator[Cell]:
    """The code a learner reads: no items, no answer cells, no variants."""
    for cell in sheet.cells:
        if cell.kind == "code" and not cell.is_item and not cell.solution and VARIANTS not in cell.tags:
            yield cell


def _alike(mine: str, theirs: str) -> str | None:
    tokens, others = code_tokens(mine), code_tokens(theirs)
    if tokens == others and tokens.count("\n") > 1:
        return "the same example as"
    if len(tokens) >= TOKENS_OF_AN_EXAMPLE and containment(tokens, others, TOKENS_OF_A_SHINGLE) >= SHARE_OF_CODE:
        return "nearly the same example as"
    tokens, others = code_tokens(mine, renamed=True), code_tokens(theirs, renamed=True)
    if len(tokens) >= TOKENS_OF_A_RENAMED and containment(tokens, others, LONG_SHINGLE) >= SHARE_OF_RENAMED:
        return "with other names and values the same example as"
    return None
