"""docs/hub.md is kept true: what it shows parses, what it names exists, and one thing is said once."""

from __future__ import annotations

import ast
import configparser
import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Command
from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator

from kit.cli.hubbing import hub_service_
from kit.cli.trying import hub_, hub_config_
from kit.course.tables import HubTable
from kit.hub.app import ROUTES
from kit.hub.configuring import HubCourse, external_environment
from kit.syntax import parse

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/hub.md").read_text()
STATISTICS = HubCourse(name="statistics", title="", url="http://127.0.0.1:10101", settings="")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


YAML = [document for block in blocks("yaml") for document in yaml.safe_load_all(block)]


def told_of(kind: str) -> dict[str, Any]:
    """The one object of *kind* among the blocks for Kubernetes."""
    (found,) = (document for document in YAML if document.get("kind") == kind)
    return found


def settings_in_python() -> list[tuple[str, str]]:
    """(class, trait) of every ``c.Class.trait = …`` in the Python blocks."""
    trees = [parse(block) for block in blocks("python")]
    assigned = [node.targets[0] for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    return [
        (target.value.attr, target.attr)
        for target in assigned
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute)
    ]


def class_called(name: str) -> Any:
    known = {"JupyterHub": JupyterHub, "Authenticator": Authenticator}
    elsewhere = {
        "LTI13Authenticator": "ltiauthenticator.lti13.auth",
        "GenericOAuthenticator": "oauthenticator.generic",
    }
    if name in known:
        return known[name]
    module = elsewhere[name]
    pytest.importorskip(module.partition(".")[0], reason="not among what the tests need")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("name", sorted({name for name, _ in settings_in_python()}))
def test_every_setting_exists_in_its_class(name: str) -> None:
    traits = class_called(name).class_traits(config=True)
    assert [trait for found, trait in settings_in_python() if found == name and trait not in traits] == []


@pytest.mark.parametrize(
    ("command", "name"), [(hub_, "hub"), (hub_config_, "hub-config"), (hub_service_, "hub-service")],
    ids=["kit hub", "kit hub-config", "kit hub-service"],
)  # fmt: skip
def test_the_options_on_the_page_exist_and_those_of_the_two_commands_are_all_on_it(command: Command, name: str) -> None:
    exist = {option for parameter in command.params for option in parameter.opts}
    lines = [
        line.partition(f"kit {name}")[2] or line.partition(f" {name} ")[2]
        for line in PAGE.replace("\\\n", " ").splitlines()
        if re.search(rf"\bkit (?:-C \S+ )?{name}(?= |$)", line) and not line.startswith("|")
    ]
    used = {option for line in lines for option in re.findall(r"(?<!\S)--[a-z-]+", line.partition("`")[0])}
    assert used <= exist
    if name != "hub-service":
        assert [option for option in exist if f"`{option}" not in PAGE] == []


def test_the_table_for_course_toml_is_one_that_is_read() -> None:
    (block,) = blocks("toml")
    table = HubTable(**tomllib.loads(block)["hub"]).value()
    assert (table.learners, table.instructors) == ("statistics", "statistics-staff")


def test_the_unit_for_systemd_gives_the_service_what_it_needs() -> None:
    (block,) = blocks("ini")
    values = re.findall(r"^Environment='?(\w+)=(.*?)'?$", block, re.MULTILINE)
    assert dict(values) == external_environment(STATISTICS, "http://127.0.0.1:8081")
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read_string(block)
    assert {"Unit", "Service", "Install"} <= set(unit)


def test_the_pod_gives_the_service_what_it_needs_and_the_addresses_agree() -> None:
    course = HubCourse(name="statistics", title="", url="http://mastery-statistics:10101", settings="")
    (container,) = told_of("Deployment")["spec"]["template"]["spec"]["containers"]
    given = {entry["name"]: entry.get("value") for entry in container["env"]}
    needed = external_environment(course, "http://hub:8081")
    assert {name: given.get(name) for name in needed} == needed
    assert "JUPYTERHUB_API_TOKEN" in given
    assert container["readinessProbe"]["httpGet"]["path"] == f"{course.prefix}health"
    assert "health" in [template for template, _ in ROUTES]
    assert told_of("Service")["metadata"]["name"] == "mastery-statistics"
    assert told_of("Service")["spec"]["selector"] == told_of("Deployment")["spec"]["selector"]["matchLabels"]


def test_the_chart_gets_the_secret_under_the_name_that_the_lines_read() -> None:
    (values,) = (document for document in YAML if "hub" in document)
    assert set(values["hub"]["extraEnv"]) == {STATISTICS.token_variable}


def test_one_pod_at_a_time_has_the_course() -> None:
    spec = told_of("Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_the_command_of_the_image_exists_and_the_settings_need_no_course(tmp_path: Path) -> None:
    service = next(block for block in blocks("dockerfile") if "CMD" in block)
    words = json.loads(re.search(r"^CMD (.*)$", service, re.MULTILINE)[1])
    assert words[:1] + words[3:4] == ["kit", "hub-service"]
    assert {word for word in words if word.startswith("--")} <= {o for p in hub_service_.params for o in p.opts}
    assert "python -m kit.hub.settings" in PAGE
    subprocess.run([sys.executable, "-m", "kit.hub.settings", str(tmp_path / "settings")], check=True)
    assert (tmp_path / "settings/learner/nbgrader_config.py").is_file()
    assert "configure_hub" in (tmp_path / "settings/instructor/nbgrader_config.py").read_text()


@pytest.mark.parametrize(
    ("words", "module"),
    [
        ("but you are not in this course", "kit/hub/identity.py"),
        ("The service cannot listen", "kit/hub/serving.py"),
        ("This is started by a JupyterHub", "kit/hub/serving.py"),
        ("controller down", "kit/hub/looking.py"),
    ],
)
def test_what_people_see_is_said_by_the_code_in_these_words(words: str, module: str) -> None:
    assert words in PAGE
    assert words in (ROOT / module).read_text()
