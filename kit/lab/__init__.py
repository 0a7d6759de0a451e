"""The JupyterLab extension *Mastery*: a server extension here, its side panel in `panel/` (TypeScript).

The browser talks to the learner's own Jupyter server only, below ``mastery/``; that server talks to the services named
in KIT_SERVICES with the token it was given, which therefore never reaches a page. Nothing is decided here: the service
says where the learner stands, the panel shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__: list[str] = []


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where the built panel lies, for ``jupyter labextension develop``."""
    return [{"src": "labextension", "dest": "@mastery-kit/panel"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What jupyter_server is to load."""
    return [{"module": "kit.lab"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    """Add the routes below ``mastery/``, and tell the page how many services there are."""
    from kit.lab.handlers import routes
    from kit.lab.services import Services

    services = Services.from_environment(app.root_dir)
    app.web_app.settings["mastery_services"] = services
    app.web_app.settings.setdefault("page_config_data", {})["masteryServices"] = len(services)
    app.web_app.add_handlers(".*$", routes(app.web_app.settings["base_url"]))
    if services:
        app.log.info("Mastery: %s", ", ".join(service.name for service in services))
