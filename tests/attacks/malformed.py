"""Malformed: bytes that are no notebook, notebooks that are no honest ones, folders that hold more than files."""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.attacks.assignment import FULL, NOTHING, RIGHT
from tests.attacks.case import Case, without
from tests.attacks.editing import find
from tests.grading.notebooks import Edit

NOTEBOOK = "unit.ipynb"
MEGABYTE = 1_000_000


def written(content: bytes | Callable[[bytes], bytes], deserves: Mapping[str, float | None] | str) -> Case:
    """*content* in place of the notebook; a function makes it of the right one."""

    def plant(folder: Path) -> None:
        path = folder / NOTEBOOK
        path.write_bytes(content if isinstance(content, bytes) else content(path.read_bytes()))

    return Case(RIGHT, deserves, plant=plant)


def edited(edit: Edit, deserves: Mapping[str, float | None] | str = FULL) -> Case:
    """Right answers in a notebook that is changed."""
    return Case(RIGHT, deserves, edit=edit)


def planted(plant: Callable[[Path], Any], deserves: Mapping[str, float | None] | str = FULL) -> Case:
    """Right answers in a folder to which something is done."""
    return Case(RIGHT, deserves, plant=plant)


def _cells(change: Callable[[list[Any]], Any]) -> Edit:
    def edit(notebook: dict[str, Any]) -> None:
        change(notebook["cells"])

    return edit


def _top(**values: Any) -> Edit:
    return lambda notebook: notebook.update(values)


def _deep(depth: int) -> bytes:
    return b'{"nbformat": 4, "cells": ' + b"[" * depth + b"]" * depth + b"}"


BYTES: Mapping[str, Case] = {
    "nothing": written(b"", "not-a-notebook"),
    "zeros": written(b"\0" * 4096, "not-a-notebook"),
    "no text": written(bytes(range(256)) * 16, "not-a-notebook"),
    "text of another encoding": written(lambda right: right.decode().encode("utf-16"), "not-a-notebook"),
    "the first half": written(lambda right: right[: len(right) // 2], "not-a-notebook"),
    "twice": written(lambda right: right * 2, "not-a-notebook"),
    "compressed": written(gzip.compress, "not-a-notebook"),
    "a list": written(b"[1, 2]", "not-a-notebook"),
    "null": written(b"null", "not-a-notebook"),
    "a key twice at the top": written(lambda right: right[:-1] + b', "cells": []}', "not-a-notebook"),
    "a key twice in a cell": written(
        lambda right: right.replace(b'"source": "number', b'"source": "x", "source": "number', 1), "not-a-notebook"
    ),
    "a hundred thousand brackets": written(_deep(100_000), "not-a-notebook"),
    "a number of a million digits": written(
        lambda right: right[:-1] + b', "n": ' + b"9" * 1_000_000 + b"}", "not-a-notebook"
    ),
    "numbers that are none": written(lambda right: right[:-1] + b', "n": NaN, "m": -Infinity}', FULL),
    "a byte order mark": written(lambda right: b"\xef\xbb\xbf" + right, FULL),
    "fifty megabytes": written(lambda right: right[:-1] + b" " * 50 * MEGABYTE + b"}", "too-large"),
    "nineteen megabytes of saved output": written(
        lambda right: right[:-1] + b', "outputs": "' + b"x" * 19 * MEGABYTE + b'"}', FULL
    ),
    "nineteen megabytes of nested lists": written(
        lambda right: right[:-1] + b', "n": [' + b"[]," * 6 * MEGABYTE + b"0]}", FULL
    ),
}

_WORKSHEETS = {"worksheets": [{"cells": []}], "nbformat": 3}
_STRANGE: list[Any] = [None, 1, "text", [], {}, {"cell_type": "code"}, {"cell_type": 3, "source": 4, "metadata": 5}]
FORM: Mapping[str, Case] = {
    "an old format": edited(lambda notebook: notebook.clear() or notebook.update(_WORKSHEETS), "old-notebook"),
    "a format to come": edited(_top(nbformat=5), "old-notebook"),
    "a format that is a text": edited(_top(nbformat="4"), "old-notebook"),
    "cells that are no list": edited(_top(cells={"0": 1}), "not-a-notebook"),
    "no cells": edited(_top(cells=[]), "another-notebook"),
    "cells that are no cells": edited(_cells(lambda cells: cells.extend(_STRANGE))),
    "a hundred thousand cells": edited(
        _cells(
            lambda cells: cells.extend({"cell_type": "code", "source": "1", "metadata": {}} for _ in range(100_000))
        ),
        "too-many-cells",
    ),
    "metadata of the wrong kinds": edited(
        lambda notebook: notebook.update(metadata=[1]) or notebook["cells"].append({"metadata": {"nbgrader": [2]}})
    ),
    "a grade_id that is no text": edited(
        _cells(lambda cells: cells.append({"cell_type": "code", "metadata": {"nbgrader": {"grade_id": {"a": 1}}}}))
    ),
    "a grade_id that is a path": edited(
        _cells(
            lambda cells: cells.append(
                {
                    "cell_type": "code",
                    "source": "1",
                    "id": "../../etc",
                    "metadata": {"nbgrader": {"grade_id": "../../x"}},
                }
            )
        )
    ),
    "ids that are all the same": edited(_cells(lambda cells: [cell.update(id="same") for cell in cells])),
    "sources of the wrong kinds": edited(
        lambda notebook: find(notebook, "double-answer").update(
            source=[1, None, "def double(n):\n", ["x"], "    return 2 * n"]
        )
    ),
    "half a character, zeros and carriage returns": edited(
        lambda notebook: find(notebook, "double-answer").update(
            source="# \ud800 \udfff \x00\r\ndef double(n):\r\n    return 2 * n"
        )
    ),
    "another kernel": edited(
        lambda notebook: notebook["metadata"].update(
            kernelspec={"name": "../../evil", "language": "bash", "argv": ["/bin/sh", "-c", "exit"]},
            language_info={"name": "bash"},
        )
    ),
    "answers that are text cells": edited(
        lambda notebook: find(notebook, "double-answer").update(cell_type="markdown"), FULL
    ),
    "an answer deleted": edited(
        lambda notebook: notebook["cells"].remove(find(notebook, "double-answer")), without("double")
    ),
    "an answer renamed, another with its name": edited(
        lambda notebook: find(notebook, "shout-answer")["metadata"]["nbgrader"].update(grade_id="number"), FULL
    ),
    "only the answers, without metadata": edited(
        lambda notebook: notebook.update(
            cells=[{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in RIGHT.values()]
        ),
        "another-notebook",
    ),
    "another form": edited(
        lambda notebook: notebook["metadata"].update(mastery_kit={"assignment": "01-count.b"}), "another-assignment"
    ),
    "another form with a path for a name": edited(
        lambda notebook: notebook["metadata"].update(mastery_kit={"assignment": "../" * 99}), "another-assignment"
    ),
    "attachments and outputs of the wrong kinds": edited(
        _cells(lambda cells: [cell.update(attachments=[1], outputs={"a": 1}, execution_count="x") for cell in cells])
    ),
    "an answer of nineteen megabytes": Case(
        {**RIGHT, "number-answer": RIGHT["number-answer"] + "#" + "x" * 19 * MEGABYTE}, FULL
    ),
    "an answer nested too deeply for the compiler": Case(
        {**RIGHT, "number-answer": "number = " + "(" * 5000 + "1" + ")" * 5000}, without("number")
    ),
    "an answer of a hundred thousand operators": Case(
        {**RIGHT, "number-answer": "number = " + "-" * 100_000 + "1"}, without("number")
    ),
}


def _instead(make: Callable[[Path], Any]) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        (folder / NOTEBOOK).rename(folder.parent / f"{folder.name}-kept.ipynb")
        make(folder / NOTEBOOK)

    return plant


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:  # its path may be too long: bound by another
        place = os.open(path.parent, os.O_PATH)
        bound.bind(f"/proc/self/fd/{place}/{path.name}")
        os.close(place)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


def _zip_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("unit.ipynb", bytes(50 * MEGABYTE))
    return made.getvalue()


def _deep_folders(folder: Path) -> None:
    here = os.open(folder, os.O_PATH)
    for _ in range(300):
        os.mkdir("deep-in-there", dir_fd=here)
        within = os.open("deep-in-there", os.O_PATH, dir_fd=here)
        os.close(here)
        here = within
    os.close(here)


def _strange_names(folder: Path) -> None:
    for name in (b"\xff\xfe.txt", b"new\nline", b"-rf", b" ", b"x" * 250, b"..data", b"\xe2\x80\xae.txt"):
        with open(os.path.join(os.fsencode(folder), name), "wb"):
            pass


FOLDERS: Mapping[str, Case] = {
    "an empty folder": planted(lambda folder: (folder / NOTEBOOK).unlink(), "missing-notebook"),
    "a link instead of the notebook": planted(
        _instead(lambda path: path.symlink_to("../source/unit.ipynb")), "not-a-file"
    ),
    "a link to nowhere": planted(_instead(lambda path: path.symlink_to("nowhere")), "not-a-file"),
    "a link to itself": planted(_instead(lambda path: path.symlink_to(path.name)), "not-a-file"),
    "a link to a device": planted(_instead(lambda path: path.symlink_to("/dev/zero")), "not-a-file"),
    "a pipe instead of the notebook": planted(_instead(os.mkfifo), "not-a-file"),
    "a socket instead of the notebook": planted(_instead(_socket), "not-a-file"),
    "a folder instead of the notebook": planted(_instead(Path.mkdir), "missing-notebook"),
    "a terabyte of nothing": planted(_instead(_sparse), "too-large"),
    "two notebooks, neither of the name": planted(
        lambda folder: [(folder / NOTEBOOK).rename(folder / "a.ipynb"), (folder / "b.ipynb").write_bytes(b"{}")],
        "missing-notebook",
    ),
    "a notebook of something else": planted(
        lambda folder: (folder / NOTEBOOK).write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": []})),
        "another-notebook",
    ),
    "pipes and links beside it": planted(
        lambda folder: [
            os.mkfifo(folder / "pipe"),
            (folder / "zero").symlink_to("/dev/zero"),
            (folder / "up").symlink_to(".."),
        ]
    ),
    "names that are no names": planted(_strange_names),
    "folders three hundred deep": planted(_deep_folders),
    "ten thousand files": planted(
        lambda folder: [(folder / f"{n}.txt").touch() for n in range(10_000)], "too-many-files"
    ),
    "a file of a terabyte beside it": planted(lambda folder: _sparse(folder / "data.bin"), "too-large"),
    "an archive that unpacks to fifty megabytes": Case(
        RIGHT, FULL, files={"unit.zip": _zip_bomb(), "data.csv.gz": gzip.compress(bytes(50 * MEGABYTE))}
    ),
    "a file where the harness has a folder": Case(
        RIGHT, FULL, files={"tmp": "", "home": "", "wires": "", "checkpoint/../x": ""}
    ),
    "nothing but hidden files": planted(
        lambda folder: (folder / NOTEBOOK).rename(folder / ".unit.ipynb"), "missing-notebook"
    ),
    "a released notebook, untouched": Case({}, NOTHING),
}
