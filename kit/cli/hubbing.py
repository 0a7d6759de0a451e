"""The command that serves a course on a JupyterHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kit.cli.common import with_course_settings

if TYPE_CHECKING:
    from kit.course import Course


@click.command("hub-service")
@click.option("--host", metavar="ADDRESS", help="Listen here instead of where JUPYTERHUB_SERVICE_URL says.")
@click.option("--port", type=click.IntRange(0, 65535), help="And on this port (0: any that is free).")
@click.option("--threads", type=click.IntRange(2, 64), default=8, show_default=True,
              help="Requests that read and write at the same time.")  # fmt: skip
@click.option("--drain", type=click.FloatRange(0, 600), default=8.0, show_default=True,
              help="Seconds for what is under way when the service is told to end.")  # fmt: skip
@click.option("--no-watch", is_flag=True, help="Do not run the controller: `kit watch` runs elsewhere.")
@with_course_settings
def hub_service_(
    course: Course, host: str | None, port: int | None, threads: int, drain: float, no_watch: bool
) -> None:
    """Serve the course to the people of a JupyterHub. The hub starts this; `kit hub-config` tells it how."""
    from kit.errors import KitError

    try:
        from kit.hub.logs import write_logs
        from kit.hub.service import ServiceSettings
        from kit.hub.serving import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "kit":
            raise
        raise KitError(
            f'The service needs the package {error.name}. Install what it needs: pip install "mastery-kit[hub]"'
        ) from None
    write_logs()
    settings = ServiceSettings(threads=threads, drain_seconds=drain, watch=not no_watch)
    serve(course, settings, host=host, port=port)
