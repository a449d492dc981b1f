"""Settings > Mail: through which server mail goes out, from which address, and a test (Q-3).

The stored password never leaves the server, and what is typed into its field goes from the form
into one call; the page learns only whether one is set.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.accounts import service as accounts_service
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import MessageState
from crm_app.core.settings import get_settings
from crm_app.messaging import mail_server, queries, sender, trial
from crm_app.messaging.ui.state_words import TONES, WORDS
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]


class MailSettings(PrivateState):
    """``way`` is "" (the Outbox), "own" (entered here) or "environment" (``CRM_SMTP_URL``)."""

    loading: bool = True
    way: str = ""
    server: Row = {}
    mail_from: str = ""
    default_from: str = ""
    editing: bool = False
    removing: bool = False
    test: Row = {}
    _test_id: int = 0

    @handler(admin=True)
    async def load(self) -> None:
        """Read what is set."""
        await self._show()
        self.loading = False

    async def _show(self) -> None:
        found = await self._read(overview)
        self.way, self.server = found["way"], found["server"]
        self.mail_from, self.default_from = found["mail_from"], found["default_from"]

    @handler(admin=True)
    async def follow(self) -> None:
        """A message changed: perhaps the test's."""
        await self._watch()

    async def _watch(self) -> None:
        if self._test_id:
            test_id = self._test_id
            self.test = await self._read(lambda session, actor: outcome(session, actor, test_id))

    @handler(admin=True)
    def set_editing(self, on: bool) -> None:
        """Open or close the form of the server."""
        self.editing, self.errors = on, {}

    @handler(admin=True)
    async def save_server(self, form: dict[str, Any]) -> Any:
        """Write the server; an empty password keeps the one that is set for it."""
        typed = {name: str(form.get(name, "")) for name in ("host", "port", "security")}
        typed |= {name: str(form.get(name, "")) for name in ("username", "password")}
        typed["verify"] = "" if form.get("lenient") else "yes"
        await self._write(lambda session, actor: write_server(session, actor, typed))
        self.editing = False
        await self._show()
        done = N_("Saved. Send yourself a test message to be sure.")
        return rx.toast.success(self._say(done))

    @handler(admin=True)
    async def save_from(self, form: dict[str, Any]) -> Any:
        """Write the address that mail comes from."""
        mail_from = str(form.get("mail_from", ""))
        await self._write(
            lambda session, actor: accounts_service.update_workspace(
                session, actor, mail_from=mail_from
            )
        )
        await self._show()
        return rx.toast.success(self._say(N_("Saved.")))

    @handler(admin=True)
    def set_removing(self, on: bool) -> None:
        """The question before the server is forgotten, or its end."""
        self.removing = on

    @handler(admin=True)
    async def remove_server(self) -> Any:
        """Forget the server and its password."""
        self.removing = False
        await self._write(
            lambda session, actor: accounts_service.update_workspace(session, actor, smtp_url="")
        )
        await self._show()
        return rx.toast.success(self._say(N_("Removed. Mail waits in the Outbox from now on.")))

    @handler(admin=True)
    async def send_test(self) -> None:
        """Queue a test message to oneself and watch what becomes of it."""
        self._test_id = await self._write(
            lambda session, actor: trial.queue_to_oneself(session, actor, now=clock.now()).id or 0
        )
        await self._watch()


def overview(session: Session, actor: Actor) -> dict[str, Any]:
    """What is set, without any secret."""
    actor.require_admin()
    workspace, settings = accounts.get_workspace(session), get_settings()
    own = workspace.smtp_url or ""
    server = mail_server.shown(own or settings.smtp_url)
    return {
        "way": "own" if own else "environment" if settings.smtp_url else "",
        "server": {
            "host": server.host,
            "port": server.port,
            "security": server.security,
            "username": server.username,
            "lenient": "" if server.verify else "yes",
            "has_password": "yes" if server.has_password else "",
        },
        "mail_from": workspace.mail_from,
        "default_from": sender.from_address(session),
    }


def write_server(session: Session, actor: Actor, typed: Row) -> None:
    """Write the server as typed; Invalid by the names of the form's fields."""
    actor.require_admin()
    stored = accounts.get_workspace(session).smtp_url or ""
    accounts_service.update_workspace(session, actor, smtp_url=mail_server.address(typed, stored))


def outcome(session: Session, actor: Actor, message_id: int) -> Row:
    """What became of the test message."""
    message = queries.get_message(session, actor, message_id)
    state = MessageState(message.state)
    reason = translate(actor.locale, message.error) if message.error else ""
    return {
        "tone": TONES[state],
        "words": translate(actor.locale, WORDS[state]),
        "state": state.value,
        "to": message.to_address,
        "reason": " ".join(part for part in (reason, message.error_detail) if part),
    }
