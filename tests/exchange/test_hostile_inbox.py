"""A learner can write anything into the own inbox; the desk follows none of it, and the others' work still arrives."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import A, files_in, hand_in, write_notebook

from kit.course import Limits
from kit.exchange import Fetched, Submitted, weigh
from kit.exchange.folder import FolderExchange
from kit.exchange.names import entry_name, new_submission, parse_entry, submission_time

NAME = f"20261123T120000000000Z-abcdef+{A}"


@pytest.fixture
def folder_exchange(tmp_path: Path, limits: Limits, form_a: Path) -> FolderExchange:
    """Mallory has a grant, and Ada's submission waits."""
    exchange = FolderExchange(tmp_path / "exchange", limits)
    exchange.grant("mallory", A, form_a)
    hand_in(exchange, "ada", A, form_a, tmp_path / "home-ada")
    return exchange


@pytest.fixture
def inbox(folder_exchange: FolderExchange) -> Path:
    return folder_exchange.path / "mallory" / "inbox"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    write_notebook(tmp_path / "secret" / "solutions.ipynb", "the answer is SECRET")
    return tmp_path / "secret"


def of(exchange: FolderExchange, learner: str) -> list[Submitted]:
    return [a for a in exchange.arrivals() if isinstance(a, Submitted) and a.receipt.learner == learner]


# Entries whose name is no submission's, or that are no folder: left lying, never followed.


def no_such_name(inbox: Path, secret: Path) -> None:
    for name in ("hello", "+", f"+{A}", "20261123T120000000000Z-abcdef", "20261123T120000000000Z-abcdef+..",
                 "20261123T120000000000Z-abcdef+A", f"20261131T120000000000Z-abcdef+{A}",
                 f"٢٠٢٦١١٢٣T120000000000Z-abcdef+{A}", f"{NAME}+{A}", "a\nb", "x" * 200):  # fmt: skip
        (inbox / name).mkdir()


def undecodable_name(inbox: Path, secret: Path) -> None:
    os.mkdir(os.fsencode(inbox) + b"/\xff\xfe")
    os.mkdir(os.fsencode(inbox) + b"/20261123T120000000000Z-abcdef+\xff")


def link_to_a_folder(inbox: Path, secret: Path) -> None:
    (inbox / NAME).symlink_to(secret)


def link_to_itself(inbox: Path, secret: Path) -> None:
    (inbox / NAME).symlink_to(inbox / NAME)


def plain_file(inbox: Path, secret: Path) -> None:
    (inbox / NAME).write_text("not a folder")


def fifo(inbox: Path, secret: Path) -> None:
    os.mkfifo(inbox / NAME)


@pytest.mark.parametrize(
    "plant",
    [no_such_name, undecodable_name, link_to_a_folder, link_to_itself, plain_file, fifo],
    ids=lambda plant: plant.__name__.replace("_", " "),
)
def test_an_entry_that_is_no_submission_is_left_alone_and_stops_nobody(
    folder_exchange: FolderExchange, inbox: Path, secret: Path, plant: Callable[[Path, Path], None]
) -> None:
    plant(inbox, secret)
    assert of(folder_exchange, "mallory") == []
    assert len(of(folder_exchange, "ada")) == 1
    assert folder_exchange.offers("mallory")[0].submissions == ()
    assert files_in(secret), "and what it points to is untouched"


# Folders with a submission's name, put there past the counter: they arrive, and `weigh` says why they cannot be graded.


def nothing_in_it(entry: Path, secret: Path) -> None:
    """An empty folder."""


def link_inside(entry: Path, secret: Path) -> None:
    write_notebook(entry / "names.ipynb", "")
    (entry / "more.ipynb").symlink_to(secret / "solutions.ipynb")


def linked_folder_inside(entry: Path, secret: Path) -> None:
    write_notebook(entry / "names.ipynb", "")
    (entry / "more").symlink_to(secret)


def fifo_inside(entry: Path, secret: Path) -> None:
    os.mkfifo(entry / "names.ipynb")


def oversize(entry: Path, secret: Path) -> None:
    write_notebook(entry / "names.ipynb", "")
    with open(entry / "huge.bin", "wb") as file:
        file.truncate(10**12)


def pile_of_files(entry: Path, secret: Path) -> None:
    for number in range(2_000):
        (entry / f"{number}.ipynb").touch()


def bottomless(entry: Path, secret: Path) -> None:
    write_notebook(entry / "names.ipynb", "")
    (entry / "/".join("d" * 200)).mkdir(parents=True)


def undecodable_inside(entry: Path, secret: Path) -> None:
    write_notebook(entry / "names.ipynb", "")
    os.symlink(b"/etc/passwd", os.fsencode(entry) + b"/\xff\x1b[31m")


ODD: dict[Callable[[Path, Path], None], str] = {
    nothing_in_it: "no notebook",
    link_inside: "'more.ipynb' is a link",
    linked_folder_inside: "'more' is a link",
    fifo_inside: "'names.ipynb' is not an ordinary file",
    oversize: "larger than 20,000 bytes",
    pile_of_files: "more than 12 files",
    bottomless: "too many folders inside each other",
    undecodable_inside: "'?",
}


@pytest.mark.parametrize("plant", ODD, ids=lambda plant: plant.__name__.replace("_", " "))
def test_an_odd_submission_arrives_with_the_sentence_why_it_cannot_be_graded(
    folder_exchange: FolderExchange, inbox: Path, secret: Path, limits: Limits, plant: Callable[[Path, Path], None]
) -> None:
    (inbox / NAME).mkdir()
    plant(inbox / NAME, secret)
    (odd,) = of(folder_exchange, "mallory")
    reason = weigh(odd.folder, limits)
    assert reason is not None
    assert ODD[plant] in reason
    assert reason.isprintable(), "fit to be shown"
    assert sum(len(content) for content in files_in(odd.folder).values()) < 1_000, "nothing of it was copied"
    assert weigh(odd.folder, limits) == reason
    (adas,) = of(folder_exchange, "ada")
    assert weigh(adas.folder, limits) is None
    folder_exchange.settle(odd)
    assert of(folder_exchange, "mallory") == []
    assert not (inbox / NAME).exists()
    assert files_in(secret), "settling followed no link"


def test_folders_deeper_than_a_path_can_say_stop_nobody(
    folder_exchange: FolderExchange, inbox: Path, tmp_path: Path
) -> None:
    roomy = FolderExchange(folder_exchange.path, Limits())
    write_notebook(inbox / NAME / "names.ipynb", "")
    here = os.open(inbox / NAME, os.O_RDONLY)
    for _ in range(30):  # 30 × 255 signs: no path can name the innermost
        os.mkdir("d" * 255, dir_fd=here)
        below = os.open("d" * 255, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    (odd,) = of(roomy, "mallory")
    assert "too many folders inside each other" in (weigh(odd.folder, Limits()) or "")
    assert len(of(roomy, "ada")) == 1
    roomy.settle(odd)
    assert of(roomy, "mallory") == []


def test_a_folder_that_was_weighed_by_hand_tells_the_same(inbox: Path, limits: Limits, secret: Path) -> None:
    (inbox / NAME).mkdir()
    oversize(inbox / NAME, secret)
    assert "larger than" in (weigh(inbox / NAME, limits) or "")
    assert weigh(inbox / "nowhere", limits) is not None


def test_a_learners_own_refused_note_is_not_taken_for_the_desks(
    folder_exchange: FolderExchange, inbox: Path, limits: Limits
) -> None:
    write_notebook(inbox / NAME / "names.ipynb", "")
    (inbox / NAME / ".refused").symlink_to("/etc/passwd")
    (submitted,) = of(folder_exchange, "mallory")
    assert list(files_in(submitted.folder)) == ["names.ipynb"]
    assert weigh(submitted.folder, limits) is None


def test_changing_the_inbox_after_arrival_changes_nothing(
    folder_exchange: FolderExchange, inbox: Path, secret: Path
) -> None:
    write_notebook(inbox / NAME / "names.ipynb", "first")
    (first,) = of(folder_exchange, "mallory")
    before = files_in(first.folder)
    write_notebook(inbox / NAME / "names.ipynb", "second")
    (inbox / NAME / "more.ipynb").symlink_to(secret / "solutions.ipynb")
    (again,) = of(folder_exchange, "mallory")
    assert again == first
    assert files_in(again.folder) == before


def test_a_settled_submission_planted_again_is_still_what_it_was(folder_exchange: FolderExchange, inbox: Path) -> None:
    write_notebook(inbox / NAME / "names.ipynb", "first")
    (first,) = of(folder_exchange, "mallory")
    before = files_in(first.folder)
    folder_exchange.settle(first)
    write_notebook(inbox / NAME / "names.ipynb", "a better answer under the old name")
    (again,) = of(folder_exchange, "mallory")
    assert again == first
    assert files_in(again.folder) == before


def test_what_is_taken_away_before_the_desk_looks_does_not_arrive(
    folder_exchange: FolderExchange, inbox: Path, tmp_path: Path, form_a: Path
) -> None:
    hand_in(folder_exchange, "zoe", A, form_a, tmp_path / "home-zoe")
    write_notebook(inbox / f"99991231T000000000000Z-abcdef+{A}" / "names.ipynb", "")
    arrivals = folder_exchange.arrivals()
    next(arrivals)  # the list of names is made; Mallory's comes last
    for name in os.listdir(inbox):
        (inbox / name).rename(tmp_path / name)
    assert "mallory" not in {a.receipt.learner for a in arrivals if isinstance(a, Submitted)}


def test_a_time_in_the_future_ends_now_and_stays_the_same(folder_exchange: FolderExchange, inbox: Path) -> None:
    write_notebook(inbox / f"99991231T235959999999Z-abcdef+{A}" / "names.ipynb", "")
    (submitted,) = of(folder_exchange, "mallory")
    assert submitted.receipt.at <= datetime.now(UTC)
    assert of(folder_exchange, "mallory") == [submitted]
    assert folder_exchange.offers("mallory")[0].submissions == (submitted.receipt,)


@pytest.mark.parametrize("kind", ["a folder", "a link", "a fifo", "a file in the future"])
def test_a_fetch_mark_is_believed_only_as_far_as_a_plain_file_goes(
    folder_exchange: FolderExchange, secret: Path, kind: str
) -> None:
    mark = folder_exchange.path / "mallory" / "fetched" / A
    if kind == "a folder":
        mark.mkdir()
    elif kind == "a link":
        mark.symlink_to(secret / "solutions.ipynb")
    elif kind == "a fifo":
        os.mkfifo(mark)
    else:
        mark.touch()
        os.utime(mark, (10**10, 10**10))
    marks = [a for a in folder_exchange.arrivals() if isinstance(a, Fetched) and a.learner == "mallory"]
    assert len(marks) == (kind == "a file in the future")
    assert all(mark.at <= datetime.now(UTC) for mark in marks)


def test_foreign_files_beside_the_learners_do_not_matter(folder_exchange: FolderExchange) -> None:
    (folder_exchange.path / "notes.txt").write_text("kept by the instructor")
    (folder_exchange.path / "lost+found").mkdir()
    (folder_exchange.path / "empty").mkdir()
    assert set(folder_exchange.granted()) == {"ada", "mallory"}
    assert len(list(folder_exchange.arrivals())) == 2


@given(st.text())
def test_any_text_is_either_no_entry_or_exactly_the_entry_it_names(name: str) -> None:
    parsed = parse_entry(name)
    assert parsed is None or (entry_name(*parsed) == name and "/" not in name and ".." not in name)


@given(st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)))
def test_a_submission_name_keeps_its_moment(at: datetime) -> None:
    submission = new_submission(at)
    assert submission_time(submission) == at
    assert parse_entry(entry_name(submission, A)) == (submission, A)


def test_submission_names_sort_as_their_moments_do() -> None:
    @given(st.lists(st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)), unique=True, max_size=8))
    def names_sort(moments: list[datetime]) -> None:
        names = [new_submission(moment) for moment in moments]
        assert sorted(names) == [name for _, name in sorted(zip(moments, names, strict=True))]

    names_sort()


def test_the_limits_are_those_of_the_course(limits: Limits) -> None:
    assert (limits.submission_bytes, limits.submission_files) == (20_000, 12)
