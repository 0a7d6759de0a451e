"""What a submission may be, at the counter of every backend; what is not the learner's work is refused or left out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import A, files_in, write_notebook

from kit.errors import SubmissionRefused
from kit.exchange import Exchange, Submitted


def too_large(folder: Path) -> None:
    (folder / "big.bin").write_bytes(b"x" * 30_000)


def too_many(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.txt").touch()


def too_many_folders(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}").mkdir()


def sparse_hundred_megabytes(folder: Path) -> None:
    with open(folder / "junk.bin", "wb") as file:
        file.truncate(100_000_000)


def no_notebook(folder: Path) -> None:
    (folder / "names.ipynb").unlink()


def only_a_hidden_copy(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "names.ipynb").rename(folder / ".ipynb_checkpoints" / "names.ipynb")


def a_link(folder: Path) -> None:
    (folder / "secret.txt").symlink_to("/etc/hostname")


def a_link_to_a_folder(folder: Path) -> None:
    (folder / "root").symlink_to("/")


def the_notebook_is_a_link(folder: Path) -> None:
    (folder / "names.ipynb").rename(folder.parent / "elsewhere.ipynb")
    (folder / "names.ipynb").symlink_to(folder.parent / "elsewhere.ipynb")


def a_fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def a_fifo_for_a_notebook(folder: Path) -> None:
    (folder / "names.ipynb").unlink()
    os.mkfifo(folder / "names.ipynb")


def deep_folders(folder: Path) -> None:
    (folder / "/".join("d" * 40)).mkdir(parents=True)


JUNK: dict[Callable[[Path], None], str] = {
    too_large: r"larger than 20,000 bytes.*'big.bin'",
    sparse_hundred_megabytes: r"larger than 20,000 bytes.*'junk.bin'",
    too_many: "more than 12 files",
    too_many_folders: "more than 12 files",
    no_notebook: "no notebook",
    only_a_hidden_copy: "no notebook",
    a_link: "'secret.txt' is a link",
    a_link_to_a_folder: "'root' is a link",
    the_notebook_is_a_link: "'names.ipynb' is a link",
    a_fifo: "'pipe' is not an ordinary file",
    a_fifo_for_a_notebook: "'names.ipynb' is not an ordinary file",
    deep_folders: "too many folders inside each other",
}


class TestWhatASubmissionMayBe:
    @pytest.mark.parametrize("spoil", JUNK, ids=lambda spoil: spoil.__name__.replace("_", " "))
    def test_junk_is_refused_with_a_reason_and_nothing_is_taken_in(
        self, exchange: Exchange, form_a: Path, adas: Path, spoil: Callable[[Path], None]
    ) -> None:
        exchange.grant("ada", A, form_a)
        folder = exchange.fetch("ada", A, adas)
        (fetched,) = exchange.arrivals()
        exchange.settle(fetched)
        spoil(folder)
        names = sorted(str(path) for path in adas.rglob("*"))
        with pytest.raises(SubmissionRefused, match=JUNK[spoil]) as refusal:
            exchange.submit("ada", A, folder)
        assert "ubmit" in str(refusal.value), "it says what to do next"
        assert sorted(str(path) for path in adas.rglob("*")) == names
        assert list(exchange.arrivals()) == []
        assert exchange.offers("ada")[0].submissions == ()

    def test_a_folder_that_is_not_there_or_no_folder_is_refused(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        exchange.grant("ada", A, form_a)
        write_notebook(adas / "names.ipynb", "")
        (adas / "linked").symlink_to(form_a)
        for name in ("nowhere", "names.ipynb", "linked"):
            with pytest.raises(SubmissionRefused, match=f"'{name}'"):
                exchange.submit("ada", A, adas / name)
        assert list(exchange.arrivals()) == []

    def test_what_jupyter_and_nbgrader_put_beside_the_work_is_left_out(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        exchange.grant("ada", A, form_a)
        folder = exchange.fetch("ada", A, adas)
        own = files_in(folder)
        for beside in (".ipynb_checkpoints", "__pycache__", "feedback/2026", "data/__pycache__"):
            (folder / beside).mkdir(parents=True)
            (folder / beside / "large.bin").write_bytes(b"x" * 30_000)
        exchange.submit("ada", A, folder)
        (submitted,) = (a for a in exchange.arrivals() if isinstance(a, Submitted))
        assert files_in(submitted.folder) == own

    def test_exactly_at_the_limit_is_taken(self, exchange: Exchange, form_a: Path, adas: Path) -> None:
        exchange.grant("ada", A, form_a)
        folder = exchange.fetch("ada", A, adas)
        used = sum(len(content) for content in files_in(folder).values())
        (folder / "rest.bin").write_bytes(b"x" * (20_000 - used))
        receipt = exchange.submit("ada", A, folder)
        assert exchange.offers("ada")[0].submissions == (receipt,)
        (folder / "rest.bin").write_bytes(b"x" * (20_001 - used))
        with pytest.raises(SubmissionRefused):
            exchange.submit("ada", A, folder)
