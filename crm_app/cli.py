"""The command ``crm``: run the product, its worker, and what an administrator does from a shell."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from crm_app.core import clock, db, log, migrations
from crm_app.core.access import system
from crm_app.core.errors import CrmError
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState, Role
from crm_app.core.settings import Settings, get_settings

_ROOT = Path(__file__).resolve().parents[1]
_BUILT = Path(".web/build/client/index.html")


@click.group()
@click.version_option(package_name="tandem-crm", prog_name="crm")
def main() -> None:
    """Tandem, a CRM for teams whose work runs on appointments."""
    # The build, the migrations and the relative data folder all lie in the project's folder.
    os.chdir(_ROOT)
    log.configure(get_settings())
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
@click.option("--host", help="Address to listen on; CRM_HOST, else 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; CRM_PORT, else 3000.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the pages, and do the background work unless CRM_ROLE=web."""
    # The server's own process reads the settings again: it has to find the same.
    for name, value in (("CRM_HOST", host), ("CRM_PORT", port)):
        if value is not None:
            os.environ[name] = str(value)
    get_settings.cache_clear()
    settings = get_settings()
    _refuse_taken(settings.host, settings.port)
    if not _BUILT.exists():
        raise click.ClickException("The pages are not built yet. Run: make build")
    migrations.upgrade()
    db.dispose()
    _serve(settings)


def _refuse_taken(host: str, port: int) -> None:
    """The server itself would share a taken port: two data folders, and each request to either."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen on {host}:{port} ({error.strerror}). "
                "Does another one run there already? Choose a port with --port or CRM_PORT."
            ) from error


def _serve(settings: Settings) -> None:
    # Reflex's own switches: the pages are built, serve them and do not compile (pinned with Reflex).
    os.environ.update(
        {
            "__REFLEX_SKIP_COMPILE": "true",
            "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
            "REFLEX_ENV_MODE": "prod",
            "REFLEX_TELEMETRY_ENABLED": "false",
            "REFLEX_CHECK_LATEST_VERSION": "false",
            "REFLEX_DIR": str(Path(".reflex").resolve()),
        }
    )
    from granian import Granian
    from granian.constants import Interfaces

    server = Granian(
        "crm_app.app:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        log_enabled=True,
        log_level="warning",  # type: ignore[arg-type]  # takes the name too
        workers_kill_timeout=15,
    )
    click.echo(f"Tandem is starting at {settings.url}  (Ctrl-C stops it)")
    server.serve()
    click.echo("Stopped.")


@main.command()
@click.pass_context
def demo(context: click.Context) -> None:
    """Serve a sample team with data to look around in, kept apart in the folder "demo"."""
    from crm_app.demo import PASSWORD, fill

    if "CRM_DATA_DIR" not in os.environ and "CRM_DATABASE_URL" not in os.environ:
        os.environ["CRM_DATA_DIR"] = "demo"
    get_settings.cache_clear()
    migrations.upgrade()
    with db.unit_of_work() as session:
        filled = fill(session, now=clock.now())
    click.echo("A sample team moved in." if filled else "The team is here already.")
    click.echo(f"Sign in as anna@northlight.example with the password: {PASSWORD}")
    context.invoke(serve)


@main.command()
def worker() -> None:
    """Do the background work only; the pages are served by other processes."""
    from crm_app.worker import Worker

    migrations.upgrade()
    running = Worker(get_settings())
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    running.start()
    click.echo("The worker runs (Ctrl-C stops it).")
    stop.wait()
    running.stop()
    click.echo("Stopped.")


@main.command()
def doctor() -> None:
    """Look at what a working installation needs and say what is missing."""
    settings = get_settings()
    findings = [*_findings(settings)]
    for sound, words in findings:
        click.echo(f"{'ok  ' if sound else 'LOOK'}  {words}")
    if not all(sound for sound, _ in findings):
        raise SystemExit(1)


def _findings(settings: Settings) -> Iterator[tuple[bool, str]]:
    yield _BUILT.exists(), "the pages are built (make build)"
    try:
        migrations.upgrade()
        with db.reading() as session:
            waiting = session.execute(
                select(func.count()).where(col(Job.state) == JobState.PARKED)
            ).scalar_one()
    except SQLAlchemyError as error:
        yield False, f"the database answers: {type(error).__name__}"
        return
    yield True, "the database answers and is up to date"
    yield waiting == 0, f"{waiting} jobs wait for a person"
    key = settings.data_dir / "secret.key"
    private = bool(settings.secret_key) or not key.exists() or key.stat().st_mode & 0o077 == 0
    yield private, "the secret key can be read by its owner only"
    open_to_all = settings.host not in ("127.0.0.1", "localhost", "::1")
    named = not open_to_all or bool(settings.public_url)
    yield named, "CRM_PUBLIC_URL names the address, since others can reach this server"


@main.group("db")
def database() -> None:
    """The database."""


@database.command()
def upgrade() -> None:
    """Bring the tables to this version."""
    migrations.upgrade()
    click.echo("The database is up to date.")


@main.group()
def sync() -> None:
    """Connected calendars."""


@sync.command("run")
@click.option("--account", type=int, help="Only the calendars of this connection, by its number.")
@click.option("--all", "everything", is_flag=True, help="Those that are not due yet, too.")
def run_sync(account: int | None, *, everything: bool) -> None:
    """Read and write the connected calendars that are due, here and now, and say how each is."""
    from crm_app.sync import foreground

    migrations.upgrade()
    well = True
    for told in foreground.run(account_id=account, everything=everything):
        click.echo(told.line)
        well = well and told.well
    if not well:
        raise SystemExit(1)


@main.group()
def user() -> None:
    """Users."""


@user.command("add")
@click.argument("email")
@click.option("--name", prompt=True, help="Full name.")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.password_option(help="Asked for when it is not given.")
@click.option("--time-zone", default="UTC", show_default=True, help="IANA name, for a first user.")
@click.option(
    "--workspace", default="Tandem", show_default=True, help="Its name, for a first user."
)
def add(
    email: str, name: str, password: str, time_zone: str, workspace: str, *, admin: bool
) -> None:
    """Add a user. The first one of an empty database sets the workspace up and administers it."""
    from crm_app.accounts import queries, service

    migrations.upgrade()
    with db.unit_of_work() as session:
        if queries.has_users(session):
            role = Role.ADMIN if admin else Role.MEMBER
            made = service.create_user(
                session,
                system("crm user add"),
                email=email,
                name=name,
                password=password,
                role=role,
                now=clock.now(),
            )
        else:
            made = service.set_up(
                session,
                workspace_name=workspace,
                name=name,
                email=email,
                password=password,
                time_zone=time_zone,
                locale="en",
                now=clock.now(),
            )
        click.echo(f"{made.name} <{made.email}> may sign in now ({made.role.value}).")


def _words(error: CrmError) -> str:
    fields = getattr(error, "fields", {})
    lines = [f"{name}: {text.format(**error.params)}" for name, text in fields.items()]
    return "\n".join(lines or [str(error)])


def run() -> None:
    """The entry point: errors that have words for people are shown as such, without a traceback."""
    try:
        main()
    except CrmError as error:
        raise SystemExit(_words(error)) from None


if __name__ == "__main__":
    run()
