"""Replies of processes, read strictly: whatever is not as it should be is left out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from kit.grading.executors.job import Trouble, Value

CUT = "\n… (there was more; only the beginning is kept)\n"
_LINES = 200


def cell_outputs(reply: Any, spilled: Iterable[tuple[str, str]], limit: int) -> tuple[dict[str, Any], ...]:
    """The outputs in *reply* and what was *spilled*, as nbformat outputs of at most about *limit* bytes."""
    said = reply.get("outputs") if isinstance(reply, dict) else None
    outputs = [output for output in (said if isinstance(said, list) else ()) if isinstance(output, dict)]
    if isinstance(reply, dict) and isinstance(reply.get("output"), str) and reply["output"]:
        outputs.append({"output_type": "stream", "name": "stdout", "text": reply["output"]})
    outputs += [{"output_type": "stream", "name": name, "text": text} for name, text in spilled]
    kept: list[dict[str, Any]] = []
    left = limit
    for output in outputs:
        if output.get("output_type") == "stream":
            output = {**output, "text": str(output.get("text", ""))[: left + 1]}
            size = len(output["text"].encode("utf-8", "replace"))
        else:
            size = len(json.dumps(output))
        if size > left:
            text = str(output.get("text", "")).encode("utf-8", "replace")[:left].decode("utf-8", "ignore")
            return (*kept, {"output_type": "stream", "name": "stdout", "text": text + CUT})
        left -= size
        kept.append(output)
    return tuple(kept)


def trouble_from(said: Any, key: str = "") -> Trouble | None:
    """The exception in a reply; *key*: of the check whose line numbers it names without saying so."""
    if not isinstance(said, dict):
        return None
    lines = said.get("lines")
    places = [_place(line, key) for line in lines[:_LINES]] if isinstance(lines, list) else []
    text = said.get("traceback")
    return Trouble(
        str(said.get("name", ""))[:100],
        str(said.get("message", ""))[:4000],
        tuple(place for place in places if place is not None),
        tuple(str(line)[:4000] for line in text[:_LINES]) if isinstance(text, list) else (),
    )


def _place(line: Any, key: str) -> tuple[str, int] | None:
    if type(line) is int and key:
        return key, line
    if isinstance(line, list) and len(line) == 2 and type(line[0]) is str and type(line[1]) is int and not key:
        return line[0], line[1]
    return None


def value_from(said: Any) -> Value | None:
    """What the last expression of a check came to; None where the reply does not say."""
    if not isinstance(said, dict) or said.get("kind") not in ("none", "bool", "number", "other"):
        return None
    number = said.get("number")
    if isinstance(number, (int, float)) and math.isfinite(number):
        return Value(said["kind"], float(number))
    return Value(said["kind"]) if said["kind"] in ("none", "other") else None
