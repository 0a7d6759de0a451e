"""Started by file name: puts this package, and nothing beside it, within reach of the interpreter.

Arguments: the control socket's file descriptor, 1 or 0 for walls or none, and the modules to import besides the usual.
"""

import importlib.util
import os
import socket
import sys


def _load():
    here = os.path.dirname(os.path.abspath(__file__))
    # Python puts the script's folder first; the modules here must not be importable by their short names.
    sys.path[:] = [entry for entry in sys.path if not entry or os.path.abspath(entry) != here]
    path = os.path.join(here, "__init__.py")
    spec = importlib.util.spec_from_file_location("kit_inside", path, submodule_search_locations=[here])
    assert spec is not None
    assert spec.loader is not None
    sys.modules["kit_inside"] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ == "__main__":
    _load()
    from kit_inside.warm import start
    from kit_inside.wire import Wire

    start(Wire(socket.socket(fileno=int(sys.argv[1]))), sys.argv[3:], sys.argv[2] == "1")
