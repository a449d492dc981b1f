"""One's e-mail address and password: both need the present password, and neither is kept here.

What is typed into a password field goes from the form into one call and is forgotten; the state
never holds it.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries, service, sessions
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.models import User
from crm_app.ui.shell import Shell
from crm_app.ui.state import PrivateState, handler


class Access(PrivateState):
    """``dialog`` is "", "email" or "password"."""

    dialog: str = ""
    email: str = ""
    has_password: bool = True

    @handler
    async def load(self) -> None:
        """Read the address, and whether there is a password."""
        await self._show()

    @handler
    def open(self, dialog: str) -> None:
        """Open a dialog, or close it ("")."""
        self.errors = {}
        self.dialog = dialog if dialog in ("email", "password") else ""

    @handler
    async def change_email(self, form: dict[str, Any]) -> Any:
        """Sign in with another address from now on."""
        email, password = str(form.get("email", "")), str(form.get("password", ""))
        await self._count()
        await self._write(
            lambda session, actor: service.change_email(
                session, actor, me(session, actor), email=email, password=password
            )
        )
        self.dialog = ""
        await self._show()
        done = N_("From now on you sign in with {email}.")
        return [Shell.refresh, rx.toast.success(self._say(done, email=self.email))]

    @handler
    async def change_password(self, form: dict[str, Any]) -> Any:
        """Set a new password; other browsers are signed out."""
        present, new = str(form.get("present", "")), str(form.get("new", ""))
        cookie = sessions.cookie_of_header(self.router.headers.cookie)
        await self._count()
        await self._write(
            lambda session, actor: service.change_password(
                session, actor, me(session, actor), present=present, new=new, current_cookie=cookie
            )
        )
        self.dialog = ""
        done = N_("Your password is changed. All other browsers are signed out.")
        return rx.toast.success(self._say(done))

    @handler
    async def send_link(self) -> Any:
        """Mail oneself a link to a new password."""
        await self._write(
            lambda session, actor: service.send_link(
                session, actor, me(session, actor), now=clock.now()
            )
        )
        self.dialog = ""
        done = N_("A link to a new password is on its way to {email}.")
        return rx.toast.success(self._say(done, email=self.email))

    async def _count(self) -> None:
        # Committed before the password is looked at, so that guessing cannot undo the count.
        await self._write(
            lambda session, actor: service.count_confirmation(
                session, me(session, actor), now=clock.now()
            )
        )

    async def _show(self) -> None:
        user = await self._read(me)
        self.email, self.has_password = user.email, user.password_hash is not None


def me(session: Session, actor: Actor) -> User:
    """The user who acts."""
    return queries.get_user_to_manage(session, actor, actor.require_user())
