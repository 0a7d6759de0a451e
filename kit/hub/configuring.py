"""What a jupyterhub_config.py says for one course: `kit hub-config` prints it, the trial hub is started with it.

The lines stand between two markers that name the service, so that they can be put into a file again, and several
courses stand in one file. They import nothing of the kit: the hub may live in an environment of its own. They add to
what the file said before and take nothing away: services, roles, groups, token scopes and environment of the
single-user servers.

Beside them, JupyterLab and nbgrader on the single-user servers need two small folders of settings, one for learners
and one for instructors: `kit.hub.settings`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from string import Template

from kit.course import Hub
from kit.errors import CourseError, Fault


@dataclass(frozen=True, slots=True)
class HubCourse:
    """One course as a service of one hub."""

    name: str
    """Of the service; its pages are at ``<base_url>services/<name>/``."""
    title: str
    url: str
    """Where the service listens, as the proxy and the single-user servers reach it: ``http://127.0.0.1:10101``."""
    settings: str
    """The folder of settings (`kit.hub.settings.write_settings`), where the single-user servers find it."""
    command: tuple[str, ...] = ()
    """What the hub runs to start the service; empty where it runs elsewhere."""
    account: str = ""
    """Of the system, under which a hub that is root runs the service; "" for the hub's own."""
    environment: dict[str, str] = field(default_factory=dict)
    """Of the service, besides what the hub gives it. No secrets."""
    base_url: str = "/"
    """The hub's own prefix, with both slashes."""
    groups: Hub = field(default_factory=Hub)
    landing: bool = True
    """Whether people come to this course's page when they have logged in."""

    def __post_init__(self) -> None:
        _require(r"[a-z0-9][a-z0-9-]{0,62}", self.name, "the service's name",
                 "Use small letters, digits and hyphens, for example: mastery.")  # fmt: skip
        _require(r"https?://[^/\s]+/?", self.url, "the service's address",
                 "Write scheme, host and port alone, for example: http://127.0.0.1:10101.")  # fmt: skip
        _require(r"/|/\S+/", self.base_url, "the hub's prefix",
                 "It begins and ends with a slash, as c.JupyterHub.base_url does: /jupyter/.")  # fmt: skip

    @property
    def prefix(self) -> str:
        """Path of the service's pages, with both slashes."""
        return f"{self.base_url}services/{self.name}/"

    @property
    def address(self) -> str:
        """What single-user servers find in KIT_SERVICES: the service itself, not by way of the proxy."""
        return self.url.rstrip("/") + self.prefix

    @property
    def token_variable(self) -> str:
        """Where the hub finds the secret it shares with a service that it does not start."""
        return f"KIT_TOKEN_{self.name.replace('-', '_').upper()}"

    @property
    def markers(self) -> tuple[str, str]:
        """The first and the last of the lines."""
        return f"# >>> mastery-kit: {self.name} >>>", f"# <<< mastery-kit: {self.name} <<<"


def lines(course: HubCourse) -> str:
    """The commented lines for *course*, markers included: valid Python that adds to `c`, ends with a newline."""
    first, last = course.markers
    function = f"_kit_{course.name.replace('-', '_')}"
    values = {
        "first": first, "last": last, "token": course.token_variable, "name": course.name, "function": function,
        "qname": repr(course.name), "url": repr(course.url), "command": repr(list(course.command)),
        "variables": repr(course.environment), "account": repr(course.account),
        "prefix": repr(course.prefix), "address": repr(course.address),
        "learners": repr(course.groups.learners), "instructors": repr(course.groups.instructors),
        "access": repr(f"access:services!service={course.name}"), "settings": repr(course.settings),
    }  # fmt: skip
    values["needed"] = "\n".join(f"    #   {name}={value}" for name, value in external_environment(course).items())
    parts = (_HEAD, _MANAGED if course.command else _EXTERNAL, _REST, _LANDING if course.landing else "", _END)
    return "".join(Template(part).substitute(values) for part in parts)


def external_environment(course: HubCourse, hub_url: str = "http://HUB:8081") -> dict[str, str]:
    """What a service that the hub does not start needs in its environment besides the secret JUPYTERHUB_API_TOKEN.

    *hub_url* is where the service reaches the hub itself, without the proxy (`c.JupyterHub.hub_connect_url`).
    """
    return {
        "JUPYTERHUB_API_URL": f"{hub_url.rstrip('/')}{course.base_url}hub/api",
        "JUPYTERHUB_BASE_URL": course.base_url,
        "JUPYTERHUB_CLIENT_ID": f"service-{course.name}",
        "JUPYTERHUB_SERVICE_NAME": course.name,
        "JUPYTERHUB_SERVICE_PREFIX": course.prefix,
        "JUPYTERHUB_SERVICE_URL": course.url,
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps([f"access:services!service={course.name}"]),
    }


def insert(text: str, course: HubCourse) -> str:
    """*text* of a jupyterhub_config.py with the lines for *course*: in place of older ones, else at the end."""
    first, last = course.markers
    new = lines(course)
    older = re.compile(rf"^{re.escape(first)}$.*?^{re.escape(last)}\n?", re.DOTALL | re.MULTILINE)
    if older.search(text):
        return older.sub(lambda _: new, text, count=1)
    return f"{text.rstrip()}\n\n\n{new}" if text.strip() else new


def _require(pattern: str, value: str, where: str, otherwise: str) -> None:
    if not re.fullmatch(pattern, value):
        fault = Fault("hub-config", where, f"{value!r} cannot stand there.", otherwise)
        raise CourseError([fault])


_MANAGED = """\
    # The hub starts the service, starts it again when it ends, and gives it its token.
    now(c.JupyterHub, "services", []).append({
        "name": $qname,
        "url": $url,
        "command": $command,
        "environment": $variables,
        "user": $account,
        # Learners are not asked whether the course may know their names.
        "oauth_no_confirm": True,
    })
"""

_EXTERNAL = """\
    # The service runs elsewhere, under `kit -C COURSE hub-service`. It and the hub share one secret, made once with
    # `openssl rand -hex 32`: the hub finds it in its environment as $token, the service as JUPYTERHUB_API_TOKEN.
    # The service needs besides, as the hub gives them to services of its own:
$needed
    now(c.JupyterHub, "services", []).append({
        "name": $qname,
        "url": $url,
        "api_token": os.environ["$token"],
        # Learners are not asked whether the course may know their names.
        "oauth_no_confirm": True,
    })
"""

_LANDING = """
    # After logging in people see the course's page. Remove this line to keep the hub's own.
    c.JupyterHub.default_url = $prefix
"""

_HEAD = """\
$first
# Written by `kit hub-config`; written again, this part alone is replaced. docs/hub.md explains it at length.
def $function(c):
    import os

    def now(section, name, nothing):
        # What this file said so far, also where it said it with .append or .update.
        value = section[name]
        if hasattr(value, "get_value"):
            value = section[name] = value.get_value(nothing)
        return value

"""

_REST = """
    # Who has logged in may show the service who they are. It lets in members of the groups below, and tells everybody
    # else what to ask for.
    roles = now(c.JupyterHub, "load_roles", [])
    if not any(role["name"] == "user" for role in roles):
        roles.append({"name": "user", "scopes": ["self"]})
    next(role for role in roles if role["name"] == "user")["scopes"].append($access)

    # The service may read who is in which group, and nothing else.
    roles.append({"name": "$name-roster", "scopes": ["list:groups", "read:groups"], "services": [$qname]})

    # Members are learners or instructors of the course; a group section-… beside it makes a section. Put names here,
    # on the hub's admin page, or let the log-in bring the groups (Authenticator.manage_groups, and then nothing here).
    learners, instructors = $learners, $instructors
    if not any(c[name].get("manage_groups") for name in list(c) if name.endswith("Authenticator")):
        groups = now(c.JupyterHub, "load_groups", {})
        for group in (learners, instructors):
            groups.setdefault(group, {"users": []})

    # Settings of a spawner's own class (c.KubeSpawner) take the place of those in c.Spawner: they are added to as well.
    def spawners(name):
        own = [section for section in list(c) if section.endswith("Spawner") and section != "Spawner"]
        return [c.Spawner, *(c[section] for section in own if name in c[section])]

    # What a single-user server may do: as JupyterHub has it, and ask the course's service for its own user.
    for section in spawners("server_token_scopes"):
        scopes = now(section, "server_token_scopes", [])
        scopes += ["users:activity!user", "access:servers!server"] if not scopes else []
        scopes.append($access)

    # What a single-user server finds: the services of its user's courses, and settings for the user's role in them.
    def services(mine):
        return $address if mine & {learners, instructors} else ""

    def settings(mine):
        role = "instructor" if instructors in mine else "learner" if learners in mine else ""
        return role and os.path.join($settings, role)

    def added(before, ours, separator):
        def value(spawner):
            theirs = before(spawner) if callable(before) else before
            mine = ours({group.name for group in spawner.user.groups})
            return separator.join(part for part in (theirs, mine) if part)

        return value

    for section in spawners("environment"):
        environment = now(section, "environment", {})
        for name, ours, separator in (("KIT_SERVICES", services, " "), ("JUPYTER_CONFIG_PATH", settings, os.pathsep)):
            environment[name] = added(environment.get(name, ""), ours, separator)
"""

_END = """

$function(c)  # noqa: F821
$last
"""
