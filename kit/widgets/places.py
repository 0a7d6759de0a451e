"""Where a learner's notebooks lie, and links that open them in the JupyterLab this notebook runs in."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from markupsafe import Markup

from kit.exchange.doors import Door, HubDoor


@dataclass(frozen=True, slots=True)
class Server:
    """The Jupyter server that started this kernel."""

    root: Path
    """The folder it shows."""
    base: str
    """The path its address begins with; ends with a slash."""


def this_server() -> Server | None:
    """The server that this process is a kernel of; None where there is none, as in a script."""
    parent = os.environ.get("JPY_PARENT_PID", "")
    if not parent.isdecimal():
        return None
    from jupyter_server.serverapp import list_running_servers

    for found in list_running_servers():
        if str(found.get("pid")) == parent:
            return Server(Path(found["root_dir"]), found["base_url"])
    return None


def base_folder(door: Door, server: Server | None) -> Path:
    """The folder that holds the assignments of *door*'s course: where JupyterLab's own lists fetch them to."""
    base = server.root if server else Path.cwd()
    # On a hub each course has a folder, as for the panel and `kit fetch`.
    inside = isinstance(door, HubDoor) and not (server is None and base.name == door.course())
    return base / door.course() if inside else base


def notebook_in(folder: Path) -> Path | None:
    """The notebook in an assignment's *folder*, the likeliest where there are several; None if there is none."""
    found = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    likely = (path for path in found if folder.name.startswith(path.stem))
    return next(likely, found[0] if found else None)


def link_to(notebook: Path, words: str, server: Server | None) -> Markup:
    """A link that opens *notebook*, within JupyterLab where it is there; its path where it is not below the server."""
    if server is None or not notebook.is_relative_to(server.root):
        return Markup("<b>{}</b>: <code>{}</code>").format(words, str(notebook))
    path = str(PurePosixPath(*notebook.relative_to(server.root).parts))
    # JupyterLab's command linker opens it as a tab; elsewhere (Notebook 7) the address does.
    return Markup(
        '<a class="button" href="{}lab/tree/{}" data-commandlinker-command="docmanager:open" '
        'data-commandlinker-args="{}">{}</a>'
    ).format(server.base, quote(path), json.dumps({"path": path}), words)
