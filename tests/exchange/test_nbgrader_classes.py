"""nbgrader's own code (apps, API, the server side of its assignment list) on the kit's exchange classes."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.apps import FetchAssignmentApp, FetchFeedbackApp, ListApp, NbGraderAPI, ReleaseAssignmentApp, SubmitApp
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.exchange.default import ExchangeList as NbgradersOwnList
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList
from tiny import A, B, files_in, hand_in, in_a_child, write_notebook
from traitlets.config import Config

from kit.course import Course
from kit.exchange import Exchange, Feedback, Submitted, open_exchange
from kit.exchange.lab import lab_environment
from kit.exchange.nbgrader import configure
from kit.exchange.telling import ListNotShown

NBGRADER_CONFIG = """\
from pathlib import Path

from kit.exchange.nbgrader import configure

configure(get_config(), Path(__file__).parent)
"""


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader adds the working directory to the module path; that must not outlive a test."""
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def desk(course: Course) -> Exchange:
    return open_exchange(course)


@pytest.fixture
def config(course_root: Path) -> Config:
    (course_root / "nbgrader_config.py").write_text(NBGRADER_CONFIG, encoding="utf-8")
    made = Config()
    configure(made, course_root)
    return made


Seat = Callable[[str], AssignmentList]


@pytest.fixture
def seat(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seat:
    """Sits a learner down at a server of their own: the object that answers JupyterLab's assignment list."""

    def sit_down(learner: str) -> AssignmentList:
        home = tmp_path / f"home-{learner}"
        home.mkdir(exist_ok=True)
        _, environment = lab_environment(course, learner, home)
        for name in ("KIT_COURSE", "KIT_LEARNER", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            monkeypatch.setenv(name, environment[name])
        monkeypatch.chdir(home)
        manager = AssignmentList()
        manager.root_dir = str(home)
        return manager

    return sit_down


def rows(manager: AssignmentList, course_id: str = "tiny") -> list[dict[str, Any]]:
    answer = manager.list_assignments(course_id=course_id)
    assert answer["success"], answer["value"]
    return list(answer["value"])


def short(manager: AssignmentList) -> list[tuple[str, str]]:
    return [(row["assignment_id"], row["status"]) for row in rows(manager)]


class TestTheAssignmentList:
    def test_a_learner_goes_the_whole_way_with_nbgraders_own_list(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        ada = seat("ada")
        home = tmp_path / "home-ada"
        assert ada.list_courses() == {"success": True, "value": ["tiny"]}
        assert short(ada) == [(A, "released")]

        assert ada.fetch_assignment("tiny", A) == {"success": True}
        assert files_in(home / A) == files_in(form_a)
        (row,) = rows(ada)
        assert (row["status"], row["path"]) == ("fetched", A)
        assert row["notebooks"] == [{"notebook_id": "names", "path": f"{A}/names.ipynb"}]

        write_notebook(home / A / "names.ipynb", "name = 'Ada'")
        assert ada.submit_assignment("tiny", A) == {"success": True}
        (submitted,) = (a for a in desk.arrivals() if isinstance(a, Submitted))
        assert files_in(submitted.folder) == files_in(home / A)
        assert short(ada) == [(A, "fetched"), (A, "submitted")]
        (submission,) = rows(ada)[1]["submissions"]
        assert (submission["has_exchange_feedback"], submission["has_local_feedback"]) == (False, False)

        page = Feedback(A, submitted.receipt.submission, b"<p>well done</p>")
        desk.publish_feedback("ada", page)
        (submission,) = rows(ada)[1]["submissions"]
        assert (submission["has_exchange_feedback"], submission["has_local_feedback"]) == (True, False)

        assert ada.fetch_feedback("tiny", A) == {"success": True}
        (submission,) = rows(ada)[1]["submissions"]
        assert (submission["has_local_feedback"], submission["feedback_updated"]) == (True, False)
        local = home / submission["local_feedback_path"] / "names.html"
        assert local.read_bytes() == page.html
        assert submission["notebooks"][0]["local_feedback_path"] == str(local)

    def test_feedback_that_changed_is_offered_again_and_replaces_the_old(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        receipt = hand_in(desk, "ada", A, form_a, tmp_path / "home-ada")
        ada = seat("ada")
        for text in (b"first", b"second"):
            desk.publish_feedback("ada", Feedback(A, receipt.submission, text))
            assert rows(ada)[1]["submissions"][0]["feedback_updated"] is (text == b"second")
            ada.fetch_feedback("tiny", A)
            assert rows(ada)[1]["submissions"][0]["feedback_updated"] is False
        (page,) = (tmp_path / "home-ada" / A / "feedback").rglob("*.html")
        assert page.read_bytes() == b"second"

    def test_fetched_feedback_is_not_handed_in_again(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        receipt = hand_in(desk, "ada", A, form_a, tmp_path / "home-ada")
        desk.publish_feedback("ada", Feedback(A, receipt.submission, b"x" * 30_000))
        ada = seat("ada")
        ada.fetch_feedback("tiny", A)
        assert ada.submit_assignment("tiny", A) == {"success": True}
        newest = [a for a in desk.arrivals() if isinstance(a, Submitted)][-1]
        assert set(files_in(newest.folder)) == {"names.ipynb", "data/prices.csv"}

    def test_each_learner_sees_exactly_what_is_granted_to_that_learner(
        self, seat: Seat, desk: Exchange, form_a: Path, form_b: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        desk.grant("bob", B, form_b)
        for learner, expected in (("ada", [(A, "released")]), ("bob", [(B, "released")]), ("cyd", [])):
            assert short(seat(learner)) == expected

    def test_fetching_what_is_granted_to_somebody_else_brings_nothing(
        self, seat: Seat, desk: Exchange, form_a: Path, form_b: Path, tmp_path: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        desk.grant("bob", B, form_b)
        answer = seat("bob").fetch_assignment("tiny", A)
        assert not answer["success"]
        assert f"'{A}' is not open to bob now" in answer["value"]
        assert not (tmp_path / "home-bob" / A).exists()

    def test_another_courses_list_is_empty_and_nothing_of_it_can_be_fetched(
        self, seat: Seat, desk: Exchange, form_a: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        ada = seat("ada")
        assert rows(ada, course_id="another") == []
        assert "no course 'another' here" in ada.fetch_assignment("another", A)["value"]

    def test_a_refused_submission_tells_the_learner_why(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        ada = seat("ada")
        ada.fetch_assignment("tiny", A)
        (tmp_path / "home-ada" / A / "holiday.mp4").write_bytes(b"x" * 30_000)
        answer = ada.submit_assignment("tiny", A)
        assert not answer["success"]
        assert "Your submission is larger than 20,000 bytes, which is passed at 'holiday.mp4'." in answer["value"]
        assert short(ada) == [(A, "fetched")]

    def test_two_submissions_stand_in_one_row_oldest_first(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        hand_in(desk, "ada", A, form_a, tmp_path / "home-ada")
        ada = seat("ada")
        ada.submit_assignment("tiny", A)
        (row,) = (row for row in rows(ada) if row["status"] == "submitted")
        stamps = [submission["timestamp"] for submission in row["submissions"]]
        assert len(set(stamps)) == 2
        assert stamps == sorted(stamps)

    # nbgrader's own list leaves a file open for the garbage collector
    @pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
    def test_the_rows_have_the_keys_of_nbgraders_own_exchange(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        released, submitted = nbgraders_own_rows(tmp_path / "nbgraders", form_a)
        receipt = hand_in(desk, "ada", A, form_a, tmp_path / "home-ada")
        desk.publish_feedback("ada", Feedback(A, receipt.submission, b""))
        ours_fetched, ours_submitted = rows(seat("ada"))
        shutil.rmtree(tmp_path / "home-ada" / A)
        ours_released = rows(seat("ada"))[0]
        for ours, theirs in ((ours_released, released), (ours_fetched, released), (ours_submitted, submitted)):
            assert shape(ours) == shape(theirs)

    def test_a_course_that_cannot_be_read_is_an_exchange_error_and_no_crash(
        self, seat: Seat, course_root: Path
    ) -> None:
        ada = seat("ada")
        (course_root / "course.toml").write_text("id = ", encoding="utf-8")
        answer = ada.list_assignments(course_id="tiny")
        assert not answer["success"]


def shape(value: Any) -> Any:
    """The keys of nested rows, without the values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def nbgraders_own_rows(place: Path, form: Path) -> list[dict[str, Any]]:
    """What nbgrader's default exchange lists for one released and one submitted assignment."""
    shutil.copytree(form, place / "root" / "tiny" / "outbound" / A)
    shutil.copytree(form, place / "cache" / "tiny" / f"ada+{A}+2026-11-23 12:00:00.000000 UTC")
    config = Config({"Exchange": {"root": str(place / "root"), "cache": str(place / "cache")}})
    found: list[dict[str, Any]] = []
    for cached in (False, True):
        coursedir = CourseDirectory(course_id="tiny", root=str(place))
        lister = NbgradersOwnList(coursedir=coursedir, authenticator=Authenticator(), config=config)
        lister.cached = cached
        found += lister.start()
    return found


class TestTheCommandLine:
    """`nbgrader list`, `fetch_assignment`, `submit` and `fetch_feedback`, in the learner's folder."""

    def run(self, app_class: type, *argv: str) -> Any:
        app = app_class()
        app.initialize(list(argv))
        try:
            return app.start()
        finally:
            app.reset()

    def test_a_learner_lists_fetches_submits_and_gets_feedback(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        desk.grant("ada", A, form_a)
        seat("ada")
        self.run(ListApp)
        assert f"tiny {A} (released)" in capfd.readouterr().err
        self.run(FetchAssignmentApp, A, "--course", "tiny")
        assert (tmp_path / "home-ada" / A / "names.ipynb").is_file()
        self.run(SubmitApp, A)
        (submitted,) = (a for a in desk.arrivals() if isinstance(a, Submitted))
        self.run(ListApp, "--cached")
        assert f"tiny {A} (submitted)" in capfd.readouterr().err
        desk.publish_feedback("ada", Feedback(A, submitted.receipt.submission, b"<p>well done</p>"))
        self.run(FetchFeedbackApp, A)
        (page,) = (tmp_path / "home-ada" / A / "feedback").rglob("*.html")
        assert page.read_bytes() == b"<p>well done</p>"

    def test_replace_brings_back_missing_files_and_overwrites_none(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        seat("ada")
        self.run(FetchAssignmentApp, A)
        folder = tmp_path / "home-ada" / A
        (folder / "names.ipynb").write_text("my work")
        (folder / "data" / "prices.csv").unlink()
        with pytest.raises(SystemExit):
            self.run(FetchAssignmentApp, A)
        assert not (folder / "data" / "prices.csv").exists()
        self.run(FetchAssignmentApp, A, "--replace")
        assert (folder / "names.ipynb").read_text() == "my work"
        assert (folder / "data" / "prices.csv").read_text() == "bread,3\n"
        assert sorted(os.listdir(tmp_path / "home-ada")) == [".kit", A]

    def test_strict_refuses_a_submission_without_its_notebook(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        seat("ada")
        self.run(FetchAssignmentApp, A)
        (tmp_path / "home-ada" / A / "names.ipynb").rename(tmp_path / "home-ada" / A / "other.ipynb")
        with pytest.raises(SystemExit):
            self.run(SubmitApp, A, "--strict")
        assert desk.offers("ada")[0].submissions == ()
        self.run(SubmitApp, A)
        assert len(desk.offers("ada")[0].submissions) == 1

    @pytest.mark.parametrize("app_class", [FetchFeedbackApp, SubmitApp, FetchAssignmentApp])
    def test_a_students_name_on_the_command_line_opens_nothing(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path, app_class: type
    ) -> None:
        hand_in(desk, "ada", A, form_a, tmp_path / "home-ada")
        desk.grant("bob", A, form_a)
        seat("bob")
        with pytest.raises(SystemExit):
            self.run(app_class, A, "--student", "ada")
        assert len(desk.offers("ada")[0].submissions) == 1
        assert os.listdir(tmp_path / "home-bob") == [".kit"]

    def test_with_the_course_in_the_path_everything_lies_one_folder_deeper(
        self, seat: Seat, desk: Exchange, form_a: Path, tmp_path: Path
    ) -> None:
        desk.grant("ada", A, form_a)
        ada = seat("ada")
        home = tmp_path / "home-ada"
        (home / "nbgrader_config.py").write_text(
            "get_config().Exchange.path_includes_course = True\n", encoding="utf-8"
        )
        ada.fetch_assignment("tiny", A)
        assert (home / "tiny" / A / "names.ipynb").is_file()
        assert rows(ada)[0]["path"] == f"tiny/{A}"
        assert ada.submit_assignment("tiny", A) == {"success": True}
        (receipt,) = desk.offers("ada")[0].submissions
        desk.publish_feedback("ada", Feedback(A, receipt.submission, b"<p>well done</p>"))
        ada.fetch_feedback("tiny", A)
        assert rows(ada)[1]["submissions"][0]["local_feedback_path"].startswith(f"tiny/{A}/feedback/")


class TestTheInstructorsSide:
    @pytest.fixture
    def api(self, config: Config, course_root: Path, monkeypatch: pytest.MonkeyPatch) -> NbGraderAPI:
        monkeypatch.delenv("KIT_LEARNER", raising=False)
        monkeypatch.chdir(course_root)
        # nbgrader starts alembic by name when it makes a gradebook.
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        coursedir = CourseDirectory(config=config)
        return NbGraderAPI(coursedir, Authenticator(config=config), ExchangeFactory(config=config), config=config)

    def test_formgrader_marks_as_released_what_some_learner_may_fetch(
        self, api: NbGraderAPI, desk: Exchange, form_a: Path, course_root: Path
    ) -> None:
        for name in (A, B):
            write_notebook(course_root / "gradebook" / "source" / name / "names.ipynb", "name = 'x'")
        desk.grant("ada", A, form_a)
        assert api.get_released_assignments() == {A}
        assert api.exchange_is_functional
        status = {row["name"]: (row["status"], row["source_path"]) for row in api.get_assignments()}
        assert status == {A: ("released", f"gradebook/source/{A}"), B: ("draft", f"gradebook/source/{B}")}

    @pytest.mark.parametrize(
        ("button", "sentence"),
        [
            ("release_assignment", "Nothing is released by hand: `kit run`"),
            ("unrelease", "Nothing is taken back by hand: `kit run`"),
            ("collect", "Nothing is collected by hand: `kit run`"),
            ("release_feedback", "Feedback is not released by hand: `kit run`"),
        ],
    )
    def test_formgraders_buttons_say_that_the_kit_does_this_by_itself(
        self, api: NbGraderAPI, desk: Exchange, form_a: Path, tmp_path: Path, button: str, sentence: str
    ) -> None:
        hand_in(desk, "ada", A, form_a, tmp_path / "home-ada")
        before = files_in(tmp_path / "course" / "gradebook" / "exchange")
        answer = getattr(api, button)(A)
        assert answer["success"] is False
        assert sentence in answer["log"] + answer["error"]
        assert files_in(tmp_path / "course" / "gradebook" / "exchange") == before

    def test_the_release_command_says_so_and_fails(
        self, config: Config, course_root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(course_root)
        app = ReleaseAssignmentApp()
        app.initialize([A])
        with pytest.raises(SystemExit):
            app.start()
        app.reset()
        assert "Nothing is released by hand" in capfd.readouterr().err

    def test_the_inbound_list_says_who_collects(self, config: Config) -> None:
        lister = ExchangeFactory(config=config).List(
            coursedir=CourseDirectory(config=config), authenticator=None, config=config
        )
        lister.inbound = True
        with pytest.raises(ExchangeError, match="Nothing waits to be collected by hand"):
            lister.start()


class TestConfiguration:
    def test_nbgrader_finds_the_folders_of_the_course(self, config: Config, course: Course) -> None:
        coursedir = CourseDirectory(config=config)
        assert coursedir.course_id == "tiny"
        assert coursedir.db_url == course.gradebook_url
        paths = {
            step: coursedir.format_path(getattr(coursedir, f"{step}_directory"), "ada", A)
            for step in ("source", "release", "submitted", "autograded", "feedback")
        }
        assert paths == {
            "source": str(course.root / f"gradebook/source/ada/{A}"),
            "release": str(course.root / f"release/ada/{A}"),
            "submitted": str(course.root / f"gradebook/submitted/ada/{A}"),
            "autograded": str(course.root / f"gradebook/autograded/ada/{A}"),
            "feedback": str(course.root / f"gradebook/feedback/ada/{A}"),
        }

    def test_the_stub_is_the_kits_for_python_and_nbgraders_for_the_rest(self, config: Config) -> None:
        stubs = config.ClearSolutions.code_stub
        assert stubs["python"] == "# write your answer here, then run this cell\n..."
        assert stubs["R"] == "# YOUR CODE HERE\nfail()"

    def test_nothing_is_read_before_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KIT_COURSE", "/nowhere/at/all")
        config = Config()
        for trait, name in (("list", "ExchangeList"), ("submit", "ExchangeSubmit"), ("collect", "ExchangeCollect")):
            config.ExchangeFactory[trait] = f"kit.exchange.nbgrader.{name}"
        factory = ExchangeFactory(config=config)
        assert factory.List(config=config).assignment_dir == "."
        assert factory.Submit(coursedir=None, authenticator=None).strict is False
        assert factory.Collect().update is False

    @pytest.mark.parametrize(
        ("course_root", "sentence"),
        [("", "Set the environment variable KIT_COURSE"), ("/nowhere/at/all", "course.toml")],
        ids=["no course named", "a course that is not there"],
    )
    def test_without_a_course_the_sentence_says_what_to_set(
        self, monkeypatch: pytest.MonkeyPatch, course_root: str, sentence: str
    ) -> None:
        monkeypatch.setenv("KIT_COURSE", course_root)
        config = Config()
        config.ExchangeFactory.list = "kit.exchange.nbgrader.ExchangeList"
        lister = ExchangeFactory(config=config).List(coursedir=CourseDirectory(), config=config)
        with pytest.raises(ListNotShown, match=sentence):
            lister.start()

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
    def test_a_learner_needs_to_read_no_more_than_course_toml(self, course_root: Path) -> None:
        """The course as on a shared machine: units, release and gradebook are the instructor's alone."""
        place = Path(tempfile.mkdtemp(prefix="kit-test-", dir="/tmp"))
        try:
            place.chmod(0o711)
            shutil.copytree(course_root, place / "course")
            for private in ("units", "release", "gradebook"):
                (place / "course" / private).chmod(0o700)

            def as_a_learner() -> object:
                made = Config()
                configure(made, place / "course")
                return made.CourseDirectory.course_id, made.CourseDirectory.root

            assert in_a_child(as_a_learner, (65534, 65534)) == ("tiny", str(place / "course"))
        finally:
            shutil.rmtree(place)
