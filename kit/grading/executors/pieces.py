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
    outputs = [output for output in map(_output, said if isinstance(said, list) else ()) if output is not None]
    if isinstance(reply, dict) and isinstance(reply.get("output"), str) and reply["output"]:
        outputs.append(_stream("stdout", reply["output"]))
    outputs += [_stream(name, text) for name, text in spilled]
    kept: list[dict[str, Any]] = []
    left = limit
    for output in outputs:
        size = len(output["text"]) if "text" in output else len(json.dumps(output))
        if size > left:
            text = str(output.get("text", ""))[:left]
            return (*kept, {"output_type": "stream", "name": "stdout", "text": text + CUT})
        left -= size
        kept.append(output)
    return tuple(kept)


def _output(said: Any) -> dict[str, Any] | None:
    """An output as nbformat has it; None for what is none."""
    kind = said.get("output_type") if isinstance(said, dict) else None
    if kind == "stream":
        return _stream("stderr" if said.get("name") == "stderr" else "stdout", said.get("text"))
    if kind not in ("display_data", "execute_result") or not isinstance(said.get("data"), dict):
        return None
    data = {clean(mime): clean(value) for mime, value in said["data"].items() if isinstance(value, str)}
    output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": {}}
    if kind == "execute_result":
        count = said.get("execution_count")
        output["execution_count"] = count if type(count) is int else None
    return output


def _stream(name: str, text: Any) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": clean(text) if isinstance(text, str) else ""}


def clean(text: Any) -> str:
    """*text* as it can be written anywhere: half a character (a lone surrogate) becomes a question mark."""
    return str(text).encode("utf-8", "replace").decode()


def trouble_from(said: Any, key: str = "") -> Trouble | None:
    """The exception in a reply; *key*: of the check whose line numbers it names without saying so."""
    if not isinstance(said, dict):
        return None
    lines = said.get("lines")
    places = [_place(line, key) for line in lines[:_LINES]] if isinstance(lines, list) else []
    text = said.get("traceback")
    return Trouble(
        clean(said.get("name", ""))[:100],
        clean(said.get("message", ""))[:4000],
        tuple(place for place in places if place is not None),
        tuple(clean(line)[:4000] for line in text[:_LINES]) if isinstance(text, list) else (),
    )


def _place(line: Any, key: str) -> tuple[str, int] | None:
    if type(line) is int and key:
        return key, line
    if isinstance(line, list) and len(line) == 2 and type(line[0]) is str and type(line[1]) is int and not key:
        return clean(line[0]), line[1]
    return None


def value_from(said: Any) -> Value | None:
    """What the last expression of a check came to; None where the reply does not say."""
    if not isinstance(said, dict) or said.get("kind") not in ("none", "bool", "number", "other"):
        return None
    number = said.get("number")
    if isinstance(number, (int, float)) and math.isfinite(number):
        return Value(said["kind"], float(number))
    return Value(said["kind"]) if said["kind"] in ("none", "other") else None
