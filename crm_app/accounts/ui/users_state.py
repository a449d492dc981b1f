"""Settings > Users: who belongs to the team, invitations, roles, and leaving (USR-3, USR-5).

For administrators. An invitation's link is a secret: it never stands in the state but is written
straight into the field from which it is copied.
"""

import json
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries, service
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import LOCALES, N_, translate
from crm_app.core.kinds import Role
from crm_app.models import User
from crm_app.ui import moments
from crm_app.ui.components.people import initials
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
LINK_FIELD = "invitation-link"
# The field appears with the dialog, a moment after the event.
_PUT = "setTimeout(() => {{ const i = document.getElementById({field}); if (i) i.value = {link}; }}, 120)"


class Users(PrivateState):
    """``mode`` is "" (list), "invite" or "link"; ``chosen`` is the user that a dialog is about."""

    loading: bool = True
    rows: list[Row] = []
    mode: str = ""
    locale: str = "en"
    chosen: Row = {}
    mails_go_out: bool = False
    leaving: bool = False

    @handler(admin=True)
    async def load(self) -> None:
        """Read the team."""
        await self._show()
        self.loading = False

    async def _show(self) -> None:
        self.rows, self.locale, self.mails_go_out = await self._read(
            lambda session, actor: (
                user_rows(session, actor),
                queries.home_locale(session),
                queries.mail_goes_out(session),
            )
        )

    @handler(admin=True)
    def begin(self) -> None:
        """Begin an invitation."""
        self.errors, self.mode = {}, "invite"

    @handler(admin=True)
    def close(self) -> None:
        """Close the dialogs."""
        self.mode, self.leaving, self.errors, self.chosen = "", False, {}, {}

    @handler(admin=True)
    async def invite(self, form: dict[str, Any]) -> Any:
        """Make the user, and show his link."""
        typed = {name: str(form.get(name, "")) for name in ("name", "email", "role", "locale")}
        made = await self._write(lambda session, actor: invite(session, actor, typed))
        await self._show()
        return await self._show_link(made)

    @handler(admin=True)
    async def invite_again(self, user_id: str) -> Any:
        """Mail a fresh invitation; earlier ones stop working."""
        await self._write(
            lambda session, actor: service.invite_again(
                session, actor, found(session, actor, user_id), now=clock.now()
            )
        )
        return await self._show_link(user_id)

    @handler(admin=True)
    async def show_link(self, user_id: str) -> Any:
        """Show the link of an invitation that is open."""
        return await self._show_link(user_id)

    async def _show_link(self, user_id: str) -> Any:
        link = await self._read(lambda session, actor: link_of(session, actor, user_id))
        self.mode, self.errors = "link", {}
        self.chosen = next((dict(row) for row in self.rows if row["id"] == user_id), {})
        put = _PUT.format(field=json.dumps(LINK_FIELD), link=json.dumps(link))
        return rx.call_script(put)

    @handler(admin=True)
    async def set_role(self, user_id: str, role: str) -> Any:
        """Make somebody an administrator, or a member."""
        if role not in set(Role):
            raise Invalid(N_("Please choose one of the values offered."))
        await self._write(
            lambda session, actor: service.set_role(
                session, actor, found(session, actor, user_id), Role(role)
            )
        )
        await self._show()
        return rx.toast.success(self._say(N_("The role is changed.")))

    @handler(admin=True)
    async def send_link(self, user_id: str) -> Any:
        """Mail somebody a link to a new password."""

        def send(session: Session, actor: Actor) -> str:
            user = found(session, actor, user_id)
            service.send_link(session, actor, user, now=clock.now())
            return user.email

        email = await self._write(send)
        if self.mails_go_out:
            said = N_("A link to a new password is on its way to {email}.")
        else:
            said = N_("The mail to {email} waits in the Outbox.")
        return rx.toast.success(self._say(said, email=email))

    @handler(admin=True)
    def ask_to_leave(self, user_id: str) -> None:
        """The question before somebody is signed out for good."""
        self.chosen = next((dict(row) for row in self.rows if row["id"] == user_id), {})
        self.leaving = bool(self.chosen)

    @handler(admin=True)
    async def deactivate(self) -> Any:
        """The chosen user leaves."""
        user_id = self.chosen.get("id", "")
        self.leaving = False
        await self._write(
            lambda session, actor: service.deactivate(
                session, actor, found(session, actor, user_id)
            )
        )
        await self._show()
        return rx.toast.success(
            self._say(N_("{name} can no longer sign in."), name=self.chosen.get("name", ""))
        )

    @handler(admin=True)
    async def activate(self, user_id: str) -> Any:
        """Somebody is back."""
        await self._write(
            lambda session, actor: service.activate(session, actor, found(session, actor, user_id))
        )
        await self._show()
        return rx.toast.success(self._say(N_("Welcome back: the account is open again.")))


def found(session: Session, actor: Actor, user_id: str) -> User:
    """The user behind an id that a browser sent."""
    return queries.get_user(session, actor, int(user_id) if user_id.isdigit() else 0)


def user_rows(session: Session, actor: Actor) -> list[Row]:
    """The team: active users first, then those who left."""
    actor.require_admin()
    now, seen = clock.now(), queries.last_seen(session)
    users = queries.list_users(session, actor, active_only=False)
    return [
        {
            "id": str(user.id),
            "name": user.name,
            "initials": initials(user.name),
            "color": str(user.color),
            "email": user.email,
            "role": user.role.value,
            "state": _state(user),
            "self": "yes" if user.id == actor.user_id else "",
            "seen": moments.ago(actor.locale, seen[user.id or 0], now)
            if user.id in seen
            else translate(actor.locale, N_("not lately")),
        }
        for user in sorted(users, key=lambda user: not user.active)
    ]


def _state(user: User) -> str:
    if not user.active:
        return "left"
    return "active" if user.password_hash is not None else "invited"


def invite(session: Session, actor: Actor, typed: dict[str, str]) -> str:
    """Make the user as typed; his id."""
    if typed["role"] not in set(Role):
        raise Invalid(fields={"role": N_("Please choose one of the values offered.")})
    user = service.invite_user(
        session,
        actor,
        email=typed["email"],
        name=typed["name"],
        role=Role(typed["role"]),
        locale=typed["locale"] if typed["locale"] in LOCALES else None,
        now=clock.now(),
    )
    return str(user.id)


def link_of(session: Session, actor: Actor, user_id: str) -> str:
    """The address of an open invitation; NotFound when there is none."""
    user = found(session, actor, user_id)
    link = queries.invitation_link(session, actor, user.id or 0, now=clock.now())
    if link is None:
        raise NotFound(N_("This invitation is over. Send a new one."))
    return link.url
