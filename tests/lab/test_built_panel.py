"""The built panel in the repository is the one that the sources make, and the wheel puts it where JupyterLab looks."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from pathlib import Path
from types import ModuleType

import kit.lab

ROOT = Path(__file__).parents[2]
LAB = ROOT / "kit/lab"


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_panel", LAB / "panel/build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_built_panel_belongs_to_the_present_sources() -> None:
    build = builder()
    built = (build.BUILT / build.SEAL).read_text().strip()
    assert built == build.seal(), "kit/lab/panel was changed and not built: run `make panel`, and commit what it makes"


def test_every_change_of_a_source_changes_the_seal(tmp_path: Path) -> None:
    build = builder()
    sources = [path for pattern in build._SOURCES for path in build.PANEL.glob(pattern) if path.is_file()]
    assert {"package.json", "yarn.lock", "index.tsx", "index.css"} <= {path.name for path in sources}
    for path in sources:
        copy = tmp_path / path.relative_to(build.PANEL)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    before, build.PANEL = build.seal(), tmp_path
    assert build.seal() == before
    changed = tmp_path / "src/view.tsx"
    changed.write_text(changed.read_text() + "\n")
    assert build.seal() != before


def test_the_bundle_names_what_it_loads_and_nothing_of_the_machine_it_was_built_on() -> None:
    about = json.loads((LAB / "labextension/package.json").read_text())
    assert (LAB / "labextension" / about["jupyterlab"]["_build"]["load"]).is_file()
    files = [path for path in (LAB / "labextension").rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix == ".map"]
    assert sum(path.stat().st_size for path in files) < 200_000
    for path in [*files, LAB / "panel/yarn.lock"]:
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert "node_modules/" not in text or path.name == "third-party-licenses.json"
    assert "http" not in (LAB / "panel/yarn.lock").read_text()


def test_the_wheel_puts_both_halves_where_jupyter_looks() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    places = wheel["shared-data"]
    (panel,) = kit.lab._jupyter_labextension_paths()
    assert places[f"kit/lab/{panel['src']}"] == f"share/jupyter/labextensions/{panel['dest']}"
    assert json.loads((LAB / "labextension/package.json").read_text())["name"] == panel["dest"]
    config = "kit/lab/jupyter_server_config.d"
    assert places[config] == "etc/jupyter/jupyter_server_config.d"
    (file,) = (ROOT / config).iterdir()
    (point,) = kit.lab._jupyter_server_extension_points()
    assert json.loads(file.read_text()) == {"ServerApp": {"jpserver_extensions": {point["module"]: True}}}
    assert {"/kit/lab/panel", "/kit/lab/labextension"} <= set(wheel["exclude"])
