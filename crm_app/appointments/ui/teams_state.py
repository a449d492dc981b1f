"""Settings > Teams > Team calendar configuration: the two owner switches and a team's balance.

The effect of the switches is shown in the browser as one moves them; nothing is written before
"Save". Only administrators change anything here (USR-3); the services check it again.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from crm_app.accounts import service as accounts
from crm_app.appointments import balance, calendars, queries
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.kinds import CalendarKind
from crm_app.models import User
from crm_app.ui.components.people import initials
from crm_app.ui.state import PrivateState, handler

Row = dict[str, Any]


class Teams(PrivateState):
    """The page's state. ``saved_*`` is what stands in the database."""

    loading: bool = True
    assign: bool = True
    keep: bool = True
    saved_assign: bool = True
    saved_keep: bool = True
    # Which lead the living example is about.
    has_owner: str = "owner"
    member_name: str = "Kate"
    owner_name: str = "Anna"
    calendar_id: str = ""
    choices: list[dict[str, str]] = []
    members: list[dict[str, str]] = []
    members_changed: bool = False

    @handler(admin=True)
    async def load(self) -> None:
        """Read all anew."""
        chosen = int(self.calendar_id) if self.calendar_id.isdigit() else 0
        found = await self._read(lambda session, actor: overview(session, actor, chosen))
        self.assign = self.saved_assign = found["assign"]
        self.keep = self.saved_keep = found["keep"]
        self.member_name, self.owner_name = found["names"]
        self.choices, self.calendar_id = found["choices"], found["calendar_id"]
        self.members, self.members_changed = found["members"], False
        self.loading = False

    @handler(admin=True)
    async def reread(self) -> None:
        """Something was booked meanwhile: follow it, unless somebody is typing here."""
        if not self.members_changed and (self.assign, self.keep) == (
            self.saved_assign,
            self.saved_keep,
        ):
            await self._follow()

    async def _follow(self) -> None:
        chosen = int(self.calendar_id) if self.calendar_id.isdigit() else 0
        found = await self._read(lambda session, actor: overview(session, actor, chosen))
        self.members = found["members"]

    @handler(admin=True)
    def set_assign(self, on: bool) -> None:
        """Move switch A."""
        self.assign = on

    @handler(admin=True)
    def set_keep(self, on: bool) -> None:
        """Move switch B."""
        self.keep = on

    @handler(admin=True)
    def set_example(self, which: str) -> None:
        """Choose the lead of the example: with an owner or without."""
        self.has_owner = "owner" if which == "owner" else "none"

    @handler(admin=True)
    async def save_switches(self) -> Any:
        """Write both switches."""
        assign, keep = self.assign, self.keep
        await self._write(
            lambda session, actor: accounts.update_workspace(
                session, actor, assign_owner_on_booking=assign, keep_existing_owner=keep
            )
        )
        self.saved_assign, self.saved_keep = assign, keep
        return rx.toast.success(self._say(N_("Saved. It counts from the next booking on.")))

    @handler(admin=True)
    def discard_switches(self) -> None:
        """Back to what stands."""
        self.assign, self.keep = self.saved_assign, self.saved_keep

    @handler(admin=True)
    async def choose(self, calendar_id: str) -> None:
        """Show another team calendar."""
        self.calendar_id = calendar_id
        await self._follow()
        self.members_changed = False

    @handler(admin=True)
    def set_number(self, position: int, name: str, value: str) -> None:
        """Type a member's weight or priority."""
        if name in ("weight", "priority") and 0 <= position < len(self.members):
            self.members[position][name] = value[:4]
            self.members_changed = True

    @handler(admin=True)
    def set_active(self, position: int, on: bool) -> None:
        """Pause a member, or let him take part again."""
        if 0 <= position < len(self.members):
            self.members[position]["active"] = "yes" if on else ""
            self.members_changed = True

    @handler(admin=True)
    async def save_members(self) -> Any:
        """Write weights, priorities and pauses."""
        rows = [dict(row) for row in self.members]
        calendar_id = int(self.calendar_id)
        await self._write(lambda session, actor: write_members(session, actor, calendar_id, rows))
        self.members_changed = False
        await self._follow()
        return rx.toast.success(self._say(N_("Saved.")))

    @handler(admin=True)
    async def discard_members(self) -> None:
        """Back to what stands."""
        await self._follow()
        self.members_changed = False


def overview(session: Session, actor: Actor, chosen: int) -> Row:
    """The switches, the team calendars, and the members of the chosen (or first) one."""
    actor.require_admin()
    assign, keep = calendars.owner_switches(session)
    teams = [
        calendar
        for calendar in queries.list_calendars(session, actor)
        if calendar.kind == CalendarKind.TEAM
    ]
    shown = next((one for one in teams if one.id == chosen), teams[0] if teams else None)
    members = (
        [member_row(one) for one in balance.shares(session, actor, shown, now=clock.now())]
        if shown
        else []
    )
    return {
        "assign": assign,
        "keep": keep,
        "names": _example_names(session, members),
        "choices": [{"value": str(one.id), "label": one.name} for one in teams],
        "calendar_id": str(shown.id) if shown else "",
        "members": members,
    }


def member_row(share: balance.Share) -> dict[str, str]:
    """A member as the page shows him; percentages without a sign."""
    return {
        "user_id": str(share.user.id),
        "name": share.user.name,
        "initials": initials(share.user.name),
        "color": str(share.user.color),
        "weight": str(share.member.weight),
        "priority": str(share.member.priority),
        "active": "yes" if share.member.active else "",
        "turns": str(share.turns),
        "percent": f"{share.percent:.0f}",
        "fair": f"{share.fair_percent:.0f}",
        "next": "yes" if share.next else "",
        "away": "yes" if share.away else "",
    }


def write_members(
    session: Session, actor: Actor, calendar_id: int, rows: list[dict[str, str]]
) -> None:
    """Write the rows as they stand on the page; Invalid for what is no number."""
    calendar = queries.get_calendar(session, actor, calendar_id)
    calendars.set_members(
        session,
        actor,
        calendar,
        [
            calendars.MemberRow(
                user_id=int(row["user_id"]),
                weight=calendars.whole(row["weight"], 0, 100),
                priority=calendars.whole(row["priority"], -100, 100),
                active=bool(row["active"]),
            )
            for row in rows
        ],
    )


def _example_names(session: Session, members: list[dict[str, str]]) -> tuple[str, str]:
    """Two first names that the team knows: who would be drawn, and who owns the lead."""
    drawn = next((row["name"] for row in members if row["next"]), "")
    names = session.exec(
        select(User.name).where(col(User.active).is_(True)).order_by(col(User.id)).limit(20)
    ).all()
    drawn = drawn or (names[-1] if names else "Kate")
    other = next((name for name in names if name != drawn), "Anna")
    return drawn.split()[0], other.split()[0]
