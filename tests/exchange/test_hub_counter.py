"""The counter over HTTP: what becomes of every answer, and of none; and where the token goes."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hubs import PATIENT, Front
from tiny import A, files_in, write_notebook
from wires import HANG, answer, losing, scripted

from kit.course import Course
from kit.errors import KitError, NotGranted, SubmissionRefused, SubmissionTooLarge
from kit.exchange import Submitted, open_exchange
from kit.exchange.hub import HubCounter, ServiceAway, Waits, services

QUICK = Waits(connect=0.3, answer=0.3, transfer=0.3)
ABOUT = answer(
    200,
    {"course": "tiny", "title": "Tiny", "learner": "ada", "role": "learner",
     "limits": {"submission_bytes": 20_000, "submission_files": 12, "something_new": 1}},
)  # fmt: skip
ERROR = {"error": {"code": "x", "message": "What happened. What to do next."}}
SAID = "What happened. What to do next."


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.exchange.hub._PAUSES", (0.0, 0.0))


@pytest.fixture
def work(adas: Path) -> Path:
    write_notebook(adas / A / "names.ipynb", "name = 'Ada'")
    return adas / A


class TestWhereTheTokenGoes:
    def test_nowhere_but_to_the_service_whatever_it_answers(self) -> None:
        with scripted(ABOUT) as other, scripted(answer(302, b"", Location=other.url)) as service:
            with pytest.raises(ServiceAway, match="answered 302"):
                HubCounter(service.url, "secret", QUICK).course()
            assert b"authorization: token secret" in service.asked[0].lower()
            assert other.asked == []

    def test_not_through_a_proxy_and_not_replaced_by_a_netrc(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password eve\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        with scripted(ABOUT) as proxy, scripted(ABOUT) as service:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            monkeypatch.delenv("no_proxy", raising=False)
            assert HubCounter(service.url, "secret", QUICK).course()["learner"] == "ada"
            assert proxy.asked == []
            assert b"authorization: token secret" in service.asked[0].lower()

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "http://h/services/x",
            "ftp://h/x/",
            "http:///x/",
            "http://me:word@h/x/",
            "http://h/x/?a=/",
            "h/x/",
            "http://[/",
        ],
    )
    def test_an_address_that_is_none_is_not_even_tried(self, url: str) -> None:
        with pytest.raises(KitError, match=r"is not the address of a course's service.*KIT_SERVICES"):
            HubCounter(url, "secret")


NOT_OURS = {
    "a page of somebody else's": answer(200, b"<html>Log in</html>"),
    "a list": answer(200, [1, 2]),
    "a course without a name": answer(200, {"limits": {}}),
    "a course that would be a path": answer(200, {"course": "../x", "limits": {}}),
    "an error page of a proxy": answer(503, b"<html>Service Unavailable</html>"),
    "an error that is not in our form": answer(404, {"message": "Not Found"}),
    "a redirect": answer(302, b"", Location="/hub/login"),
    "an answer cut off": answer(200, b"{}").replace(b"Length: 2", b"Length: 20000"),
    "no HTTP": b"220 smtp ready\r\n",
    "nothing, and the line is cut": b"",
}


class TestWhenTheServiceIsAway:
    @pytest.mark.parametrize("said", NOT_OURS.values(), ids=NOT_OURS)
    def test_an_answer_that_is_not_the_services_says_so_and_that_the_work_is_safe(self, said: bytes) -> None:
        with scripted(said) as service, pytest.raises(ServiceAway, match="Your work is safe in your folder"):
            HubCounter(service.url, "t", QUICK).course()

    def test_no_answer_ends_after_the_time_that_was_set(self) -> None:
        with scripted(HANG) as service, pytest.raises(ServiceAway, match=r"no answer within 0\.3 s.*try again"):
            HubCounter(service.url, "t", QUICK).course()

    def test_an_answer_in_drops_ends_as_well(self) -> None:
        drops = [answer(200, b" " * 400)[:-400], *([b" "] * 400)]
        with scripted(drops) as service, pytest.raises(ServiceAway, match="its answer took too long"):
            HubCounter(service.url, "t", QUICK).course()

    def test_nobody_listens(self) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{held.getsockname()[1]}/services/tiny/"
            with pytest.raises(ServiceAway, match="the connection failed"):
                HubCounter(url, "t", QUICK).course()

    def test_the_course_is_asked_for_once(self) -> None:
        with scripted(ABOUT) as service:
            counter = HubCounter(service.url, "t", PATIENT)
            assert counter.course() == counter.course()
            assert len(service.asked) == 1


class TestWhatAnAnswerMeans:
    @pytest.mark.parametrize(
        ("status", "kind", "sentence"),
        [
            (401, KitError, "The hub no longer knows this server.*Stop My Server"),
            (403, KitError, SAID),
            (404, NotGranted, f"'{A}' is not open to ada now. `kit next` shows what is"),
            (409, KitError, SAID),
            (413, SubmissionTooLarge, SAID),
            (422, SubmissionRefused, SAID),
            (429, ServiceAway, SAID),
            (500, ServiceAway, SAID),
            (503, ServiceAway, SAID),
        ],
    )
    def test_a_refusal_leaves_as_the_error_it_is(
        self, work: Path, status: int, kind: type[KitError], sentence: str
    ) -> None:
        before = files_in(work)
        with scripted(ABOUT, answer(status, ERROR)) as service, pytest.raises(kind, match=sentence) as error:
            HubCounter(service.url, "t", PATIENT).submit("ada", A, work)
        assert type(error.value) is kind
        assert files_in(work) == before

    def test_who_is_asked_for_decides_nothing(self, work: Path) -> None:
        with scripted(ABOUT) as service:
            ada = HubCounter(service.url, "t", PATIENT)
            assert ada.offers("bob") == []
            assert ada.progress("bob") is None
            for ask in (lambda: ada.submit("bob", A, work), lambda: ada.feedback("bob", A)):
                with pytest.raises(NotGranted):
                    ask()
            assert len(service.asked) == 1, "nothing was asked about bob"

    @pytest.mark.parametrize(
        "offer",
        [{"assignment": "../x"}, {"notebooks": ["../x"]}, {"notebooks": [".x"]}, {"submissions": [{"at": "x"}]}],
        ids=["a path for an assignment", "a path for a notebook", "a hidden notebook", "a submission without a name"],
    )
    def test_offers_that_could_leave_the_folder_are_not_believed(self, offer: dict[str, Any]) -> None:
        row = {"assignment": A, "notebooks": ["names"], "submissions": [], **offer}
        with scripted(ABOUT, answer(200, {"offers": [row]})) as service, pytest.raises(ServiceAway):
            HubCounter(service.url, "t", PATIENT).offers("ada")

    def test_a_parcel_damaged_on_its_way_leaves_nothing_behind(self, adas: Path) -> None:
        damaged = answer(200, b"\x1f\x8b no parcel")
        with scripted(ABOUT, damaged) as service, pytest.raises(ServiceAway, match="damaged on its way"):
            HubCounter(service.url, "t", PATIENT).fetch("ada", A, adas)
        assert os.listdir(adas) == []


@pytest.mark.xdist_group("exchange-hub")
class TestASubmissionCountsOnce:
    @pytest.fixture
    def served(self, front: Front, course: Course, form_a: Path) -> Iterator[str]:
        open_exchange(course).grant("ada", A, form_a)
        with front.serving(course) as url:
            yield url

    def taken(self, course: Course) -> list[str]:
        return [a.receipt.submission for a in open_exchange(course).arrivals() if isinstance(a, Submitted)]

    def test_where_answers_are_lost_it_is_sent_again_and_taken_once(
        self, front: Front, course: Course, served: str, work: Path
    ) -> None:
        with losing(served, 2) as url:
            receipt = HubCounter(url, front.token("ada"), PATIENT).submit("ada", A, work)
        assert self.taken(course) == [receipt.submission]

    def test_where_none_arrives_submitting_the_same_files_later_is_the_same_submission(
        self, front: Front, course: Course, served: str, work: Path
    ) -> None:
        with losing(served, 3) as url:
            with pytest.raises(ServiceAway):
                HubCounter(url, front.token("ada"), PATIENT).submit("ada", A, work)
            receipt = HubCounter(url, front.token("ada"), PATIENT).submit("ada", A, work)
        assert self.taken(course) == [receipt.submission]

    def test_other_files_are_another_submission(self, front: Front, course: Course, served: str, work: Path) -> None:
        with losing(served, 3) as url:
            counter = HubCounter(url, front.token("ada"), PATIENT)
            with pytest.raises(ServiceAway):
                counter.submit("ada", A, work)
            write_notebook(work / "names.ipynb", "better")
            receipt = counter.submit("ada", A, work)
        assert len(self.taken(course)) == 2
        assert self.taken(course)[-1] == receipt.submission

    def test_the_version_grows_with_what_the_controller_publishes(
        self, front: Front, course: Course, served: str
    ) -> None:
        counter = HubCounter(served, front.token("ada"), PATIENT)
        before = counter.standing()["version"]
        open_exchange(course).publish_progress("ada", {"next": "go on"})
        assert counter.changes(before, wait=20) > before
        assert counter.standing()["standing"] == {"next": "go on"}


class TestTheServicesOfThisServer:
    def test_each_address_becomes_a_counter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KIT_SERVICES", " http://h/services/a/  http://h/services/b/ ")
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "t")
        assert [counter.url for counter in services()] == ["http://h/services/a/", "http://h/services/b/"]

    def test_there_are_none_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("KIT_SERVICES", raising=False)
        assert services() == []

    def test_without_a_token_it_is_said_how_to_get_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KIT_SERVICES", "http://h/services/a/")
        monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
        with pytest.raises(KitError, match=r"no hub token.*Stop My Server"):
            services()
