"""Parcels: what is packed comes out the same, and what means harm ends in a sentence with nothing left behind."""

from __future__ import annotations

import gzip
import io
import os
import random
import stat
import tarfile
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from test_submission_bounds import JUNK
from tiny import files_in, write_notebook

from kit.course import Limits
from kit.errors import SubmissionRefused
from kit.exchange.parcel import pack, unpack

SMALL = Limits(submission_bytes=20_000, submission_files=12)
Member = tuple[tarfile.TarInfo, bytes]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "01-names.a"
    write_notebook(folder / "names.ipynb", "name = 'Ada'")
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "data" / "prices.csv").write_text("bread,3\n", encoding="utf-8")
    (folder / "data" / "deep" / "naïve – 日本.txt").write_text("x", encoding="utf-8")
    (folder / "data" / ("long" * 50 + ".txt")).write_bytes(b"\x00\xff")
    (folder / "empty.txt").touch()
    return folder


def packed(folder: Path, limits: Limits = SMALL) -> bytes:
    with pack(folder, limits) as parcel:
        return parcel.read()


class TestTheWayThere:
    def test_a_folder_comes_out_as_it_went_in(self, work: Path, tmp_path: Path) -> None:
        assert files_in(unpack(io.BytesIO(packed(work)), tmp_path / "out", SMALL)) == files_in(work)

    def test_a_parcel_on_disk_is_unpacked_as_well(self, work: Path, tmp_path: Path) -> None:
        (tmp_path / "parcel").write_bytes(packed(work))
        assert files_in(unpack(tmp_path / "parcel", tmp_path / "out", SMALL)) == files_in(work)

    def test_a_name_that_is_no_text_survives(self, work: Path, tmp_path: Path) -> None:
        Path(os.fsdecode(os.fsencode(work) + b"/caf\xe9.txt")).write_text("latin")
        assert files_in(unpack(io.BytesIO(packed(work)), tmp_path / "out", SMALL)) == files_in(work)

    def test_the_same_files_give_the_same_bytes_whenever_and_in_whatever_order_they_were_made(
        self, work: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "other" / work.name
        names = list(files_in(work).items())
        random.Random(7).shuffle(names)
        for name, content in names:
            (other / name).parent.mkdir(parents=True, exist_ok=True)
            (other / name).write_bytes(content)
            (other / name).chmod(0o600)
            os.utime(other / name, (1, 1))
        assert packed(other) == packed(work)

    def test_nothing_of_the_account_or_the_clock_travels(self, work: Path) -> None:
        (work / "names.ipynb").chmod(0o755)
        with tarfile.open(fileobj=io.BytesIO(packed(work))) as tar:
            seen = {(m.uid, m.gid, m.uname, m.gname, m.mtime, m.mode, m.type) for m in tar}
        assert seen == {(0, 0, "", "", 0, 0o644, tarfile.REGTYPE)}

    def test_what_jupyter_and_nbgrader_put_beside_the_work_stays_at_home(self, work: Path, tmp_path: Path) -> None:
        own = files_in(work)
        for beside in (".ipynb_checkpoints", "__pycache__", "feedback/2026", "data/__pycache__"):
            (work / beside).mkdir(parents=True)
            (work / beside / "large.bin").write_bytes(b"x" * 30_000)
        assert files_in(unpack(io.BytesIO(packed(work)), tmp_path / "out", SMALL)) == own

    @pytest.mark.parametrize("spoil", JUNK, ids=lambda spoil: spoil.__name__.replace("_", " "))
    def test_the_senders_end_refuses_with_the_sentence_of_the_counter(
        self, tmp_path: Path, spoil: Callable[[Path], None]
    ) -> None:
        folder = tmp_path / "01-names.a"
        write_notebook(folder / "names.ipynb", "")
        spoil(folder)
        with pytest.raises(SubmissionRefused, match=JUNK[spoil]):
            pack(folder, SMALL)

    def test_a_file_that_shrinks_while_it_is_packed_is_refused(
        self, work: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = tarfile.TarFile.addfile

        def shrinks_first(tar: tarfile.TarFile, about: tarfile.TarInfo, file: io.FileIO) -> None:
            if about.name == "names.ipynb":
                os.truncate(work / "names.ipynb", 3)
            real(tar, about, file)

        monkeypatch.setattr(tarfile.TarFile, "addfile", shrinks_first)
        with pytest.raises(SubmissionRefused, match=r"'names.ipynb' was changed while it was read.*submit again"):
            pack(work, SMALL)


def member(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE, **more: object) -> Member:
    about = tarfile.TarInfo(name)
    about.type, about.size = kind, len(content)
    for key, value in more.items():
        setattr(about, key, value)
    return about, content


def parcel_of(*members: Member, format: int = tarfile.GNU_FORMAT) -> bytes:
    """A parcel as nobody's `pack` would make it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", format=format) as tar:
        for about, content in members:
            tar.addfile(about, io.BytesIO(content))
    return made.getvalue()


def raw_header(size: bytes) -> bytes:
    """The header of a file whose *size* field no library would write."""
    plain = bytearray(member("x", b"")[0].tobuf(tarfile.USTAR_FORMAT))
    plain[124:136], plain[148:156] = size, b" " * 8
    plain[148:156] = b"%06o\x00 " % sum(plain)
    return bytes(plain)


def extended(content: bytes) -> bytes:
    """A header that says more of the member after it."""
    return member("x", content, tarfile.XHDTYPE)[0].tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


BOOK = member("names.ipynb", b"{}")
HARM: dict[str, tuple[bytes, str]] = {
    "an absolute path": (parcel_of(BOOK, member("/etc/cron.d/x")), "'/etc/cron.d/x' names a place outside"),
    "a path upwards": (parcel_of(BOOK, member("../x")), "'../x' names a place outside"),
    "a path down and upwards": (parcel_of(BOOK, member("a/../../x")), "names a place outside"),
    "a symbolic link": (parcel_of(BOOK, member("l", b"", tarfile.SYMTYPE, linkname="/etc")), "'l' is not an ordinary"),
    "a hard link": (parcel_of(BOOK, member("l", b"", tarfile.LNKTYPE, linkname="names.ipynb")), "not an ordinary"),
    "a fifo": (parcel_of(BOOK, member("p", b"", tarfile.FIFOTYPE)), "not an ordinary"),
    "a device": (parcel_of(BOOK, member("d", b"", tarfile.CHRTYPE)), "not an ordinary"),
    "a kind nobody knows": (parcel_of(BOOK, member("d", b"", b"V")), "not an ordinary"),
    "the same file twice": (parcel_of(BOOK, BOOK), "'names.ipynb' is in the parcel twice"),
    "a file that is a folder as well": (parcel_of(BOOK, member("names.ipynb/x")), "in the parcel twice"),
    "a folder that is a file as well": (parcel_of(member("a/x"), member("a")), "in the parcel twice"),
    "too many files": (parcel_of(*(member(f"{n}") for n in range(20))), "more than 12 files"),
    "too many folders": (
        parcel_of(*(member(f"{n}", b"", tarfile.DIRTYPE) for n in range(20))),
        "more than 12 files",
    ),
    "too many bytes": (parcel_of(member("a", b"x" * 15_000), member("b", b"x" * 6_000)), "larger than 20,000 .*'b'"),
    "folders inside each other": (parcel_of(member("d/" * 9 + "x")), "too many folders inside each other"),
    "a name too long for a disk": (parcel_of(member("n" * 256)), "a name that is too long"),
    "a name with a zero in it": (
        parcel_of(member("x", pax_headers={"path": "a\x00b"}), format=tarfile.PAX_FORMAT),
        "names a place outside",
    ),
    "a sparse file": (
        parcel_of(
            member(
                "s",
                b"",
                pax_headers={
                    "GNU.sparse.major": "0",
                    "GNU.sparse.minor": "1",
                    "GNU.sparse.map": "0,1",
                    "GNU.sparse.size": "9000000000",
                },
            ),
            format=tarfile.PAX_FORMAT,
        ),
        "not an ordinary|larger than",
    ),
    "a bomb in a file": (parcel_of(member("bomb", bytes(50_000_000))), "larger than 20,000 bytes.*'bomb'"),
    "a bomb in a name": (parcel_of(member("n" * 50_000_000)), "a name that is too long"),
    "an extended header that takes hours to read": (
        gzip.compress(extended(b"1" * 2_000_000)),
        "'x' has a name that is too long",
    ),
    "a map of holes without end": (
        gzip.compress(
            extended(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n")
            + member("s", b"9" * 10)[0].tobuf(tarfile.GNU_FORMAT)
            + b"9" * 8
            + b"\n0" * 1_000_000
        ),
        "'s' is not an ordinary file",
    ),
    "more headers than files, of what is never taken": (
        parcel_of(*(member(f"__pycache__/{n}", b"") for n in range(200))),
        "more than 12 files",
    ),
    "a bomb after the end": (parcel_of(BOOK) + gzip.compress(bytes(50_000_000)), "larger than 20,000 bytes"),
    "headers about headers about headers": (
        gzip.compress(member("h", b"", tarfile.XHDTYPE)[0].tobuf(tarfile.USTAR_FORMAT) * 280),
        "more than 12 files",
    ),
    "a size below zero": (gzip.compress(raw_header(b"\xff" * 12)), "no whole parcel|not an ordinary"),
    "nothing at all": (b"", "no whole parcel"),
    "no gzip": (b"PK\x03\x04" + bytes(100), "no whole parcel"),
    "a gzip of no archive": (gzip.compress(b"hello" * 300), "no whole parcel"),
    "a parcel cut off": (parcel_of(BOOK, member("r", random.Random(1).randbytes(9_000)))[:4_000], "no whole parcel"),
    "a wrong check sum": (parcel_of(BOOK)[:-8] + bytes(8), "no whole parcel"),
}


class TestWhatMeansHarm:
    @pytest.mark.parametrize(("parcel", "sentence"), HARM.values(), ids=HARM)
    def test_it_is_refused_in_a_sentence_and_leaves_nothing(self, tmp_path: Path, parcel: bytes, sentence: str) -> None:
        with pytest.raises(SubmissionRefused, match=sentence) as refusal:
            unpack(io.BytesIO(parcel), tmp_path / "out", SMALL)
        assert "submit again" in str(refusal.value)
        assert os.listdir(tmp_path) == []

    def test_a_bomb_costs_no_more_memory_than_the_limit(self, tmp_path: Path) -> None:
        bombs = [HARM[name][0] for name in ("a bomb in a file", "a bomb in a name", "a bomb after the end")]
        tracemalloc.start()
        try:
            for bomb in bombs:
                with pytest.raises(SubmissionRefused):
                    unpack(io.BytesIO(bomb), tmp_path / "out", SMALL)
            assert tracemalloc.get_traced_memory()[1] < 5_000_000
        finally:
            tracemalloc.stop()

    def test_rights_and_owners_that_a_parcel_claims_are_not_taken_over(self, tmp_path: Path) -> None:
        claims = parcel_of(BOOK, member("run.sh", b"#!", mode=0o6777, uid=1234, gid=1234, mtime=4_000_000_000))
        unpack(io.BytesIO(claims), tmp_path / "out", SMALL)
        about = (tmp_path / "out" / "run.sh").stat()
        assert about.st_mode & (stat.S_ISUID | stat.S_ISGID | 0o111 | stat.S_IWOTH) == 0
        assert about.st_uid == os.geteuid()

    def test_what_is_never_taken_is_not_unpacked_either(self, tmp_path: Path) -> None:
        left_out = (".refused", ".ipynb_checkpoints/names.ipynb", "data/__pycache__/x.pyc")
        unpack(io.BytesIO(parcel_of(BOOK, *map(member, left_out))), tmp_path / "out", SMALL)
        assert set(files_in(tmp_path / "out")) == {"names.ipynb"}

    def test_an_archive_made_by_another_program_is_unpacked(self, tmp_path: Path) -> None:
        made = parcel_of(member(".", b"", tarfile.DIRTYPE), member("./data/", b"", tarfile.DIRTYPE), member("./data/x"))
        assert files_in(unpack(io.BytesIO(made), tmp_path / "out", SMALL)) == {"data/x": b"x"}

    def test_a_folder_that_is_there_already_is_left_as_it_is(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine").touch()
        with pytest.raises(FileExistsError):
            unpack(io.BytesIO(parcel_of(BOOK)), tmp_path / "out", SMALL)
        assert os.listdir(tmp_path / "out") == ["mine"]


@pytest.mark.parametrize("used", [20_000, 20_001])
def test_exactly_at_the_limit_is_unpacked_and_one_byte_more_is_not(tmp_path: Path, used: int) -> None:
    parcel = parcel_of(member("names.ipynb", bytes(used)))
    if used > SMALL.submission_bytes:
        with pytest.raises(SubmissionRefused):
            unpack(io.BytesIO(parcel), tmp_path / "out", SMALL)
        unpack(io.BytesIO(parcel), tmp_path / "out", replace(SMALL, submission_bytes=used))
    else:
        unpack(io.BytesIO(parcel), tmp_path / "out", SMALL)
    assert (tmp_path / "out" / "names.ipynb").stat().st_size == used
