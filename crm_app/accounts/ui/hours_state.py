"""Settings > Working hours: the week, dates with other hours, limits, and time off (USR-4, CAL-2).

Everybody edits his own; an administrator opens somebody else's with ``?user=<id>``. The week, the
dates and the limits are saved together; time off is written at once and can be taken back.
"""

from datetime import datetime, timedelta
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries, service
from crm_app.accounts.ui import absences
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.models import User
from crm_app.ui import hours_form, moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, Any]
# Absences stay in the list for a while, so that one sees what was.
_PAST = timedelta(days=30)


class WorkHours(PrivateState):
    """``whose`` is the name of the user that an administrator looks at, empty for one's own."""

    loading: bool = True
    whose: str = ""
    zone: str = ""
    today: str = ""
    rows: list[Row] = []
    dates: list[Row] = []
    day_cap: str = ""
    week_cap: str = ""
    changed: bool = False
    away: list[dict[str, str]] = []
    adding: bool = False
    _shown_id: int = 0

    @handler
    async def load(self) -> None:
        """Read what stands."""
        asked = str(self.router.url.query_parameters.get("user", ""))
        self._shown_id = int(asked) if asked.isdigit() else self._user_id
        await self._show()

    async def _show(self) -> None:
        shown = self._shown_id
        found = await self._read(lambda session, actor: overview(session, actor, shown))
        self.whose, self.zone, self.today = found["whose"], found["zone"], found["today"]
        self.rows, self.dates, self.away = found["rows"], found["dates"], found["away"]
        self.day_cap, self.week_cap = found["day_cap"], found["week_cap"]
        self.changed, self.loading, self.errors = False, False, {}

    @handler
    def switch_day(self, day: int, on: bool) -> None:
        """Open or close a weekday."""
        self._week(hours_form.switch(self.rows, day % 7, on))

    @handler
    def add_range(self, day: int) -> None:
        """One more range on a weekday."""
        self._week(hours_form.add(self.rows, day % 7))

    @handler
    def remove_range(self, day: int, position: int) -> None:
        """One range less."""
        self._week(hours_form.remove(self.rows, day % 7, position))

    @handler
    def put_time(self, day: int, position: int, name: str, value: str) -> None:
        """Type a start or an end."""
        self._week(hours_form.put(self.rows, day % 7, position, name, value))

    @handler
    def copy_day(self, day: int) -> None:
        """The same from Monday to Friday."""
        self._week(hours_form.copy_to_workdays(self.rows, day % 7))

    def _week(self, rows: list[Row]) -> None:
        self.rows, self.changed = rows, True

    @handler
    def set_cap(self, name: str, value: str) -> None:
        """Type a limit."""
        if name in ("day_cap", "week_cap"):
            setattr(self, name, value[:6])
            self.changed = True

    @handler
    def add_date(self, form: dict[str, Any]) -> Any:
        """Other hours on a date; closed until a range is added."""
        typed, today = str(form.get("new_date", "")), datetime.fromisoformat(self.today).date()
        self.errors = {}
        self.dates = absences.with_date(
            [dict(row) for row in self.dates], typed, today, self._locale, self.zone
        )
        self.changed = True
        return rx.set_value("new_date", "")

    @handler
    def remove_date(self, place: int) -> None:
        """The weekday's hours count again on that date."""
        if 0 <= place < len(self.dates):
            self.dates.pop(place)
            self.changed = True

    @handler
    def date_step(self, step: str, place: int, position: int, name: str, value: str) -> None:
        """Open, close, or type into a date's ranges: the same steps as in the week."""
        if not 0 <= place < len(self.dates):
            return
        if step == "switch":
            self.dates = hours_form.switch(self.dates, place, value == "on")
        elif step == "add":
            self.dates = hours_form.add(self.dates, place)
        elif step == "remove":
            self.dates = hours_form.remove(self.dates, place, position)
        elif step == "put":
            self.dates = hours_form.put(self.dates, place, position, name, value)
        self.changed = True

    @handler
    async def save(self) -> Any:
        """Write the week, the dates and the limits."""
        shown = self._shown_id
        hours = hours_form.to_json(
            [dict(row) for row in self.rows],
            absences.overrides_json([dict(row) for row in self.dates]),
        )
        caps = {"day_cap": self.day_cap, "week_cap": self.week_cap}
        await self._write(
            lambda session, actor: service.update_profile(
                session,
                actor,
                queries.get_user_to_manage(session, actor, shown),
                hours=hours,
                **caps,
            )
        )
        await self._show()
        return rx.toast.success(self._say(N_("Saved. New bookings follow these hours.")))

    @handler
    def set_adding(self, on: bool) -> None:
        """Open or close the dialog for a time off."""
        self.adding, self.errors = on, {}

    @handler
    async def add_time_off(self, form: dict[str, Any]) -> Any:
        """Be away: nothing is offered in between."""
        starts_at, ends_at = absences.time_off(form, self.zone)
        shown, reason = self._shown_id, str(form.get("reason", ""))
        await self._write(
            lambda session, actor: service.add_time_off(
                session,
                actor,
                queries.get_user_to_manage(session, actor, shown),
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason,
            )
        )
        self.adding = False
        await self._reread_away()
        return rx.toast.success(self._say(N_("Noted. Nothing is offered in that time.")))

    @handler
    async def remove_time_off(self, row_id: str) -> Any:
        """Not away after all; the toast offers to take it back."""
        removed = await self._write(lambda session, actor: take_away(session, actor, row_id))
        await self._reread_away()
        return rx.toast.success(
            self._say(N_("Removed. The time can be booked again.")),
            action={
                "label": self._say(N_("Undo")),
                "on_click": WorkHours.restore_time_off(*removed),
            },
        )

    @handler
    async def restore_time_off(self, starts: str, ends: str, reason: str) -> None:
        """Take a removal back."""
        shown = self._shown_id
        starts_at, ends_at = datetime.fromisoformat(starts), datetime.fromisoformat(ends)
        await self._write(
            lambda session, actor: service.add_time_off(
                session,
                actor,
                queries.get_user_to_manage(session, actor, shown),
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason,
            )
        )
        await self._reread_away()

    async def _reread_away(self) -> None:
        shown = self._shown_id
        self.away = await self._read(lambda session, actor: away_rows(session, actor, shown))


def overview(session: Session, actor: Actor, user_id: int) -> Row:
    """All that the page shows of a user."""
    user = queries.get_user_to_manage(session, actor, user_id)
    today = clock.now().astimezone(moments.zone_of(user.time_zone)).date()
    return {
        "whose": "" if user.id == actor.user_id else user.name,
        "zone": user.time_zone,
        "today": today.isoformat(),
        "rows": hours_form.to_rows(user.hours),
        "dates": absences.override_rows(user.hours, today, actor.locale, user.time_zone),
        "day_cap": _text(user.day_cap),
        "week_cap": _text(user.week_cap),
        "away": away_rows(session, actor, user_id),
    }


def away_rows(session: Session, actor: Actor, user_id: int) -> list[dict[str, str]]:
    """The absences of a user, those of the last month included."""
    user: User = queries.get_user_to_manage(session, actor, user_id)
    now = clock.now()
    return [
        {
            "id": str(row.id),
            "when": absences.time_off_words(
                row.starts_at, row.ends_at, actor.locale, user.time_zone, now
            ),
            "reason": row.reason,
            "state": _state(row.starts_at, row.ends_at, now),
        }
        for row in queries.list_time_off(session, actor, user_id, since=now - _PAST)
    ]


def take_away(session: Session, actor: Actor, row_id: str) -> tuple[str, str, str]:
    """Remove a time off; what is needed to bring it back."""
    row = queries.get_time_off(session, actor, int(row_id) if row_id.isdigit() else 0)
    kept = row.starts_at.isoformat(), row.ends_at.isoformat(), row.reason
    service.remove_time_off(session, actor, row)
    return kept


def _state(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    if ends_at <= now:
        return "past"
    return "now" if starts_at <= now else "ahead"


def _text(cap: int | None) -> str:
    return "" if cap is None else str(cap)
