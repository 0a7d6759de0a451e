"""What `kit hub-config` writes: it adds to a configuration, may be written again, and a real hub runs with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import requests
from traitlets.config import Config

from kit.course import Hub
from kit.errors import CourseError
from kit.hub.configuring import HubCourse, external_environment, insert, lines
from kit.hub.settings import write_settings
from kit.hub.trial import Person, TrialHub, free_ports
from tests.courses import write_course
from tests.hub.conftest import SOON, server_pid

WAIT = 60
STATISTICS = HubCourse(
    name="statistics", title="Statistics", url="http://127.0.0.1:10101", settings="/etc/mastery-kit/statistics",
    command=("python", "-m", "kit", "-C", "/srv/statistics", "hub-service"),
)  # fmt: skip
ALGEBRA = replace(
    STATISTICS, name="algebra-2", url="http://127.0.0.1:10102", settings="/etc/mastery-kit/algebra", landing=False,
    groups=Hub(learners="algebra", instructors="algebra-teachers"),
)  # fmt: skip


def read(text: str) -> Config:
    """What JupyterHub has when it has read *text*."""
    c = Config()
    exec(compile(text, "jupyterhub_config.py", "exec"), {"c": c, "get_config": lambda: c})
    return c


def spawner(*groups: str) -> SimpleNamespace:
    """As much of a spawner as functions in `c.Spawner.environment` look at."""
    return SimpleNamespace(user=SimpleNamespace(groups=[SimpleNamespace(name=group) for group in groups]))


WRITTEN_BEFORE = [
    pytest.param("", id="nothing"),
    pytest.param(
        'c.JupyterHub.services = [{"name": "cull"}]\n'
        'c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "own:scope"]}, {"name": "cull"}]\n'
        'c.JupyterHub.load_groups = {"learner": {"users": ["eve"]}}\n'
        'c.Spawner.server_token_scopes = ["own:scope"]\n'
        'c.Spawner.environment = {"OWN": "1", "KIT_SERVICES": "http://own/", "JUPYTER_CONFIG_PATH": "/own"}\n',
        id="everything, by assignment",
    ),
    pytest.param(
        'c.JupyterHub.services.append({"name": "cull"})\n'
        'c.JupyterHub.load_roles.extend([{"name": "cull"}])\n'
        'c.JupyterHub.load_groups.update({"learner": {"users": ["eve"]}})\n'
        'c.Spawner.server_token_scopes.append("own:scope")\n'
        'c.Spawner.environment.update({"OWN": "1"})\n',
        id="everything, by append and update",
    ),
]


@pytest.mark.parametrize("before", WRITTEN_BEFORE)
def test_nothing_that_stood_there_is_taken_away(before: str) -> None:
    c = read(insert(insert(before, STATISTICS), ALGEBRA))
    assert [service["name"] for service in c.JupyterHub.services][-2:] == ["statistics", "algebra-2"]
    user = next(role for role in c.JupyterHub.load_roles if role["name"] == "user")
    assert user["scopes"][0] == "self"
    assert user["scopes"][-2:] == ["access:services!service=statistics", "access:services!service=algebra-2"]
    assert c.Spawner.server_token_scopes[-2:] == user["scopes"][-2:]
    if not before:
        assert c.Spawner.server_token_scopes[:2] == ["users:activity!user", "access:servers!server"]
        return
    assert c.JupyterHub.services[0]["name"] == "cull"
    assert "cull" in [role["name"] for role in c.JupyterHub.load_roles]
    assert c.JupyterHub.load_groups["learner"] == {"users": ["eve"]}
    assert c.Spawner.server_token_scopes[0] == "own:scope"
    assert c.Spawner.environment["OWN"] == "1"
    assert ("own:scope" in user["scopes"]) == ('"user"' in before)


def test_where_the_spawners_own_class_has_settings_they_are_added_to_there() -> None:
    """As Zero to JupyterHub does it: what stands in c.KubeSpawner takes the place of what stands in c.Spawner."""
    c = read(
        'c.KubeSpawner.environment = {"OWN": "1"}\nc.KubeSpawner.cmd = ["x"]\n' + lines(STATISTICS) + lines(ALGEBRA)
    )
    for section in (c.Spawner, c.KubeSpawner):
        assert section.environment["KIT_SERVICES"](spawner("algebra")) == ALGEBRA.address
    assert c.KubeSpawner.environment["OWN"] == "1"
    assert "server_token_scopes" not in c.KubeSpawner


@pytest.mark.parametrize(
    ("groups", "services", "settings"),
    [
        pytest.param((), "", "", id="somebody in no course"),
        pytest.param(("learner",), "http://127.0.0.1:10101/services/statistics/", "statistics/learner", id="a learner"),
        pytest.param(
            ("learner", "instructor"), "http://127.0.0.1:10101/services/statistics/", "statistics/instructor",
            id="an instructor who also learns",
        ),
        pytest.param(
            ("learner", "algebra"),
            "http://127.0.0.1:10101/services/statistics/ http://127.0.0.1:10102/services/algebra-2/",
            "statistics/learner:algebra/learner", id="a learner in two courses",
        ),
        pytest.param(
            ("algebra-teachers",), "http://127.0.0.1:10102/services/algebra-2/", "algebra/instructor",
            id="an instructor of the other course",
        ),
    ],
)  # fmt: skip
def test_a_server_finds_the_courses_and_the_role_of_its_own_user(
    groups: tuple[str, ...], services: str, settings: str
) -> None:
    environment = read(lines(STATISTICS) + lines(ALGEBRA)).Spawner.environment
    assert environment["KIT_SERVICES"](spawner(*groups)) == services
    expected = ":".join(f"/etc/mastery-kit/{part}" for part in settings.split(":") if part)
    assert environment["JUPYTER_CONFIG_PATH"](spawner(*groups)) == expected


def test_written_again_the_lines_take_the_place_of_the_older_ones() -> None:
    before = "c.JupyterHub.port = 9000\n"
    once = insert(insert(before, STATISTICS), ALGEBRA)
    moved = insert(once, replace(STATISTICS, url="http://127.0.0.1:20202"))
    assert insert(once, STATISTICS) == once
    assert [service["url"] for service in read(moved).JupyterHub.services] == [
        "http://127.0.0.1:20202", "http://127.0.0.1:10102",
    ]  # fmt: skip
    assert moved.startswith(before)


def test_one_course_is_the_landing_page_and_the_others_say_nothing_of_it() -> None:
    assert read(lines(ALGEBRA)).JupyterHub.get("default_url") is None
    assert read(lines(STATISTICS) + lines(ALGEBRA)).JupyterHub.default_url == "/services/statistics/"


@pytest.mark.parametrize("section", ["Authenticator", "LTI13Authenticator", "GenericOAuthenticator"])
def test_where_the_log_in_brings_the_groups_the_lines_name_none(section: str) -> None:
    c = read(f"c.{section}.manage_groups = True\n" + lines(STATISTICS))
    assert not c.JupyterHub.get("load_groups")


def test_values_with_quotes_and_dollars_stay_what_they_are() -> None:
    course = replace(STATISTICS, settings='/srv/$HOME\'s "own"', command=("kit", "-C", "/srv/a $b"))
    c = read(lines(course))
    assert c.JupyterHub.services[0]["command"] == ["kit", "-C", "/srv/a $b"]
    assert c.Spawner.environment["JUPYTER_CONFIG_PATH"](spawner("learner")) == '/srv/$HOME\'s "own"/learner'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Statistics 101"}, "small letters, digits and hyphens"),
        ({"name": "a/b"}, "small letters, digits and hyphens"),
        ({"url": "127.0.0.1:10101"}, "scheme, host and port"),
        ({"url": "http://127.0.0.1:10101/services/x"}, "scheme, host and port"),
        ({"base_url": "jupyter"}, "begins and ends with a slash"),
    ],
)
def test_what_cannot_be_an_address_is_refused(change: dict[str, str], said: str) -> None:
    with pytest.raises(CourseError) as refused:
        replace(STATISTICS, **change)
    assert said in refused.value.faults[0].next


def test_the_lines_hold_no_secret_and_name_where_it_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    text = lines(replace(STATISTICS, command=()))
    with pytest.raises(KeyError, match="KIT_TOKEN_STATISTICS"):
        read(text)
    monkeypatch.setenv("KIT_TOKEN_STATISTICS", "s" * 32)
    assert read(text).JupyterHub.services[0]["api_token"] == "s" * 32


def test_settings_take_from_learners_what_is_for_instructors(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course")
    write_settings(tmp_path / "settings", root)
    learner, instructor = (
        json.loads((tmp_path / "settings" / role / "labconfig/page_config.json").read_text())["disabledExtensions"]
        for role in ("learner", "instructor")
    )
    assert learner["@jupyter/nbgrader:create-assignment"]
    assert "@jupyter/nbgrader:create-assignment" not in instructor
    assert learner["@jupyter/nbgrader:formgrader"]


@pytest.mark.parametrize(
    ("home", "there", "expected"),
    [
        pytest.param("home", None, "home/courses/numbers", id="a course elsewhere is there by a link"),
        pytest.param("home", "gone", "home/courses/numbers", id="a link to where it was is made anew"),
        pytest.param("home", "file", "course", id="what the instructor has there stays"),
        pytest.param("", None, "course", id="a course below the server's folder needs no link"),
    ],
)
def test_formgrader_finds_the_course_below_the_folder_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str, there: str | None, expected: str
) -> None:
    root = write_course(tmp_path / "course")
    shown = tmp_path / home
    (shown / "courses").mkdir(parents=True)
    if there == "gone":
        (shown / "courses/numbers").symlink_to(tmp_path / "gone")
    elif there == "file":
        (shown / "courses/numbers").write_text("notes")
    monkeypatch.setenv("JUPYTERHUB_ROOT_DIR", str(shown))
    write_settings(tmp_path / "settings", root)
    c = Config()
    exec((tmp_path / "settings/instructor/nbgrader_config.py").read_text(), {"get_config": lambda: c})
    assert c.CourseDirectory.root == str(tmp_path / expected)
    assert Path(c.CourseDirectory.root).resolve() == root
    if there == "file":
        assert (shown / "courses/numbers").read_text() == "notes"


@dataclass(frozen=True)
class Three:
    """One hub with three courses: the trial's own, one that the hub starts, one that runs beside it."""

    hub: TrialHub
    addresses: dict[str, str]
    """Course → its service, without the proxy."""


def hub_config(root: Path, *options: str) -> str:
    """What `kit hub-config` prints for the course in *root*."""
    done = subprocess.run(
        [sys.executable, "-m", "kit", "-C", str(root), "hub-config", *options],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    folder = tmp_path_factory.mktemp("three")
    roots = {}
    for name in ("numbers", "algebra", "logic"):
        root = write_course(folder / name)
        text = (root / "course.toml").read_text().replace('id = "numbers"', f'id = "{name}"')
        table = "" if name == "numbers" else f'\n[hub]\nlearners = "{name}"\ninstructors = "{name}-teachers"\n'
        (root / "course.toml").write_text(text + table)
        roots[name] = root
    ports = dict(zip(("algebra", "logic"), free_ports(2), strict=True))
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    settings = str(folder / "settings")
    managed = hub_config(roots["algebra"], "--url", urls["algebra"], "--settings", settings, "--no-landing")
    outside = hub_config(
        roots["logic"], "--url", urls["logic"], "--settings", settings, "--no-landing", "--external"
    )  # fmt: skip
    secret = "a secret of the hub and of the service"
    people = (
        Person("ana", "ana's own password", ("learner", "algebra", "logic")),
        Person("ben", "ben's own password", ("learner",)),
        Person("zoe", "zoe's own password", ("algebra-teachers",)),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_TOKEN_LOGIC", secret)
        hub = TrialHub(roots["numbers"], folder / "hub", people, name="numbers", extra=f"{managed}\n{outside}\n{SOON}")
        logic = HubCourse(name="logic", title="", url=urls["logic"], settings="")
        environment = {**os.environ, **external_environment(logic, hub.hub_url), "JUPYTERHUB_API_TOKEN": secret}
        service = subprocess.Popen(
            [sys.executable, "-m", "kit", "-C", str(roots["logic"]), "hub-service"], env=environment
        )
        try:
            with hub:
                for name in ("algebra", "logic"):
                    hub.wait_for_service(name)
                addresses = {name: f"{url}/services/{name}/" for name, url in urls.items()}
                yield Three(hub, {"numbers": hub.direct_url, **addresses})
        finally:
            service.terminate()
            service.wait(WAIT)


IN_COURSES = {"ana": {"numbers", "algebra", "logic"}, "ben": {"numbers"}, "zoe": {"algebra"}}


@pytest.mark.xdist_group("hub")
@pytest.mark.parametrize("course", ["numbers", "algebra", "logic"])
@pytest.mark.parametrize("name", IN_COURSES)
def test_on_a_hub_with_three_courses_everybody_is_in_their_own(three: Three, name: str, course: str) -> None:
    headers = {"Authorization": f"token {three.hub.token(name, [f'access:services!service={course}'])}"}
    answer = requests.get(f"{three.hub.url}services/{course}/api/course", headers=headers, timeout=WAIT)
    assert answer.status_code == (200 if course in IN_COURSES[name] else 403)
    if answer.ok:
        assert answer.json()["course"] == course
        assert answer.json()["role"] == ("instructor" if name == "zoe" else "learner")


@pytest.mark.xdist_group("hub")
def test_a_single_user_server_finds_its_users_courses_and_may_ask_each(three: Three) -> None:
    three.hub.start_servers("ana", "ben")
    for name in ("ana", "ben"):
        environment = psutil.Process(server_pid(three.hub, name)).environ()
        found = environment["KIT_SERVICES"].split()
        assert set(found) == {three.addresses[course] for course in IN_COURSES[name]}
        headers = {"Authorization": f"token {environment['JUPYTERHUB_API_TOKEN']}"}
        answers = [requests.get(f"{address}api/course", headers=headers, timeout=WAIT) for address in found]
        assert {answer.json()["course"] for answer in answers} == IN_COURSES[name]


@pytest.mark.xdist_group("hub")
@pytest.mark.parametrize("course", ["algebra", "logic"])
def test_logging_in_to_a_course_that_is_no_landing_page_works_too(three: Three, course: str) -> None:
    page = three.hub.session("ana").get(f"{three.hub.url}services/{course}/", timeout=WAIT)
    assert (page.status_code, page.url) == (200, f"{three.hub.url}services/{course}/")


def test_into_a_file_the_lines_come_once_however_often(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course")
    config = tmp_path / "jupyterhub_config.py"
    config.write_text("c.JupyterHub.port = 9000\n")
    for _ in range(2):
        assert hub_config(root, "--into", str(config), "--settings", str(tmp_path / "settings")) == ""
    assert config.read_text().count("# >>> mastery-kit: numbers >>>") == 1
    assert read(config.read_text()).JupyterHub.port == 9000
    assert (tmp_path / "settings/learner/nbgrader_config.py").is_file()
