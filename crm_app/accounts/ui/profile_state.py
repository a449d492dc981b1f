"""Settings > Profile: what a user says about himself (USR-4).

What is typed stays text in ``form`` until it is saved. Password and e-mail address have a dialog
and a state of their own (``access_state``).
"""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from crm_app.accounts import checks, queries, service
from crm_app.accounts.ui.zone_field import resolved
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.models import Calendar, CalendarMember, User
from crm_app.ui import moments
from crm_app.ui.components.people import initials
from crm_app.ui.shell import Shell
from crm_app.ui.state import PrivateState, handler

FIELDS = ("name", "slug", "locale", "time_zone", "signature", "color")


class Profile(PrivateState):
    """The page's state. ``links`` are the beginnings of the personal links."""

    loading: bool = True
    form: dict[str, str] = {}
    changed: bool = False
    initials: str = ""
    there: str = ""
    links: list[dict[str, str]] = []

    @handler
    async def load(self) -> None:
        """Read what stands; also what "Discard" does."""
        await self._show()

    async def _show(self) -> None:
        found = await self._read(overview)
        self.form, self.links = found["form"], found["links"]
        self.changed, self.errors = False, {}
        self._look()
        self.loading = False

    @handler
    def set_field(self, name: str, value: str) -> None:
        """Type into a field."""
        if name in FIELDS:
            self.form[name] = value[:5000]
            self.changed = True
            self._look()

    @handler
    async def save(self) -> Any:
        """Write the profile; a new language counts at once."""
        form = dict(self.form)
        self._locale = await self._write(lambda session, actor: write(session, actor, form))
        await self._show()
        return [Shell.refresh, rx.toast.success(self._say(N_("Saved.")))]

    def _look(self) -> None:
        self.initials = initials(self.form["name"])
        zone = resolved(self.form["time_zone"])
        self.there = time_in(self._locale, zone)


def time_in(locale: str, zone: str) -> str:
    """The time that it is in ``zone`` now; empty when there is no such zone."""
    try:
        checks.time_zone(zone)
    except ValueError:
        return ""
    return moments.clock_time(locale, zone, clock.now())


def overview(session: Session, actor: Actor) -> dict[str, Any]:
    """One's own profile as the form holds it, and where the personal link begins."""
    user = queries.get_user_to_manage(session, actor, actor.require_user())
    return {
        "form": {name: str(getattr(user, name)) for name in FIELDS},
        "links": personal_links(session, user),
    }


def personal_links(session: Session, user: User) -> list[dict[str, str]]:
    """The calendars on which ``user`` can be booked: name, and the link up to his own part."""
    served = session.exec(
        select(Calendar)
        .join(CalendarMember, col(CalendarMember.calendar_id) == Calendar.id)
        .where(
            CalendarMember.user_id == user.id,
            col(CalendarMember.active).is_(True),
            col(Calendar.active).is_(True),
        )
        .order_by(Calendar.name)
    )
    url = get_settings().url
    return [{"name": one.name, "begin": f"{url}/cal/{one.slug}/"} for one in served]


def write(session: Session, actor: Actor, form: dict[str, str]) -> str:
    """Write the form; the language that counts from now on."""
    user = queries.get_user_to_manage(session, actor, actor.require_user())
    values: dict[str, Any] = {name: form[name] for name in FIELDS}
    values["time_zone"] = resolved(form["time_zone"])
    values["color"] = int(form["color"]) if form["color"].isdigit() else -1
    service.update_profile(session, actor, user, **values)
    return user.locale
