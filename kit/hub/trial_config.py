"""The jupyterhub_config.py of a trial hub: everything on this machine, below one folder, for people made up."""

from __future__ import annotations

import html
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from kit.hub.configuring import HubCourse, lines

ADMIN = "trial"
"""The hub service by which the trial hub is steered; its token stands in KIT_TRIAL_TOKEN of the hub alone."""

MARK = "KIT_TRIAL"
"""Environment variable that every process of one trial hub carries, so that none is left behind."""

PROXY = (sys.executable, "-m", "kit.hub.proxy")


@dataclass(frozen=True, slots=True)
class Trial:
    """Where a trial hub lives on this machine."""

    folder: Path
    port: int
    hub_port: int
    proxy_port: int
    mark: str
    """Value of `MARK`."""
    hashes: Mapping[str, str]
    """Name → hashed password."""
    members: Mapping[str, Sequence[str]]
    """Group → names."""
    notice: str
    """One line for the log-in page, plain text."""


def config_text(trial: Trial, courses: Sequence[HubCourse], extra: str = "") -> str:
    """The whole file; *extra* is put at its end."""
    values: dict[str, object] = {
        "state": str(trial.folder / "hub"),
        "homes": str(trial.folder / "homes" / "{username}"),
        "bind": f"http://127.0.0.1:{trial.port}/",
        "hub": f"http://127.0.0.1:{trial.hub_port}/",
        "api": f"http://127.0.0.1:{trial.proxy_port}/",
        "proxy": list(PROXY),
        "singleuser": [sys.executable, "-m", "jupyterhub.singleuser"],
        "args": ["--allow-root"] if os.geteuid() == 0 else [],
        "hashes": dict(trial.hashes),
        "members": {group: {"users": list(names)} for group, names in trial.members.items()},
        "mark": {MARK: trial.mark},
        "notice": html.escape(trial.notice),
        "admin": ADMIN,
    }
    own = Template(_CONFIG).substitute({name: repr(value) for name, value in values.items()})
    return "\n\n".join((own, *(lines(course) for course in courses), extra))


_CONFIG = '''\
"""Made by `kit hub`. A real hub has real accounts and a spawner that keeps them apart: docs/hub.md."""
import os

c.JupyterHub.bind_url = $bind
c.JupyterHub.hub_bind_url = $hub
c.ConfigurableHTTPProxy.api_url = $api
c.ConfigurableHTTPProxy.command = $proxy
c.ConfigurableHTTPProxy.pid_file = os.path.join($state, "proxy.pid")
c.JupyterHub.db_url = "sqlite:///" + os.path.join($state, "jupyterhub.sqlite")
c.JupyterHub.cookie_secret_file = os.path.join($state, "cookie_secret")
# When the hub alone is started again, people's servers live on, as on a real hub.
c.JupyterHub.cleanup_servers = False
c.JupyterHub.template_vars = {"announcement_login": $notice}

c.JupyterHub.authenticator_class = "kit.hub.login.TrialAuthenticator"
c.TrialAuthenticator.people = $hashes
c.Authenticator.allowed_users = set($hashes)
c.JupyterHub.load_groups = $members

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = $homes
c.Spawner.cmd = $singleuser
c.Spawner.args = $args
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.Spawner.environment = $mark

c.JupyterHub.services = [{"name": $admin, "api_token": os.environ["KIT_TRIAL_TOKEN"]}]
c.JupyterHub.load_roles = [{
    "name": $admin,
    "services": [$admin],
    "scopes": ["admin:users", "admin:servers", "admin:groups", "tokens", "read:services", "list:services",
               "access:services"],
}]
'''
