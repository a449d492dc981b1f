"""What is needed to boot, read once from ``CRM_*`` in the environment. All else is a settings page."""

import contextlib
import functools
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Frozen boot settings. Paths are absolute after loading; the URL has no trailing slash."""

    model_config = SettingsConfigDict(env_prefix="CRM_", frozen=True, extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 3000
    secret_key: str = ""
    role: Literal["all", "web", "worker"] = "all"
    log_format: Literal["text", "json"] = "text"
    log_level: str = "INFO"
    # How many proxies in front of us set X-Forwarded-For/-Proto; 0 trusts none of it.
    trusted_proxy_hops: int = 0
    # Hosts or networks (CIDR) inside the server's own network that typed addresses may reach,
    # separated by commas.
    allow_private_addresses: Annotated[tuple[str, ...], NoDecode] = ()
    # Mail: empty means that mail waits on the Outbox page.
    smtp_url: str = ""
    mail_from: str = ""
    job_threads: int = Field(default=4, ge=1, le=64)
    # After how long without a sign of life the jobs of a process are given to others. Less finds the
    # dead sooner, and takes jobs from a machine that only stuttered.
    job_lease_seconds: float = Field(default=60, ge=1)
    poll_seconds: float = Field(default=60, gt=0)
    # Triggers are stopped that acted more often for one contact within half an hour (TRG-4).
    trigger_runs: int = Field(default=50, ge=1, le=10_000)
    live_check_seconds: float = Field(default=4, gt=0)
    # Where the services answer. Changed only for clouds of their own (national clouds) and tests.
    google_calendar_api: str = "https://www.googleapis.com/calendar/v3/"
    google_people_api: str = "https://people.googleapis.com/"
    google_authorize_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_revoke_url: str = "https://oauth2.googleapis.com/revoke"
    microsoft_authority: str = "https://login.microsoftonline.com"
    microsoft_graph: str = "https://graph.microsoft.com/v1.0"
    twilio_api: str = "https://api.twilio.com"
    messenger_api: str = "https://graph.facebook.com/v24.0"

    @field_validator("allow_private_addresses", mode="before")
    @classmethod
    def _separate(cls, typed: object) -> object:
        return tuple(typed.replace(",", " ").split()) if isinstance(typed, str) else typed

    @property
    def url(self) -> str:
        """The address that people use, e.g. ``https://crm.example``."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL; a SQLite file in the data folder unless one is given."""
        if self.database_url:
            return self.database_url.replace("postgres://", "postgresql+psycopg://", 1).replace(
                "postgresql://", "postgresql+psycopg://", 1
            )
        return f"sqlite:///{(self.data_dir / 'tandem.sqlite3').resolve()}"

    def key(self) -> str:
        """The secret for encryption and signatures.

        Taken from ``CRM_SECRET_KEY``, else from ``secret.key`` in the data folder, which is made
        at the first start, readable by its owner only (SYN-13).
        """
        return self.secret_key or self.kept_key

    @functools.cached_property
    def kept_key(self) -> str:
        """The secret of the data folder, read once: each stored secret that is used asks for it."""
        path = self.data_dir.resolve() / "secret.key"
        if not path.exists():
            _make_key(path)
        return path.read_text().strip()


def _make_key(path: Path) -> None:
    """Two processes that start together end with one whole key: written aside, then linked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    Path(aside).unlink()


@functools.cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
