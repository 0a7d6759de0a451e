"""The folder backend: who may read what, full and read-only disks, and what listing costs."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tiny import A, B, files_in, hand_in, in_a_child, write_notebook

from kit.course import Limits
from kit.errors import NotGranted, StorageError
from kit.exchange import Feedback, Submitted, weigh
from kit.exchange.folder import FolderExchange

ROOT = os.geteuid() == 0
NOBODY = (65534, 65534)


@pytest.fixture
def folder_exchange(tmp_path: Path, limits: Limits) -> FolderExchange:
    return FolderExchange(tmp_path / "exchange", limits)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestOneAccountForEverything:
    def test_learners_folders_are_closed_and_the_exchange_can_be_passed_but_not_listed(
        self, folder_exchange: FolderExchange, form_a: Path
    ) -> None:
        folder_exchange.grant("ada", A, form_a)
        assert mode(folder_exchange.path) == 0o711
        home = folder_exchange.path / "ada"
        assert {mode(path) for path in home.rglob("*") if path.is_dir()} | {mode(home)} == {0o700}
        assert {mode(path) for path in home.rglob("*") if path.is_file()} == {0o600}

    def test_what_was_fetched_is_the_learners_to_write(
        self, folder_exchange: FolderExchange, form_a: Path, adas: Path
    ) -> None:
        folder_exchange.grant("ada", A, form_a)
        folder = folder_exchange.fetch("ada", A, adas)
        for path in (folder, *folder.rglob("*")):
            assert mode(path) & stat.S_IWUSR


def private_accounts() -> list[str]:
    """Two Unix accounts that have their group to themselves; every Debian has daemon and bin."""
    return [name for name in ("daemon", "bin") if any(entry.pw_name == name for entry in pwd.getpwall())]


@pytest.mark.skipif(not ROOT or len(private_accounts()) < 2, reason="needs root and the accounts daemon and bin")
class TestAnAccountForEachLearner:
    """The learners are called daemon and bin, because these accounts exist; the desk is root."""

    @pytest.fixture
    def place(self) -> Iterator[Path]:
        # pytest's own folder is closed to other accounts.
        place = Path(tempfile.mkdtemp(prefix="kit-test-", dir="/tmp"))
        place.chmod(0o711)
        yield place
        shutil.rmtree(place)

    @pytest.fixture
    def shared(self, place: Path, limits: Limits, form_a: Path, form_b: Path) -> FolderExchange:
        exchange = FolderExchange(place / "exchange", limits)
        exchange.grant("daemon", A, form_a)
        exchange.grant("bin", B, form_b)
        exchange.publish_progress("bin", {"secret": "of bin"})
        return exchange

    def as_daemon(self, work: Callable[[], object]) -> object:
        entry = pwd.getpwnam("daemon")
        return in_a_child(work, (entry.pw_uid, entry.pw_gid))

    def test_a_learner_fetches_and_submits_and_reads_feedback_under_their_own_account(
        self, shared: FolderExchange, place: Path
    ) -> None:
        home = place / "home"
        home.mkdir()
        os.chown(home, pwd.getpwnam("daemon").pw_uid, -1)

        def lesson() -> object:
            folder = shared.fetch("daemon", A, home)
            write_notebook(folder / "names.ipynb", "name = 'Daemon'")
            return shared.submit("daemon", A, folder), files_in(folder)

        receipt, handed_in = self.as_daemon(lesson)
        fetched, submitted = shared.arrivals()
        assert isinstance(submitted, Submitted)
        assert submitted.receipt == receipt
        assert files_in(submitted.folder) == handed_in
        shared.settle(fetched)
        shared.settle(submitted)
        assert list(shared.arrivals()) == []
        page = Feedback(A, receipt.submission, b"<p>well done</p>")
        shared.publish_feedback("daemon", page)
        assert self.as_daemon(lambda: shared.feedback("daemon", A)) == [page]
        assert self.as_daemon(lambda: shared.offers("daemon")[0].submissions) == (receipt,)

    def test_another_learners_folder_says_nothing(self, shared: FolderExchange, place: Path) -> None:
        assert self.as_daemon(lambda: shared.offers("bin")) == []
        assert self.as_daemon(lambda: shared.progress("bin")) is None
        assert isinstance(self.as_daemon(lambda: shared.fetch("bin", B, place)), NotGranted)
        assert isinstance(self.as_daemon(lambda: shared.submit("bin", B, place)), NotGranted)
        assert self.as_daemon(shared.granted) == {}

    @pytest.mark.parametrize(
        "attempt",
        [
            lambda path: os.listdir(path),
            lambda path: os.listdir(path / "bin"),
            lambda path: (path / "bin" / "progress.json").read_bytes(),
            lambda path: (path / "bin" / "granted" / B / "names.ipynb").read_bytes(),
            lambda path: (path / "bin" / "inbox" / "x").mkdir(),
            lambda path: (path / "daemon" / "granted" / B).mkdir(),
            lambda path: (path / "daemon" / "granted" / A / "names.ipynb").write_text(""),
            lambda path: (path / "daemon" / "inbox").rename(path / "daemon" / "outbox"),
            lambda path: (path / "daemon" / "feedback" / A).mkdir(),
            lambda path: (path / "daemon" / "progress.json").write_text("{}"),
            lambda path: (path / "daemon").chmod(0o777),
        ],
        ids=[
            "list the learners", "list another's folder", "read another's progress", "read another's notebook",
            "submit as another", "grant oneself something", "change what was granted", "move the inbox away",
            "write feedback", "write progress", "open the own folder to others",
        ],
    )  # fmt: skip
    def test_the_file_system_refuses(self, shared: FolderExchange, attempt: Callable[[Path], object]) -> None:
        assert isinstance(self.as_daemon(lambda: attempt(shared.path)), PermissionError)

    def test_a_settled_submission_can_no_longer_be_changed_by_its_learner(
        self, shared: FolderExchange, place: Path
    ) -> None:
        write_notebook(place / "work" / "names.ipynb", "")
        for path in (place / "work", place / "work" / "names.ipynb"):
            os.chown(path, pwd.getpwnam("daemon").pw_uid, -1)
        self.as_daemon(lambda: shared.submit("daemon", A, place / "work"))
        (submitted,) = shared.arrivals()
        assert isinstance(submitted, Submitted)
        notebook = submitted.folder / "names.ipynb"
        assert self.as_daemon(notebook.read_bytes) == notebook.read_bytes()
        assert isinstance(self.as_daemon(lambda: notebook.write_text("")), PermissionError)
        assert isinstance(self.as_daemon(notebook.unlink), PermissionError)

    def test_root_may_hand_in_for_a_learner(self, shared: FolderExchange, place: Path) -> None:
        write_notebook(place / "work" / "names.ipynb", "")
        shared.submit("daemon", A, place / "work")
        (submitted,) = shared.arrivals()
        assert isinstance(submitted, Submitted)
        assert list(files_in(submitted.folder)) == ["names.ipynb"]

    def test_a_file_of_somebody_elses_is_not_copied_with_the_rights_of_root(
        self, shared: FolderExchange, place: Path
    ) -> None:
        secret = place / "secret"
        secret.write_text("only root reads this")
        secret.chmod(0o600)
        entry = shared.path / "daemon" / "inbox" / f"20261123T120000000000Z-abcdef+{A}"
        write_notebook(entry / "names.ipynb", "")
        os.link(secret, entry / "mine.txt")  # as a learner could where fs.protected_hardlinks is 0
        for path in (entry, entry / "names.ipynb"):
            os.chown(path, pwd.getpwnam("daemon").pw_uid, -1)
        (submitted,) = shared.arrivals()
        assert isinstance(submitted, Submitted)
        assert b"only root" not in b"".join(files_in(submitted.folder).values())
        assert weigh(submitted.folder, shared.limits) == weigh(entry, shared.limits)
        assert "'mine.txt' belongs to somebody else" in (weigh(entry, shared.limits) or "")

    def test_an_account_that_shares_its_group_is_refused_with_the_way_out(
        self, shared: FolderExchange, form_a: Path
    ) -> None:
        with pytest.raises(StorageError, match=r"shares its group nogroup.*usermod"):
            shared.grant("nobody", A, form_a)
        assert "nobody" not in shared.granted()


class TestDisksThatDoNotTakeIt:
    @pytest.fixture
    def small_disk(self, tmp_path: Path) -> Iterator[Path]:
        place = tmp_path / "small"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip("a small disk cannot be mounted here")
        yield place
        subprocess.run(["umount", str(place)], check=True)

    @pytest.fixture
    def large(self) -> Limits:
        return Limits(submission_bytes=10_000_000)

    @pytest.fixture
    def work(self, tmp_path: Path) -> Path:
        write_notebook(tmp_path / "work" / "names.ipynb", "# " + "x" * 100_000)
        return tmp_path / "work"

    def test_handing_in_to_a_full_disk_says_so_and_leaves_nothing(
        self, small_disk: Path, large: Limits, form_a: Path, work: Path
    ) -> None:
        exchange = FolderExchange(small_disk / "exchange", large)
        exchange.grant("ada", A, form_a)
        with pytest.raises(StorageError, match=r"could not be handed in: No space left.*submit again"):
            exchange.submit("ada", A, work)
        assert os.listdir(small_disk / "exchange" / "ada" / "inbox") == []
        assert exchange.offers("ada")[0].submissions == ()

    def test_granting_on_a_full_disk_says_so_and_grants_nothing(
        self, small_disk: Path, large: Limits, work: Path
    ) -> None:
        exchange = FolderExchange(small_disk / "exchange", large)
        with pytest.raises(StorageError, match=r"could not be granted to ada: No space left.*kit run"):
            exchange.grant("ada", A, work)
        assert exchange.granted() == {}
        assert os.listdir(small_disk / "exchange" / "ada" / "granted") == []

    def test_fetching_to_a_full_disk_leaves_nothing(
        self, small_disk: Path, folder_exchange: FolderExchange, work: Path
    ) -> None:
        folder_exchange.grant("ada", A, work)
        with pytest.raises(StorageError, match=r"could not be fetched: No space left"):
            folder_exchange.fetch("ada", A, small_disk)
        assert os.listdir(small_disk) == []

    def test_a_full_disk_on_the_desks_side_keeps_the_submission_waiting(
        self, tmp_path: Path, large: Limits, form_a: Path, work: Path
    ) -> None:
        """No tmpfs needed: a process that may not write files larger than 50,000 bytes."""
        exchange = FolderExchange(tmp_path / "exchange", large)
        exchange.grant("ada", A, form_a)
        receipt = exchange.submit("ada", A, work)

        def with_little_room() -> object:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
            return list(exchange.arrivals())

        error = in_a_child(with_little_room)
        assert isinstance(error, StorageError)
        assert "It stays waiting" in str(error)
        assert os.listdir(exchange.path / "ada" / "submitted") == []
        (submitted,) = exchange.arrivals()
        assert isinstance(submitted, Submitted)
        assert submitted.receipt == receipt
        assert files_in(submitted.folder) == files_in(work)

    def test_running_out_of_open_files_is_never_the_learners_fault(
        self, folder_exchange: FolderExchange, form_a: Path, adas: Path, limits: Limits
    ) -> None:
        folder_exchange.grant("ada", A, form_a)
        write_notebook(adas / "names.ipynb", "")
        (adas / "1" / "2" / "3").mkdir(parents=True)
        (adas / "1" / "2" / "3" / "deep.txt").touch()
        folder_exchange.submit("ada", A, adas)

        def with_room_for(files: int) -> object:
            highest = max(int(name) for name in os.listdir("/proc/self/fd"))
            while os.dup(0) < highest:
                pass
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1 + files, highest + 1 + files))
            (submitted,) = folder_exchange.arrivals()
            assert isinstance(submitted, Submitted)
            return weigh(submitted.folder, limits)

        answers = []
        for files in range(3, 24):
            answers.append(in_a_child(partial(with_room_for, files)))
            if answers[-1] is None:
                break
        assert answers[-1] is None, "with enough room it arrives, and nothing is wrong with it"
        assert len(answers) > 3
        assert {type(answer) for answer in answers[:-1]} == {StorageError}

    def test_a_read_only_inbox_says_so(self, limits: Limits) -> None:
        place = Path(tempfile.mkdtemp(prefix="kit-test-", dir="/tmp"))
        place.chmod(0o777)
        # Root writes everywhere, so somebody else tries.
        account = NOBODY if ROOT else None

        def prepare_and_try() -> object:
            write_notebook(place / "form" / "names.ipynb", "")
            exchange = FolderExchange(place / "exchange", limits)
            exchange.grant("ada", A, place / "form")
            (exchange.path / "ada" / "inbox").chmod(0o500)
            return exchange.submit("ada", A, place / "form")

        try:
            error = in_a_child(prepare_and_try, account)
            assert isinstance(error, StorageError), error
            assert "could not be handed in: Permission denied" in str(error)
            assert "submit again" in str(error)
            assert os.listdir(place / "exchange" / "ada" / "inbox") == []
        finally:
            (place / "exchange" / "ada" / "inbox").chmod(0o700)
            shutil.rmtree(place)


OPENED: list[str] | None = None


def _note(event: str, args: tuple[object, ...]) -> None:
    if OPENED is not None and event in ("open", "os.scandir", "os.listdir"):
        OPENED.append(event)


sys.addaudithook(_note)  # cannot be taken off again; costs one comparison while OPENED is None


@pytest.fixture
def opened() -> Callable[[Callable[[], object]], dict[str, int]]:
    """Runs something and counts which files and folders it opens."""

    def count(work: Callable[[], object]) -> dict[str, int]:
        global OPENED
        OPENED = []
        try:
            work()
            return {event: OPENED.count(event) for event in set(OPENED)}
        finally:
            OPENED = None

    return count


def test_listing_opens_no_file_and_each_folder_once(
    folder_exchange: FolderExchange, form_a: Path, tmp_path: Path, opened: Callable[..., dict[str, int]]
) -> None:
    for number in range(30):
        learner = f"learner{number}"
        hand_in(folder_exchange, learner, A, form_a, tmp_path / learner)
    for arrival in list(folder_exchange.arrivals()):
        folder_exchange.settle(arrival)
    assert opened(folder_exchange.granted) == {"os.scandir": 1 + 30}
    assert opened(lambda: list(folder_exchange.arrivals())) == {"os.scandir": 1 + 2 * 30}
