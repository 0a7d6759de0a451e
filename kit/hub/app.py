"""The tornado application of one course's service: its table of routes, and nothing else.

A route is a template below the service's prefix (``api/assignments/<assignment>``) and a handler, which gets what
stands at ``<assignment>`` as an argument of that name, as it came: checking it is the handler's first step.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from tornado.web import Application, RequestHandler, URLSpec

from kit.course import Course
from kit.hub import exchanging, listening, looking, receiving
from kit.hub.identity import Hubs
from kit.hub.pages import data, handlers, proving
from kit.hub.service import Service, ServiceSettings

Route = tuple[str, type[RequestHandler]]

ROUTES: Sequence[Route] = (
    *looking.ROUTES,
    *exchanging.ROUTES,
    *receiving.ROUTES,
    *listening.ROUTES,
    *handlers.ROUTES,
    *data.ROUTES,
    *proving.ROUTES,
)
"""Every address of the service. tests/hub/test_routes.py walks all of them as everybody."""


def make_app(course: Course, settings: ServiceSettings, hubs: Hubs | None = None) -> Application:
    """The application for *course*, inside a running loop; its parts are in ``settings["service"]``, not yet started.

    *hubs* asks the hub who somebody is; by default the one that the JUPYTERHUB_* environment names.
    """
    hubs = hubs or Hubs(believed_seconds=course.hub.identity_seconds)
    return Application(
        [URLSpec(pattern(template, settings.prefix), handler, {"route": template}) for template, handler in ROUTES],
        service=Service(course, settings, hubs),
        cookie_secret=hubs.cookie_secret(),
        default_handler_class=looking.Nothing,
        default_handler_args={"route": "(none)"},
        log_function=_nothing,
        # HubOAuth checks log-ins by cookie itself, and a token needs no such check: tornado's own would refuse it.
        xsrf_cookies=False,
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Lax", "secure": _is_https()},
    )


def pattern(template: str, prefix: str) -> str:
    """The regular expression of the addresses that *template* stands for."""
    parts = re.split(r"<([a-z]+)>", template)
    named = (f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return f"{re.escape(prefix)}{''.join(named)}"


def _is_https() -> bool:
    """Whether browsers come by https, as the hub says it."""
    return os.environ.get("JUPYTERHUB_PUBLIC_URL", "").startswith("https:")


def _nothing(handler: RequestHandler) -> None:
    """Requests are logged by `HubHandler.on_finish`, by their template."""


def service_of(app: Application) -> Service:
    """What the handlers of *app* share."""
    service: Any = app.settings["service"]
    assert isinstance(service, Service)
    return service
