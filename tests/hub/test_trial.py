"""The trial hub: a real JupyterHub for which one machine, one account and Python are enough."""

from __future__ import annotations

import signal
import stat
from pathlib import Path

import psutil
import pytest
import requests

from kit.errors import KitError, StorageError
from kit.hub.login import hashed, matches
from kit.hub.trial import Person, TrialHub
from kit.hub.trial_config import MARK
from tests.courses import write_course
from tests.hub.conftest import server_pid

WAIT = 60


def told(hub: TrialHub, name: str) -> dict[str, object]:
    answer = requests.get(
        f"{hub.service_url}api/course", headers={"Authorization": f"token {hub.token(name)}"}, timeout=WAIT
    )
    return {"status": answer.status_code, **answer.json()}


@pytest.mark.parametrize(("name", "role"), [("ana", "learner"), ("ben", "learner"), ("teacher", "instructor")])
def test_the_service_knows_who_asks_and_as_what(hub: TrialHub, name: str, role: str) -> None:
    answer = told(hub, name)
    assert (answer["status"], answer["learner"], answer["role"]) == (200, name, role)


def test_who_is_in_none_of_the_groups_is_told_so_by_the_service(hub: TrialHub) -> None:
    assert told(hub, "outsider")["status"] == 403


def test_a_wrong_password_lets_nobody_in(hub: TrialHub) -> None:
    right = hub.people["ana"]
    hub.people["ana"] = Person("ana", "a guess")
    try:
        with pytest.raises(KitError, match="could not log in"):
            hub.session("ana")
    finally:
        hub.people["ana"] = right


def test_after_logging_in_one_is_on_the_courses_page_without_being_asked_anything(hub: TrialHub) -> None:
    page = hub.session("ana").get(f"{hub.url}hub/", timeout=WAIT)
    assert page.status_code == 200
    assert page.url == hub.service_url


def test_the_log_in_page_says_what_this_is(hub: TrialHub) -> None:
    assert "A trial of mastery-kit on one machine: Numbers." in requests.get(f"{hub.url}hub/login", timeout=WAIT).text


def test_it_listens_on_this_machine_only(hub: TrialHub) -> None:
    listening = {
        connection.laddr.ip
        for process in psutil.process_iter()
        if marked(process, hub)
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_others_cannot_look_into_its_folder_of_secrets(hub: TrialHub) -> None:
    assert stat.S_IMODE((hub.folder / "hub").stat().st_mode) == 0o700
    text = (hub.folder / "hub/jupyterhub_config.py").read_text()
    assert "ana's own password" not in text
    assert hub.admin_token not in text


def test_a_server_that_was_running_lives_through_a_restart_of_the_hub(hub: TrialHub) -> None:
    hub.start_servers("ben")
    before = server_pid(hub, "ben")
    hub.restart_hub()
    assert server_pid(hub, "ben") == before
    assert told(hub, "ben")["status"] == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["asked to end", "killed"])
def test_a_service_that_ends_is_started_again(hub: TrialHub, how: signal.Signals) -> None:
    hub.restart_service(how=how)
    assert told(hub, "ana")["status"] == 200


def test_a_servers_own_token_is_enough_for_the_service_and_for_nothing_of_others(hub: TrialHub) -> None:
    hub.start_servers("ben")
    environment = psutil.Process(server_pid(hub, "ben")).environ()
    assert environment["KIT_SERVICES"] == hub.direct_url
    assert environment["JUPYTER_CONFIG_PATH"].endswith("/settings/mastery/learner")
    headers = {"Authorization": f"token {environment['JUPYTERHUB_API_TOKEN']}"}
    answer = requests.get(f"{environment['KIT_SERVICES']}api/course", headers=headers, timeout=WAIT)
    assert (answer.status_code, answer.json()["learner"]) == (200, "ben")
    assert requests.get(f"{hub.url}hub/api/users/ana", headers=headers, timeout=WAIT).status_code in (403, 404)


def test_formgrader_works_in_a_tab_of_its_own_for_instructors_and_is_not_there_for_learners(hub: TrialHub) -> None:
    hub.start_servers("teacher", "ben")

    def assignments(name: str) -> requests.Response:
        headers = {"Authorization": f"token {hub.token(name, [f'access:servers!user={name}'])}"}
        return requests.get(f"{hub.url}user/{name}/formgrader/api/assignments", headers=headers, timeout=WAIT)

    assert {"01-one.a", "02-two.a"} <= {found["name"] for found in assignments("teacher").json()}
    assert assignments("ben").status_code == 404


def test_a_password_is_known_again_and_no_other() -> None:
    stored = hashed("open sesame")
    assert matches("open sesame", stored)
    assert not matches("open sesam", stored)
    assert hashed("open sesame") != stored


def test_a_port_in_use_is_named(tmp_path: Path, hub: TrialHub) -> None:
    port = int(hub.url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(StorageError, match=f"Port {port} of this machine cannot be used"):
        TrialHub(write_course(tmp_path / "course"), tmp_path / "hub", (), port)


def test_a_hub_that_cannot_start_says_what_it_said_last_and_leaves_nothing(tmp_path: Path) -> None:
    trial = TrialHub(write_course(tmp_path / "course"), tmp_path / "hub", (), extra="raise RuntimeError('no luck')")
    with pytest.raises(KitError, match=r"(?s)ended by itself.*no luck"), trial:
        pass
    assert not [process for process in psutil.process_iter() if marked(process, trial)]


def marked(process: psutil.Process, trial: TrialHub | None = None) -> bool:
    """Whether *process* belongs to a trial hub (*trial* alone where it is given)."""
    try:
        mark = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return False
    return mark is not None and (trial is None or mark == trial.mark)
