"""nbgrader's own tools and `kit` at a terminal, on single-user servers of a hub: no course folder, only services."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from hubs import Front
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList
from tiny import A, B, files_in, write_notebook
from traitlets.config import Config
from wires import HANG, scripted

from kit.course import Course, load_course
from kit.exchange import Exchange, Feedback, Submitted, open_exchange
from kit.exchange.doors import SILENCE
from kit.exchange.nbgrader import configure_hub
from tests.cli.terminal import Terminal
from tests.courses import answer

pytestmark = pytest.mark.xdist_group("exchange-hub")
PATIENCE = 90.0
Seat = Callable[..., AssignmentList]


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader adds the working directory to the module path; a door silent in one test is new in the next."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(SILENCE, "_until", {})


@pytest.fixture
def other_course(course: Course, tmp_path: Path) -> Course:
    """A second course, "letters", that has assignments of the same names."""
    root = tmp_path / "letters"
    shutil.copytree(course.root, root)
    path = root / "course.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('id = "tiny"', 'id = "letters"'), encoding="utf-8")
    return load_course(root)


@pytest.fixture
def served(front: Front) -> Iterator[Callable[[Course], str]]:
    """Serves a course to the end of the test; gives its address."""
    with ExitStack() as running:
        yield lambda course: running.enter_context(front.serving(course))


@pytest.fixture
def environment(front: Front, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives this process what the single-user server of a learner has from the hub."""

    def take(learner: str, *urls: str) -> None:
        for name in ("KIT_COURSE", "KIT_LEARNER"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("KIT_SERVICES", " ".join(urls))
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", front.token(learner))

    return take


@pytest.fixture
def seat(environment: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seat:
    """Sits a learner down at a server of their own: the object that answers JupyterLab's assignment list."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "nbgrader_config.py").write_text(
        "from kit.exchange.nbgrader import configure_hub\n\nconfigure_hub(get_config())\n", encoding="utf-8"
    )
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(config))

    def sit_down(learner: str, *urls: str) -> AssignmentList:
        environment(learner, *urls)
        home = tmp_path / f"home-{learner}"
        home.mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path)  # a server's process need not be where its files are
        manager = AssignmentList()
        manager.root_dir = str(home)
        return manager

    return sit_down


def rows(manager: AssignmentList, course_id: str = "") -> list[dict[str, Any]]:
    told = manager.list_assignments(course_id=course_id)
    assert told["success"], told["value"]
    return list(told["value"])


def short(manager: AssignmentList, course_id: str = "") -> list[tuple[str, str, str]]:
    return [(row["course_id"], row["assignment_id"], row["status"]) for row in rows(manager, course_id)]


class TestTheAssignmentList:
    def test_a_learner_goes_the_whole_way(
        self, seat: Seat, served: Callable[[Course], str], course: Course, form_a: Path, tmp_path: Path
    ) -> None:
        desk = open_exchange(course)
        desk.grant("ada", A, form_a)
        ada = seat("ada", served(course))
        home = tmp_path / "home-ada"
        assert ada.list_courses() == {"success": True, "value": ["tiny"]}
        assert ada.fetch_assignment("tiny", A) == {"success": True}
        assert files_in(home / "tiny" / A) == files_in(form_a)
        (row,) = rows(ada, "tiny")
        assert (row["status"], row["path"]) == ("fetched", f"tiny/{A}")

        write_notebook(home / "tiny" / A / "names.ipynb", "name = 'Ada'")
        assert ada.submit_assignment("tiny", A) == {"success": True}
        (submitted,) = (a for a in desk.arrivals() if isinstance(a, Submitted))
        assert files_in(submitted.folder) == files_in(home / "tiny" / A)
        page = Feedback(A, submitted.receipt.submission, b"<p>well done</p>")
        desk.publish_feedback("ada", page)
        (submission,) = rows(ada)[1]["submissions"]
        assert (submission["has_exchange_feedback"], submission["has_local_feedback"]) == (True, False)
        assert ada.fetch_feedback("tiny", A) == {"success": True}
        (submission,) = rows(ada)[1]["submissions"]
        assert (submission["has_local_feedback"], submission["feedback_updated"]) == (True, False)
        assert (home / submission["local_feedback_path"] / "names.html").read_bytes() == page.html

    def test_each_learner_sees_exactly_what_is_granted_to_that_learner(
        self, seat: Seat, served: Callable[[Course], str], course: Course, form_a: Path, form_b: Path, tmp_path: Path
    ) -> None:
        desk, url = open_exchange(course), served(course)
        desk.grant("ada", A, form_a)
        desk.grant("bob", B, form_b)
        for learner, expected in (("ada", [A]), ("bob", [B]), ("zoe", [])):
            assert [name for _, name, _ in short(seat(learner, url))] == expected
        told = seat("bob", url).fetch_assignment("tiny", A)
        assert told["value"].startswith(f"Not done: '{A}' is not open to bob now.")
        assert not (tmp_path / "home-bob" / "tiny").exists() or files_in(tmp_path / "home-bob" / "tiny") == {}

    def test_two_courses_stand_side_by_side_even_with_assignments_of_one_name(
        self,
        seat: Seat,
        served: Callable[[Course], str],
        course: Course,
        other_course: Course,
        form_a: Path,
        form_b: Path,
        tmp_path: Path,
    ) -> None:
        open_exchange(course).grant("ada", A, form_a)
        open_exchange(other_course).grant("ada", A, form_b)
        ada = seat("ada", served(course), served(other_course))
        assert ada.list_courses()["value"] == ["letters", "tiny"]
        assert short(ada) == [("letters", A, "released"), ("tiny", A, "released")]
        assert short(ada, "tiny") == [("tiny", A, "released")]
        for name, form in (("tiny", form_a), ("letters", form_b)):
            assert ada.fetch_assignment(name, A) == {"success": True}
            assert files_in(tmp_path / "home-ada" / name / A) == files_in(form)
        assert ada.submit_assignment("letters", A) == {"success": True}
        assert [len(open_exchange(c).offers("ada")[0].submissions) for c in (course, other_course)] == [0, 1]
        assert "There is no course 'sums' here" in ada.submit_assignment("sums", A)["value"]


class TestWhatALearnerIsTold:
    def test_a_service_that_hangs_is_said_in_the_first_line(self, seat: Seat) -> None:
        with scripted(HANG) as hung:
            told = seat("ada", hung.url).list_assignments(course_id="")
        assert not told["success"]
        assert told["value"].startswith("Not done: The course's service does not answer just now")
        assert "Your work is safe" in told["value"].splitlines()[0]

    def test_one_that_hangs_hides_no_other_and_is_asked_once_for_all_lists_of_a_refresh(
        self, seat: Seat, served: Callable[[Course], str], course: Course, form_a: Path
    ) -> None:
        open_exchange(course).grant("ada", A, form_a)
        with scripted(HANG) as hung:
            ada = seat("ada", hung.url, served(course))
            assert ada.list_courses()["value"] == ["tiny"]
            assert short(ada, "tiny") == [("tiny", A, "released")]
            assert len(hung.asked) == 1

    def test_a_refused_submission_tells_why_in_the_first_line(
        self, seat: Seat, served: Callable[[Course], str], course: Course, form_a: Path, tmp_path: Path
    ) -> None:
        open_exchange(course).grant("ada", A, form_a)
        ada = seat("ada", served(course))
        ada.fetch_assignment("tiny", A)
        (tmp_path / "home-ada" / "tiny" / A / "holiday.mp4").write_bytes(b"x" * 30_000)
        told = ada.submit_assignment("tiny", A)
        assert told["value"].startswith("Not done: Your submission is larger than 20,000 bytes")

    @pytest.mark.parametrize("action", ["fetch_assignment", "fetch_feedback"])
    def test_a_fetch_that_failed_is_told_once_by_the_list_that_nbgrader_draws_after_it(
        self, seat: Seat, served: Callable[[Course], str], course: Course, form_a: Path, action: str
    ) -> None:
        open_exchange(course).grant("ada", A, form_a)
        ada = seat("ada", served(course))
        assert not getattr(ada, action)("sums", A)["success"]
        told = ada.list_assignments(course_id="tiny")
        assert told["value"].startswith("Not done: There is no course 'sums' here; this one is tiny.")
        assert "Refresh shows the list again" in told["value"]
        assert short(ada) == [("tiny", A, "released")]

    def test_configuring_asks_nobody(self, environment: Callable[..., None]) -> None:
        with scripted(HANG) as hung:
            environment("ada", hung.url)
            config = Config()
            configure_hub(config)
            assert config.Exchange.path_includes_course
            assert hung.asked == []


class TestAtATerminal:
    @pytest.fixture
    def ada(self, environment: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
        (tmp_path / "home").mkdir()
        return Terminal(tmp_path / "home")

    def publish(self, desk: Exchange, **more: Any) -> None:
        unit = {"unit": "01-names", "title": "Names", "state": "open", "todo": [A], "sentence": f"Open {A} and begin.",
                "objectives": [], "enrichment": None, "by_override": False} | more  # fmt: skip
        desk.publish_progress("ada", {"next": unit["sentence"], "units": [unit], "notices": []})

    def test_next_fetch_submit_and_feedback_work_without_a_course_folder(
        self,
        ada: Terminal,
        environment: Callable[..., None],
        served: Callable[[Course], str],
        course: Course,
        form_a: Path,
    ) -> None:
        desk = open_exchange(course)
        desk.grant("ada", A, form_a)
        environment("ada", served(course))
        self.publish(desk)
        assert f"Open {A} and begin." in ada.kit("next")
        assert f"{A} is in tiny/{A}. Open names.ipynb in JupyterLab." in ada.kit("fetch")
        assert "Everything that is next for you is here already." in ada.kit("fetch")
        assert f"{A} is handed in" in ada.kit("submit")
        (submitted,) = (a for a in desk.arrivals() if isinstance(a, Submitted))
        assert "not looked at yet" in ada.kit("next")
        assert "There is no feedback yet." in ada.kit("feedback")
        desk.publish_feedback("ada", Feedback(A, submitted.receipt.submission, b"<p>well done</p>"))
        (page,) = ada.kit("feedback").splitlines()
        assert (ada.folder / page).read_bytes() == b"<p>well done</p>"
        assert "is not open to ada now. `kit next` shows what is." in ada.kit("fetch", B, ok=False)

    def test_waiting_ends_when_the_standing_changes(
        self,
        ada: Terminal,
        environment: Callable[..., None],
        served: Callable[[Course], str],
        course: Course,
        form_a: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        desk = open_exchange(course)
        desk.grant("ada", A, form_a)
        environment("ada", served(course))
        self.publish(desk)
        ada.kit("fetch")
        monkeypatch.setattr("kit.cli.places.Place.changes", self._graded_meanwhile(desk))
        assert "All of it is shown." in ada.kit("submit", "--wait", "60")

    def _graded_meanwhile(self, desk: Exchange) -> Callable[..., int]:
        from kit.cli.places import Place

        real = Place.changes

        def changes(place: Place, since: int, seconds: float) -> int:
            self.publish(desk, sentence="All of it is shown.", todo=[])
            return real(place, since, seconds)

        return changes

    def test_in_two_courses_the_one_that_is_meant_is_named(
        self,
        ada: Terminal,
        environment: Callable[..., None],
        served: Callable[[Course], str],
        course: Course,
        other_course: Course,
        form_a: Path,
    ) -> None:
        environment("ada", served(course), served(other_course))
        for each in (course, other_course):
            open_exchange(each).grant("ada", A, form_a)
            self.publish(open_exchange(each))
        assert ada.kit("next").count(f"Open {A} and begin.") == 2
        assert "Say which one is meant with --course: tiny, letters" in ada.kit("fetch", A, ok=False)
        assert f"letters/{A}" in ada.kit("fetch", A, "--course", "letters")
        assert f"{A} is handed in" in ada.kit("submit", f"letters/{A}")
        assert [len(open_exchange(c).offers("ada")[0].submissions) for c in (course, other_course)] == [0, 1]
        assert "You have no course 'sums' here. There is: tiny, letters." in ada.kit(
            "next", "--course", "sums", ok=False
        )

    def test_the_hub_decides_who_asks(
        self, ada: Terminal, environment: Callable[..., None], served: Callable[[Course], str], course: Course
    ) -> None:
        environment("ada", served(course))
        assert "You are ada on this hub and cannot be bob." in ada.kit("next", "--as", "bob", ok=False)

    def test_a_service_that_is_away_is_no_traceback(self, ada: Terminal, environment: Callable[..., None]) -> None:
        with scripted(b"") as away:
            environment("ada", away.url)
            assert "The course's service does not answer just now" in ada.kit("next", ok=False)


@pytest.fixture(scope="module")
def lab(front: Front) -> Iterator[requests.Session]:
    """What Ada's browser asks her own server with."""
    front.hub.start_servers("ada")
    with requests.Session() as session:
        session.headers["Authorization"] = f"token {front.hub.token('ada', ['access:servers!user=ada'])}"
        yield session


class TestARealServer:
    """Ada's own Jupyter server, started by the hub; the course is graded for real. The other service is not running."""

    def ask(self, front: Front, lab: requests.Session, method: str, path: str, **more: Any) -> Any:
        told = lab.request(method, f"{front.hub.url}user/ada/{path}", timeout=PATIENCE, **more)
        assert told.status_code == 200, told.text
        return told.json()

    def until(self, there: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while not (found := there()):
            assert time.monotonic() < end, "it never came"
            time.sleep(0.3)
        return found

    def test_list_fetch_validate_submit_and_feedback_in_nbgraders_own_pages(
        self, front: Front, lab: requests.Session, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        def listed(status: str) -> list[dict[str, Any]]:
            told = self.ask(front, lab, "GET", "assignments", params={"course_id": "numbers"})
            assert told["success"], told["value"]
            return [row for row in told["value"] if row["status"] == status]

        (released,) = self.until(lambda: listed("released"))
        assert (released["course_id"], released["assignment_id"]) == ("numbers", "01-one.a")
        assert self.ask(front, lab, "GET", "courses") == {"success": True, "value": ["numbers"]}
        which = {"course_id": "numbers", "assignment_id": "01-one.a"}
        told = self.ask(front, lab, "POST", "assignments/fetch", json=which)
        (fetched,) = (row for row in told["value"] if row["status"] == "fetched")
        assert fetched["path"] == "numbers/01-one.a"
        folder = front.home("ada") / "numbers" / "01-one.a"
        answer(folder, 2, 10)
        path = fetched["notebooks"][0]["path"]
        assert self.ask(front, lab, "POST", "assignments/validate", json={"path": path})["success"]
        assert self.ask(front, lab, "POST", "assignments/submit", json=which)["success"]
        self.until(lambda: listed("submitted")[0]["submissions"][0]["has_exchange_feedback"])
        told = self.ask(front, lab, "POST", "assignments/fetch_feedback", json=which)
        (submitted,) = (row for row in told["value"] if row["status"] == "submitted")
        pages = front.home("ada") / submitted["submissions"][0]["local_feedback_path"]
        assert [page.stat().st_size > 1000 for page in pages.glob("*.html")] == [True]
