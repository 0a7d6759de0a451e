"""The bad sample units below ``tests/cases/``: one for every code a check can speak, with the text it must print.

    tests/cases/base/          a small course without a fault
    tests/cases/<code>/        only the files that differ from it, and beside them
        case.toml              situation = "…" (what is wrong, in words), and where it applies
                               without = ["…"] (files of the base that are missing here),
                               rehearse = true (the fault shows only when notebooks are run)
        expected.txt           every fault that `kit check` reports: code, place, what is wrong, the next step

``diff -r tests/cases/base tests/cases/<code>`` shows what is wrong with one. After a wording has been changed on
purpose, ``python -m tests.checks.sample_units <code> …`` (or ``all``) writes expected.txt again: read the difference
before it is committed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kit.checks import check_course
from kit.checks.discrimination import ItemCatchesNothing, MutantSurvives, ObjectivesNotToldApart
from kit.errors import Fault

CASES = Path(__file__).resolve().parent.parent / "cases"
BASE = CASES / "base"
DISCRIMINATION = {MutantSurvives.code, ObjectivesNotToldApart.code, ItemCatchesNothing.code}
_BESIDE = ("case.toml", "expected.txt")


@dataclass(frozen=True)
class Sample:
    code: str
    situation: str
    without: tuple[str, ...] = ()
    rehearse: bool = False

    @property
    def folder(self) -> Path:
        return CASES / self.code

    @property
    def expected(self) -> str:
        return (self.folder / "expected.txt").read_text(encoding="utf-8")


def samples() -> list[Sample]:
    return [_read(path.parent) for path in sorted(CASES.glob("*/case.toml"))]


def _read(folder: Path) -> Sample:
    values = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    return Sample(folder.name, values.pop("situation"), tuple(values.pop("without", ())), **values)


def lay_out(sample: Sample, root: Path) -> Path:
    """The sample's course in *root*: the base, less what it is without, under its own files."""
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    for name in sample.without:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(sample.folder, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_BESIDE))
    return root


def told(sample: Sample, root: Path) -> str:
    """What `kit check` says about the sample laid out in *root*, a fault a paragraph.

    A test that lets one wrong answer pass lets many mistakes pass: these are told by the samples made for them alone.
    """
    faults = check_course(root, fast=not sample.rehearse)
    shown = [f for f in faults if sample.code in DISCRIMINATION or f.code not in DISCRIMINATION]
    return "\n".join(map(_paragraph, shown))


def _paragraph(fault: Fault) -> str:
    parts = [f"{fault.severity} {fault.code}", *_part("where", fault.where), *_part("what", fault.what)]
    parts += [f"         {line}".rstrip() for line in fault.details.splitlines()]
    return "\n".join([*parts, *_part("next", fault.next), ""])


def _part(name: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, 116, initial_indent=f"  {name + ':':<7}", subsequent_indent=" " * 9, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def main(names: list[str]) -> None:
    for sample in samples():
        if sample.code in names or names == ["all"]:
            with tempfile.TemporaryDirectory() as folder:
                text = told(sample, lay_out(sample, Path(folder) / "course"))
            (sample.folder / "expected.txt").write_text(text, encoding="utf-8")
            print(f"{sample.code}: {sample.situation}\n{textwrap.indent(text, '    ')}")


if __name__ == "__main__":
    main(sys.argv[1:])
