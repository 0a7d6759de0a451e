"""A course's service on a real hub in rough weather: nothing handed in is lost, and nothing counts twice."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from kit.exchange.parcel import pack
from kit.hub.trial import TrialHub
from tests.hub.learner import HUGE, PATIENT, Learner, eventually

SLOW = "import time; time.sleep(2)"
"""Long enough that a test can do something while it is graded."""
Newcomer = Callable[..., Learner]


@pytest.fixture
def newcomer(hub: TrialHub, tmp_path: Path) -> Newcomer:
    """Makes a learner whom no other test knows."""
    return lambda **more: Learner(hub, f"l-{secrets.token_hex(4)}", tmp_path, **more)


def being_graded(learner: Learner) -> bool:
    return bool(learner.events("submitted")) and not learner.events("graded")


def require_once(learner: Learner, submission: str) -> None:
    """*submission* was received, collected, graded and decided on, each once, and its points are all there."""
    eventually(lambda: learner.events("decided"), "a decision")  # what is published comes first, then its event
    for kind in ("received", "submitted", "graded", "decided"):
        assert [event.data["submission"] for event in learner.events(kind)] == [submission], kind
    assert learner.events("fault", "rejected", "set-aside") == []
    (graded,) = learner.events("graded")
    assert sum(item["score"] for item in graded.data["items"]) == sum(item["max"] for item in graded.data["items"])


def controllers(hub: TrialHub) -> list[psutil.Process]:
    """The processes that watch the course, whosever child they are."""
    return [process for process in psutil.process_iter() if "--until-input-ends" in _words(process)
            and str(hub.folder.parent / "course") in _words(process)]  # fmt: skip


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_service_killed_in_the_middle_of_grading_loses_nothing_and_does_nothing_twice(
    hub: TrialHub, newcomer: Newcomer
) -> None:
    learner = newcomer()
    folder = learner.work(first=SLOW)
    key = secrets.token_hex(8)
    taken = learner.submit(folder, key)
    assert taken.status_code == 201
    eventually(lambda: being_graded(learner), "it is being graded")
    hub.restart_service(how=signal.SIGKILL)
    again = learner.submit(folder, key)
    assert (again.status_code, again.json()) == (200, taken.json()), "the receipt may have been lost on the way"
    eventually(learner.feedback, "feedback after the restart")
    require_once(learner, taken.json()["submission"])
    eventually(lambda: len(controllers(hub)) == 1, "one controller, of the new service")


def test_what_was_received_while_no_controller_ran_is_graded_by_the_next(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    folder = learner.work()
    (controller,) = eventually(lambda: controllers(hub), "a controller")
    controller.kill()
    taken = learner.submit(folder)
    assert taken.status_code == 201, "taking in does not need the controller"
    eventually(learner.feedback, "feedback by the next controller")
    require_once(learner, taken.json()["submission"])


def test_a_warm_grader_that_is_killed_costs_nobody_anything(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    taken = learner.submit(learner.work(first=SLOW))
    eventually(lambda: being_graded(learner), "it is being graded")
    (controller,) = controllers(hub)
    inside = [child for child in controller.children(recursive=True) if "kit/grading/inside" in " ".join(_words(child))]
    assert inside, "the warm grader is there"
    for process in inside:
        if process.is_running():
            process.kill()
    eventually(learner.feedback, "feedback all the same")
    require_once(learner, taken.json()["submission"])
    assert controller.is_running()


def test_a_service_told_to_end_while_it_grades_and_takes_in_keeps_the_one_and_answers_the_other(
    hub: TrialHub, newcomer: Newcomer
) -> None:
    learner, graded = newcomer(), newcomer()
    folder, key = learner.work(), secrets.token_hex(8)
    waits = graded.submit(graded.work(first=SLOW))
    eventually(lambda: being_graded(graded), "it is being graded")
    with pack(folder, HUGE) as parcel:
        body = parcel.read()
    place = urlsplit(hub.direct_url)
    head = (
        f"POST {place.path}api/assignments/{folder.name}/submissions HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Authorization: token {learner.token}\r\nIdempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENT) as line:
        line.sendall(head.encode() + body[:100])
        # The service answers somebody else, so it has begun with this one.
        assert learner.ask("GET", "course").status_code == 200
        os.kill(hub.service_pid(), signal.SIGTERM)
        line.sendall(body[100:])
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    status = int(answer.split()[1])
    assert status == 201 or (status == 503 and b"Retry-After:" in answer), answer[:500]

    def again() -> dict[str, str] | None:
        try:
            done = learner.submit(folder, key)
        except OSError:
            return None
        return done.json() if done.status_code in (200, 201) else None

    receipt = eventually(again, "the service takes it again")
    if status == 201:
        assert json.loads(answer.partition(b"\r\n\r\n")[2]) == receipt
    require_once(learner, receipt["submission"])
    require_once(graded, waits.json()["submission"])


def test_a_hub_that_is_restarted_takes_the_service_up_again(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    taken = learner.submit(learner.work(first=SLOW))
    eventually(lambda: being_graded(learner), "it is being graded")
    hub.restart_hub()
    assert learner.ask("GET", "course").json()["learner"] == learner.name, "the token is as good as before"
    eventually(learner.feedback, "feedback after the restart")
    require_once(learner, taken.json()["submission"])
    eventually(lambda: len(controllers(hub)) == 1, "one controller")


def refused(learner: Learner, status: int) -> bool:
    return learner.ask("GET", "offers").status_code == status


def test_a_token_that_was_taken_back_or_has_run_out_opens_nothing(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    folder = learner.work()
    path = f"users/{learner.name}/tokens"
    own = [f"access:services!service={hub.name}"]
    made = hub.api("POST", path, json={"scopes": own}).json()
    learner.token = made["token"]
    assert not refused(learner, 401)
    hub.api("DELETE", f"{path}/{made['id']}")
    eventually(lambda: refused(learner, 401), "the token that was taken back is refused")
    said = learner.submit(folder)
    assert said.status_code == 401
    assert said.json()["error"]["message"]
    learner.token = hub.api("POST", path, json={"scopes": own, "expires_in": 1}).json()["token"]
    eventually(lambda: refused(learner, 401), "the token that has run out is refused")
    assert learner.events("received") == []
    learner.token = hub.token(learner.name)
    assert learner.submit(folder).status_code == 201, "and with a new one everything is as it was"


def test_who_leaves_the_group_cannot_come_in_and_keeps_their_record(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    taken = learner.submit(learner.work())
    eventually(learner.feedback, "feedback")
    hub.api("DELETE", "groups/learner/users", json={"users": [learner.name]})
    eventually(lambda: refused(learner, 403), "they cannot come in any more")
    assert learner.name in learner.ask("GET", "offers").json()["error"]["message"], "the message says whom to add"
    require_once(learner, taken.json()["submission"])
    hub.api("POST", "groups/learner/users", json={"users": [learner.name]})
    eventually(lambda: refused(learner, 200), "they are back")
    assert learner.feedback() == [taken.json()["submission"]]


def test_who_is_removed_from_the_hub_is_nobody_and_their_record_stays(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    taken = learner.submit(learner.work())
    hub.api("DELETE", f"users/{learner.name}")
    eventually(lambda: refused(learner, 401), "the hub does not know them")
    eventually(lambda: learner.events("decided"), "what they handed in is graded all the same")
    require_once(learner, taken.json()["submission"])


def test_members_of_the_group_are_enrolled_with_their_section_before_they_come(
    hub: TrialHub, newcomer: Newcomer
) -> None:
    section = f"section-{secrets.token_hex(3)}"
    hub.api("POST", f"groups/{section}")
    try:
        learner = newcomer(groups=("learner", section))
        enrolled = eventually(lambda: learner.events("enrolled"), "enrolled without any request of theirs")
        assert {event.who for event in enrolled} == {"hub"}

        def now() -> str:
            return next(
                (event.data["section"] for event in reversed(learner.events("enrolled")) if "section" in event.data), ""
            )

        eventually(lambda: now() == section.removeprefix("section-"), "in their section")
        eventually(lambda: learner.events("granted"), "and their first form is there")
    finally:
        hub.api("DELETE", f"groups/{section}")
    eventually(lambda: now() == "", "the section is gone")


def test_two_tabs_with_two_keys_are_both_kept_and_one_counts(newcomer: Newcomer) -> None:
    learner = newcomer()
    folder = learner.work()
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda key: learner.submit(folder, key), [secrets.token_hex(8) for _ in range(2)]))
    assert [answer.status_code for answer in answers] == [201, 201]
    both = {answer.json()["submission"] for answer in answers}
    assert len(both) == 2
    eventually(lambda: learner.events("decided"), "one is decided on")
    eventually(lambda: len(learner.events("submitted", "set-aside")) == 2, "and the other one has its place")
    (offer,) = [offer for offer in learner.ask("GET", "offers").json()["offers"] if offer["assignment"] == folder.name]
    assert {one["submission"] for one in offer["submissions"]} == both
    archive = learner.root / "gradebook" / "archive" / learner.name
    assert {path.name for path in archive.iterdir()} == both
    (graded,) = learner.events("graded")
    submitted = [event.data["submission"] for event in learner.events("submitted")]
    assert graded.data["submission"] == submitted[-1], "of two that wait, the later one is checked"
    assert learner.events("fault") == []


def test_two_tabs_with_the_same_key_are_one_submission(newcomer: Newcomer) -> None:
    learner = newcomer()
    folder, key = learner.work(), secrets.token_hex(8)
    with ThreadPoolExecutor(4) as tabs:
        answers = list(tabs.map(lambda _: learner.submit(folder, key), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.text for answer in answers}) == 1
    eventually(learner.feedback, "feedback")
    require_once(learner, answers[0].json()["submission"])


def test_what_was_handed_in_counts_whatever_the_learner_changes_afterwards(newcomer: Newcomer) -> None:
    learner = newcomer()
    folder, key = learner.work(), secrets.token_hex(8)
    taken = learner.submit(folder, key)
    (path,) = folder.glob("*.ipynb")
    handed_in = path.read_bytes()
    learner.edit(folder, "raise SystemExit('changed my mind')")
    again = learner.submit(folder, key)
    assert (again.status_code, again.json()) == (200, taken.json())
    eventually(learner.feedback, "feedback")
    submission = taken.json()["submission"]
    require_once(learner, submission)
    kept = learner.root / "gradebook" / "archive" / learner.name / submission / path.name
    assert kept.read_bytes() == handed_in


def weighty(folder: Path, total: int) -> None:
    """Bring the notebook in *folder* to *total* bytes, with an output that cannot be compressed away."""
    (path,) = folder.glob("*.ipynb")
    book = json.loads(path.read_text())
    cell = next(cell for cell in book["cells"] if cell["cell_type"] == "code")
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": ""}}
    cell["outputs"] = [picture]
    missing = total - len(json.dumps(book).encode())
    picture["data"]["image/png"] = secrets.token_urlsafe(missing)[:missing]  # type: ignore[index]
    path.write_text(json.dumps(book))
    assert path.stat().st_size == total


def test_a_notebook_as_large_as_the_course_allows_is_taken_and_graded(newcomer: Newcomer) -> None:
    learner = newcomer()
    folder = learner.work()
    limit = learner.ask("GET", "course").json()["limits"]["submission_bytes"]
    assert limit == 20_000_000
    weighty(folder, limit)
    taken = learner.submit(folder)
    assert taken.status_code == 201, taken.text
    eventually(learner.feedback, "feedback")
    require_once(learner, taken.json()["submission"])


@pytest.mark.parametrize("more", [1, 3_000_000], ids=["by a byte", "by megabytes"])
def test_a_larger_one_is_refused_with_how_large_it_may_be(newcomer: Newcomer, more: int) -> None:
    learner = newcomer()
    folder = learner.work()
    weighty(folder, 20_000_000 + more)
    said = learner.submit(folder)
    assert said.status_code == 413
    assert said.json()["error"]["code"] == "too-large"
    assert "larger than 20.0 MB" in said.json()["error"]["message"]
    assert learner.events("received") == []


@pytest.mark.parametrize("years", [-20, 20], ids=["twenty years behind", "twenty years ahead"])
def test_a_wrong_clock_on_the_learners_server_changes_no_time(newcomer: Newcomer, years: int) -> None:
    learner = newcomer()
    folder = learner.work()
    wrong = datetime.now(UTC) + timedelta(days=365 * years)
    for path in folder.iterdir():
        os.utime(path, (wrong.timestamp(), wrong.timestamp()))
    (folder / "timestamp.txt").write_text(wrong.strftime("%Y-%m-%d %H:%M:%S.%f UTC"))
    before = datetime.now(UTC)
    taken = learner.submit(
        folder, Date=format_datetime(wrong, usegmt=True), **{"X-Timestamp": wrong.isoformat(), "If-Modified-Since": "x"}
    ).json()
    after = datetime.now(UTC)
    assert before <= datetime.fromisoformat(taken["at"]) <= after
    eventually(learner.feedback, "feedback")
    for event in learner.events("received", "submitted", "graded"):
        assert before <= event.at <= after, event.kind


def test_a_stream_tells_of_the_result_and_the_figures_tell_what_happened(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    folder = learner.work()
    version = learner.ask("GET", "standing").json()["version"]
    taken = learner.submit(folder)
    end = time.monotonic() + PATIENT
    while not learner.feedback():
        assert time.monotonic() < end
        answer = learner.ask("GET", f"changes?since={version}&wait=20").json()
        version = answer["version"]
    require_once(learner, taken.json()["submission"])

    teacher = {"Authorization": f"token {hub.token('teacher')}"}
    figures = learner.ask("GET", "../metrics", headers=teacher).text
    assert "kit_controller_up 1.0" in figures
    assert learner.name not in figures
    for name in ("kit_requests_total", "kit_request_seconds_bucket", "kit_submissions_waiting", "kit_listeners"):
        assert name in figures


def test_the_log_has_no_token_no_query_and_nothing_a_learner_wrote(hub: TrialHub, newcomer: Newcomer) -> None:
    learner = newcomer()
    word = f"canary{secrets.token_hex(8)}"
    folder = learner.work(first=f"print('{word}')")
    learner.submit(folder)
    learner.ask("GET", f"changes?since=0&wait=0&token={word}")
    learner.send(folder.name, BytesIO(word.encode() * 50).read())
    eventually(learner.feedback, "feedback")
    lines = hub.log().splitlines()
    ours = [json.loads(line) for line in lines if line.startswith('{"at"')]
    assert {"request", "controller", "service"} <= {line["about"] for line in ours}
    assert word not in "\n".join(line for line in lines if line.startswith('{"at"'))
    assert learner.token not in hub.log()
