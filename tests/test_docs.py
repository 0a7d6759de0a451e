"""The documents are kept true: what exists is in them, and what they tell people to type works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kit
from kit.checks import CODES
from kit.cli import COMMANDS
from kit.course.toml import _CourseTable, _UnitTable
from kit.decisions import RULES
from kit.exchange import EXCHANGES
from kit.grading.executors import EXECUTORS
from kit.records import EVENT_KINDS
from kit.records import events as event_words
from kit.reports import REPORTS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EVERYTHING = "\n".join(page.read_text() for page in PAGES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_docs(name: str) -> None:
    assert re.search(rf"\bkit {name}\b", EVERYTHING)


def test_every_command_in_the_docs_exists() -> None:
    told = set(re.findall(r"(?:`|^    |^)kit ([a-z]+)\b", EVERYTHING, re.M))
    assert told <= set(COMMANDS)


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("rule", RULES), ("exchange", EXCHANGES), ("executor", EXECUTORS), ("report", REPORTS),
        ("check", CODES),
        ("key of course.toml", [name for name in _CourseTable.model_fields if name != "limits"]),
        ("key of unit.toml", _UnitTable.model_fields),
    ],
)  # fmt: skip
def test_everything_one_can_choose_is_in_the_docs(what: str, names: list[str]) -> None:
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}\b", EVERYTHING)] == []


def test_the_page_of_checks_says_of_each_what_the_code_says() -> None:
    page = (ROOT / "docs/checks.md").read_text()
    assert [code for code, words in CODES.items() if f"| `{code}` | {words} |" not in page] == []


def test_every_kind_of_event_is_explained_where_events_are_defined() -> None:
    assert [kind for kind in EVENT_KINDS if f"{kind} " not in (event_words.__doc__ or "")] == []


def test_the_public_names_are_these() -> None:
    assert kit.__all__ == ["__version__", "dashboard", "load", "my_progress"]
    assert all(callable(getattr(kit, name)) for name in ("dashboard", "load", "my_progress"))


def links(text: str) -> list[str]:
    """What the Markdown links and pictures of *text* lead to in this repository; code is no link."""
    text = re.sub(r"^```.*?^```|(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.S | re.M)
    return re.findall(r"\[[^\[\]]*\]\((?!https?:)([^)#\s]+)[^)]*\)", text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("see [this](docs/a.md) and ![a picture](b.svg)", ["docs/a.md", "b.svg"], id="links"),
        pytest.param("[there](docs/a.md#part)", ["docs/a.md"], id="a link into a page"),
        pytest.param("[out](https://example.org)", [], id="a link elsewhere"),
        pytest.param('`REPORTS["approaches"](course)`', [], id="code in a line"),
        pytest.param('```python\nREPORTS["approaches"](course)\n```\n[a](b.md)', ["b.md"], id="a block of code"),
    ],
)
def test_what_is_a_link(text: str, found: list[str]) -> None:
    assert links(text) == found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:kit|tests|docs|benchmarks)/[\w./-]+)`", page.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = links(page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_line_of_the_readme_can_be_typed(tmp_path: Path) -> None:
    """Block after block, in one shell, as a newcomer would; `kit watch` and `kit lab` run until stopped."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert len(blocks) == 4
    teaching, watching, learning, looking = blocks
    home = tmp_path / "home"
    home.mkdir()
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "kit").write_text(f'#!/bin/sh\nexec {sys.executable} -c "from kit.cli import main; main()" "$@"\n')
    (commands / "kit").chmod(0o755)
    learning = learning.replace("kit lab", "kit lab --help").replace("kit submit\n", "kit submit\nkit run\n")
    script = "\n".join(
        ["set -ex", teaching, watching.replace("kit watch", "timeout --preserve-status -s TERM 20 kit watch"),
         # The learner's own shell, and the course is found wherever they go.
         "cd ..", f"( {learning} cd 01-dictionaries.a && kit next )", "cd my-course", looking]
    )  # fmt: skip
    environment = {"PATH": f"{commands}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    assert shutil.which("timeout")
    done = subprocess.run(
        ["bash", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "handed in" in done.stdout
    assert "ada" in done.stdout
    assert os.listdir(home / "my-course/gradebook/archive/ada")
