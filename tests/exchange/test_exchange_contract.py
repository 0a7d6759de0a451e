"""What every exchange backend does. A new backend: one line in `kit.exchange.EXCHANGES`, and this file passes.

A backend that needs more than the course (a running hub, say) starts it in a fixture that `reopen` in conftest.py asks
for, by the backend's name. Nothing here may know how a backend stores anything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from tiny import A, B, files_in, hand_in, write_notebook

from kit.course import Course
from kit.errors import CourseError, NotGranted, StorageError, UnknownName
from kit.exchange import Exchange, Feedback, Fetched, Receipt, Submitted, open_exchange, weigh


class TestTheWholeWay:
    def test_a_grant_leads_to_an_offer_a_fetch_a_submission_an_arrival_feedback_and_progress(
        self, exchange: Exchange, course: Course, form_a: Path, adas: Path
    ) -> None:
        exchange.grant("ada", A, form_a)
        (offer,) = exchange.offers("ada")
        assert (offer.assignment, offer.notebooks, offer.submissions) == (A, ("names",), ())

        folder = exchange.fetch("ada", A, adas)
        assert folder == adas / A
        assert files_in(folder) == files_in(form_a)

        write_notebook(folder / "names.ipynb", "name = 'Ada'")
        before = datetime.now(UTC)
        receipt = exchange.submit("ada", A, folder)
        assert (receipt.learner, receipt.assignment) == ("ada", A)
        assert before <= receipt.at <= datetime.now(UTC)

        fetched, submitted = exchange.arrivals()
        assert isinstance(fetched, Fetched)
        assert (fetched.learner, fetched.assignment) == ("ada", A)
        assert isinstance(submitted, Submitted)
        assert submitted.receipt == receipt
        assert files_in(submitted.folder) == files_in(folder)
        assert weigh(submitted.folder, course.limits) is None

        exchange.settle(fetched)
        exchange.settle(submitted)
        assert list(exchange.arrivals()) == []

        exchange.publish_feedback("ada", Feedback(A, receipt.submission, b"<p>well done</p>"))
        assert exchange.feedback("ada", A) == [Feedback(A, receipt.submission, b"<p>well done</p>")]

        exchange.publish_progress("ada", {"units": {"01-names": "mastered"}})
        assert exchange.progress("ada") == {"units": {"01-names": "mastered"}}

    def test_everything_is_there_for_whoever_opens_the_exchange_next(
        self, reopen: Callable[[], Exchange], form_a: Path, adas: Path
    ) -> None:
        receipt = hand_in(reopen(), "ada", A, form_a, adas)
        assert reopen().granted() == {"ada": frozenset({A})}
        assert reopen().offers("ada")[0].submissions == (receipt,)
        for arrival in list(reopen().arrivals()):
            reopen().settle(arrival)
        assert list(reopen().arrivals()) == []
        assert reopen().offers("ada")[0].submissions == (receipt,), "a settled submission is still the learner's"

    def test_a_submission_is_what_it_was_at_that_moment(self, exchange: Exchange, form_a: Path, adas: Path) -> None:
        hand_in(exchange, "ada", A, form_a, adas)
        at_that_moment = files_in(adas / A)
        write_notebook(adas / A / "names.ipynb", "second thoughts")
        (submitted,) = (arrival for arrival in exchange.arrivals() if isinstance(arrival, Submitted))
        assert files_in(submitted.folder) == at_that_moment

    def test_two_submissions_of_one_assignment_both_arrive_oldest_first(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        first = hand_in(exchange, "ada", A, form_a, adas)
        second = exchange.submit("ada", A, adas / A)
        assert first.submission < second.submission
        arrived = [arrival.receipt for arrival in exchange.arrivals() if isinstance(arrival, Submitted)]
        assert arrived == [first, second]
        assert exchange.offers("ada")[0].submissions == (first, second)

    def test_what_several_learners_did_arrives_in_the_order_in_which_they_did_it(
        self, exchange: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        for learner in ("zoe", "ada", "bob"):
            hand_in(exchange, learner, A, form_a, tmp_path / learner)
        arrivals = list(exchange.arrivals())
        assert [type(a).__name__ for a in arrivals] == ["Fetched", "Submitted"] * 3
        assert [a.receipt.learner for a in arrivals if isinstance(a, Submitted)] == ["zoe", "ada", "bob"]

    def test_a_learner_who_settles_one_arrival_still_has_the_other(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        hand_in(exchange, "ada", A, form_a, adas)
        second = exchange.submit("ada", A, adas / A)
        arrivals = list(exchange.arrivals())
        exchange.settle(arrivals[0])
        exchange.settle(arrivals[1])
        assert [a.receipt for a in exchange.arrivals() if isinstance(a, Submitted)] == [second]


VERBS: dict[str, Callable[[Exchange, str, str, Path], object]] = {
    "fetch": lambda exchange, learner, assignment, home: exchange.fetch(learner, assignment, home),
    "submit": lambda exchange, learner, assignment, home: exchange.submit(learner, assignment, home),
    "feedback": lambda exchange, learner, assignment, home: exchange.feedback(learner, assignment),
    "digests": lambda exchange, learner, assignment, home: exchange.feedback_digests(learner, assignment),
    "page": lambda exchange, learner, assignment, home: exchange.feedback_page(
        learner, assignment, "20260504T081530000000Z-1f3a9c"
    ),
}


@pytest.fixture
def bobs_work(tmp_path: Path) -> Path:
    write_notebook(tmp_path / "home-bob" / "names.ipynb", "name = 'Bob'")
    return tmp_path / "home-bob"


class TestOnlyWhatIsGrantedToWhoAsks:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("bob_has", [(), (B,)], ids=["bob has nothing", "bob has something else"])
    def test_bob_gets_not_granted_for_what_only_ada_has(
        self, exchange: Exchange, form_a: Path, form_b: Path, bobs_work: Path, verb: str, bob_has: tuple[str, ...]
    ) -> None:
        exchange.grant("ada", A, form_a)
        for assignment in bob_has:
            exchange.grant("bob", assignment, form_b)
        with pytest.raises(NotGranted, match="kit next"):
            VERBS[verb](exchange, "bob", A, bobs_work)
        assert [path.name for path in bobs_work.iterdir()] == ["names.ipynb"]
        assert list(exchange.arrivals()) == []
        assert [offer.assignment for offer in exchange.offers("bob")] == list(bob_has)

    def test_bob_sees_neither_adas_submissions_nor_feedback_nor_progress(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        receipt = hand_in(exchange, "ada", A, form_a, adas)
        exchange.publish_feedback("ada", Feedback(A, receipt.submission, b"for ada"))
        exchange.publish_progress("ada", {"units": {}})
        exchange.grant("bob", A, form_a)
        assert exchange.offers("bob")[0].submissions == ()
        assert exchange.feedback("bob", A) == []
        assert exchange.progress("bob") is None

    def test_somebody_unknown_has_no_offers_and_no_progress(self, exchange: Exchange) -> None:
        assert exchange.offers("nobody-we-know") == []
        assert exchange.progress("nobody-we-know") is None
        assert exchange.granted() == {}

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize(
        "assignment",
        ["../ada/granted/01-names.a", "..", ".", "", "/etc", "01-names.a/", "01-names.a/../01-names.b", "01-Names.a",
         "01+names", ".01-names.a", "01..names", "01-names.a\n", "01-names.a\x00", "x" * 300],
    )  # fmt: skip
    def test_an_assignment_name_that_tries_to_leave_the_folder_is_not_granted(
        self, exchange: Exchange, form_a: Path, bobs_work: Path, verb: str, assignment: str
    ) -> None:
        exchange.grant("ada", A, form_a)
        exchange.grant("bob", A, form_a)
        with pytest.raises(NotGranted):
            VERBS[verb](exchange, "bob", assignment, bobs_work)

    @pytest.mark.parametrize(
        "learner", ["../ada", "..", ".", "", "/", "ada/", "ada/../bob", "ada\x00", "a b", "x" * 65]
    )
    def test_a_learner_name_that_is_none_is_unknown_to_every_verb(
        self, exchange: Exchange, form_a: Path, bobs_work: Path, learner: str
    ) -> None:
        exchange.grant("ada", A, form_a)
        moment = datetime(2026, 11, 23, tzinfo=UTC)
        attempts: list[Callable[[], object]] = [
            lambda: exchange.offers(learner),
            lambda: exchange.progress(learner),
            lambda: exchange.grant(learner, A, form_a),
            lambda: exchange.withdraw(learner, A),
            lambda: exchange.settle(Fetched(learner, A, moment)),
            lambda: exchange.publish_feedback(learner, Feedback(A, "20261123T000000000000Z-abcdef", b"")),
            lambda: exchange.publish_progress(learner, {}),
            *(lambda verb=verb: verb(exchange, learner, A, bobs_work) for verb in VERBS.values()),
        ]
        for attempt in attempts:
            with pytest.raises(UnknownName):
                attempt()

    @pytest.mark.parametrize("assignment", ["../x", "..", "", "a/b", "a+b", "A", "a..b"])
    def test_the_desk_refuses_an_assignment_name_that_could_leave_the_folder(
        self, exchange: Exchange, form_a: Path, assignment: str
    ) -> None:
        receipt = Receipt("ada", assignment, "20261123T000000000000Z-abcdef", datetime(2026, 11, 23, tzinfo=UTC))
        for attempt in (
            lambda: exchange.grant("ada", assignment, form_a),
            lambda: exchange.withdraw("ada", assignment),
            lambda: exchange.settle(Submitted(receipt, form_a)),
            lambda: exchange.publish_feedback("ada", Feedback(assignment, receipt.submission, b"")),
        ):
            with pytest.raises(UnknownName):
                attempt()

    @pytest.mark.parametrize("submission", ["../x", "..", "", "1", "20260231T000000000000Z-abcdef"])
    def test_the_desk_refuses_a_submission_name_that_is_none(
        self, exchange: Exchange, form_a: Path, submission: str
    ) -> None:
        exchange.grant("ada", A, form_a)
        receipt = Receipt("ada", A, submission, datetime(2026, 11, 23, tzinfo=UTC))
        with pytest.raises(UnknownName):
            exchange.settle(Submitted(receipt, form_a))
        with pytest.raises(UnknownName):
            exchange.publish_feedback("ada", Feedback(A, submission, b""))


class TestRepeatingChangesNothing:
    def test_granting_again_leaves_one_offer_as_it_was(self, exchange: Exchange, form_a: Path, form_b: Path) -> None:
        for _ in range(3):
            exchange.grant("ada", A, form_a)
        exchange.grant("ada", B, form_b)
        assert [offer.assignment for offer in exchange.offers("ada")] == [A, B]
        assert exchange.granted() == {"ada": frozenset({A, B})}

    def test_settling_again_is_settled(self, exchange: Exchange, form_a: Path, adas: Path) -> None:
        hand_in(exchange, "ada", A, form_a, adas)
        arrivals = list(exchange.arrivals())
        for arrival in arrivals * 2:
            exchange.settle(arrival)
        assert list(exchange.arrivals()) == []

    def test_arrivals_are_the_same_until_they_are_settled(self, exchange: Exchange, form_a: Path, adas: Path) -> None:
        hand_in(exchange, "ada", A, form_a, adas)
        assert list(exchange.arrivals()) == list(exchange.arrivals())

    def test_a_withdrawn_grant_is_gone_and_can_be_given_again(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        receipt = hand_in(exchange, "ada", A, form_a, adas)
        for _ in range(2):
            exchange.withdraw("ada", A)
        assert exchange.granted() == {}
        assert exchange.offers("ada") == []
        with pytest.raises(NotGranted):
            exchange.fetch("ada", A, adas / "again")
        assert (adas / A / "names.ipynb").exists(), "what was fetched stays where it is"
        assert [a.receipt for a in exchange.arrivals() if isinstance(a, Submitted)] == [receipt], (
            "what was handed in, too"
        )
        exchange.grant("ada", A, form_a)
        assert exchange.offers("ada")[0].submissions == (receipt,)

    def test_withdrawing_what_was_never_granted_is_no_error(self, exchange: Exchange) -> None:
        exchange.withdraw("ada", A)
        assert exchange.granted() == {}

    def test_publishing_again_replaces(self, exchange: Exchange, form_a: Path, adas: Path) -> None:
        receipt = hand_in(exchange, "ada", A, form_a, adas)
        for html in (b"first", b"second"):
            exchange.publish_feedback("ada", Feedback(A, receipt.submission, html))
            exchange.publish_progress("ada", {"text": html.decode()})
        assert [page.html for page in exchange.feedback("ada", A)] == [b"second"]
        assert exchange.progress("ada") == {"text": "second"}

    def test_feedback_on_several_submissions_comes_oldest_first(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        receipts = [hand_in(exchange, "ada", A, form_a, adas)]
        receipts += [exchange.submit("ada", A, adas / A) for _ in range(2)]
        for receipt in reversed(receipts):
            exchange.publish_feedback("ada", Feedback(A, receipt.submission, receipt.submission.encode()))
        assert [page.submission for page in exchange.feedback("ada", A)] == [r.submission for r in receipts]
        assert list(exchange.feedback_digests("ada", A)) == [r.submission for r in receipts]

    def test_one_page_and_the_digests_of_all_can_be_had_without_the_others(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        receipt = hand_in(exchange, "ada", A, form_a, adas)
        assert exchange.feedback_digests("ada", A) == {}
        with pytest.raises(NotGranted, match=r"no feedback|kit next"):
            exchange.feedback_page("ada", A, receipt.submission)
        for html in (b"first", b"other"):
            exchange.publish_feedback("ada", Feedback(A, receipt.submission, html))
            assert exchange.feedback_page("ada", A, receipt.submission) == html
            assert exchange.feedback_digests("ada", A) == {receipt.submission: sha256(html).hexdigest()}

    def test_progress_keeps_any_json(self, exchange: Exchange) -> None:
        standing = json.loads('{"title": "Größe ✓", "share": 0.75, "units": [{"gap": null, "open": true}]}')
        exchange.publish_progress("ada", standing)
        assert exchange.progress("ada") == standing

    def test_fetching_again_elsewhere_is_one_more_copy(self, exchange: Exchange, form_a: Path, adas: Path) -> None:
        exchange.grant("ada", A, form_a)
        one, other = exchange.fetch("ada", A, adas / "one"), exchange.fetch("ada", A, adas / "other")
        assert files_in(one) == files_in(other) == files_in(form_a)


class TestFetchNeverOverwrites:
    @pytest.mark.parametrize("there", ["a folder with work", "an empty folder", "a file", "a dangling link"])
    def test_fetching_where_something_is_already_is_refused_and_leaves_it(
        self, exchange: Exchange, form_a: Path, adas: Path, there: str
    ) -> None:
        exchange.grant("ada", A, form_a)
        target = adas / A
        if "folder" in there:
            target.mkdir()
        if "work" in there:
            (target / "names.ipynb").write_text("my work")
        if there == "a file":
            target.write_text("mine")
        if there == "a dangling link":
            target.symlink_to(adas / "nowhere")
        before = (files_in(adas), os.listdir(adas))
        with pytest.raises(StorageError, match="exists already"):
            exchange.fetch("ada", A, adas)
        assert (files_in(adas), os.listdir(adas)) == before

    def test_a_place_that_cannot_be_written_is_a_storage_error_that_leaves_nothing(
        self, exchange: Exchange, form_a: Path, adas: Path
    ) -> None:
        exchange.grant("ada", A, form_a)
        (adas / "file").write_text("not a folder")
        with pytest.raises(StorageError, match=f"{A} could not be fetched.*fetch again"):
            exchange.fetch("ada", A, adas / "file")
        assert os.listdir(adas) == ["file"]


def test_submission_names_sort_by_time_and_are_never_the_same(exchange: Exchange, form_a: Path, adas: Path) -> None:
    receipts = [hand_in(exchange, "ada", A, form_a, adas)]
    receipts += [exchange.submit("ada", A, adas / A) for _ in range(5)]
    names = [receipt.submission for receipt in receipts]
    assert names == sorted(set(names))
    assert all(later.at - earlier.at > timedelta(0) for earlier, later in pairwise(receipts))


def test_a_course_that_names_no_known_exchange_is_told_which_there_are(course_root: Path, course: Course) -> None:
    with pytest.raises(CourseError, match=r"'pigeon'.*folder"):
        open_exchange(replace(course, exchange="pigeon"))
