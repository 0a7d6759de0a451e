"""The file of a credential: one layout, so that a changed byte is seen even where no value changes; and reading it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from kit.credential.picture import badge
from kit.credential.proof import NotValid

LARGEST = 64_000_000
"""Bytes; a portfolio with pictures has some."""
_CREDENTIAL = re.compile(r"<openbadges:credential\b[^<>]*>\s*<!\[CDATA\[(.*?)\]\]>\s*</openbadges:credential\s*>", re.S)


def write(document: dict[str, Any]) -> str:
    """*document* as text: UTF-8, keys sorted, two spaces, one line end at the end."""
    text = json.dumps(_numbers(document), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    # So that it can stand in the CDATA of a picture as it is.
    return text.replace("]]>", "]]\\u003e")


@dataclass(frozen=True, slots=True)
class Found:
    """A credential as it was found in a file."""

    document: dict[str, Any]
    kind: Literal["file", "portfolio", "picture"]
    as_issued: bool
    """Byte for byte as it was written; of a portfolio, nothing but the credential is meant."""


def read(data: bytes) -> Found:
    """The credential in a file: the file itself, a portfolio's JSON, or a badge. NotValid for anything else."""
    if len(data) > LARGEST:
        raise NotValid(f"The file is larger than {LARGEST // 1_000_000} MB. That is no credential.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotValid(f"The file is damaged, or no credential: byte {error.start} is no text.") from None
    if text.lstrip("\ufeff \r\n\t").startswith("<"):
        inside = _from_svg(text)
        document = _parse(inside)
        return Found(document, "picture", text == bake(document))
    document = _parse(text)
    if document.get("format") == "mastery-kit portfolio":
        held = document.get("credential")
        if not isinstance(held, dict):
            raise NotValid("This is a portfolio without a credential: it is not signed, and proves nothing by itself.")
        return Found(held, "portfolio", True)
    return Found(document, "file", text == write(document))


def bake(document: dict[str, Any]) -> str:
    """The badge: a picture (SVG) with *document* in it, as Open Badges 3.0 lays down. The same one gives the same."""
    return badge(document, write(document))


def _from_svg(text: str) -> str:
    found = _CREDENTIAL.findall(text)
    if len(found) != 1 or text.count("<openbadges:credential") != 1:
        raise NotValid("This page or picture holds no credential, or more than one. Ask for the JSON file instead.")
    return str(found[0])


def _numbers(value: Any) -> Any:
    """Numbers as they are signed: 1.0 and 1 are the same one."""
    if isinstance(value, dict):
        return {name: _numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_numbers(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parse(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotValid(
            f"The file is damaged, or no credential: line {error.lineno} cannot be read. Ask for the file again."
        ) from None
    except (ValueError, RecursionError) as error:
        raise NotValid(f"The file is no credential: {error}.") from None
    if not isinstance(document, dict):
        raise NotValid("The file is no credential: it holds no JSON object.")
    return document


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands in it twice, so that what it means would depend on who reads it")
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
