"""The part "Sync option" of the calendar configuration (SYN-4, SYN-5, SYN-6).

A click proposes; the dry run shows what the proposal would do; "Save" chooses it. What stands in
the controls is what is saved, but for the draft of "Other combination".
"""

from typing import Any

import reflex as rx

from crm_app.core import clock
from crm_app.core.i18n import N_
from crm_app.core.kinds import SyncOption
from crm_app.sync.choices import choosing
from crm_app.sync.ui import shown_option
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.shown_option import OTHER, Row
from crm_app.ui.state import PrivateState, handler

_LOADED = (
    "calendar_name", "saved_scope", "option", "per_instance", "review", "takes", "team_calendar",
    "team_triggers", "own_calendar", "filling",
)  # fmt: skip


class SyncOptions(PrivateState):
    """``calendar_id`` is the linked calendar, empty without one. ``scope`` is which settings are on
    show ("own", "team"), ``saved_scope`` which ones decide. ``found`` are the dry run's figures."""

    calendar_id: str = ""
    calendar_name: str = ""
    scope: str = "own"
    saved_scope: str = "own"
    option: str = SyncOption.ONE_WAY.value
    creation: str = "never"
    fires: str = ""
    per_instance: bool = False
    review: bool = False
    takes: bool = False
    team_calendar: str = ""
    team_triggers: bool = False
    own_calendar: str = ""
    # Default calendars to choose from: for the team's settings, and for one's own.
    calendars: list[dict[str, str]] = []
    places: list[dict[str, str]] = []
    filling: dict[str, str] = {}
    proposing: bool = False
    looking: bool = False
    saving: bool = False
    proposed_name: str = ""
    effect: str = ""
    found: dict[str, str] = {}
    appointments: list[dict[str, str]] = []
    contacts: list[dict[str, str]] = []
    backfill: bool = False
    _pick: Row = {}

    @handler
    async def load(self) -> None:
        """Open the part anew."""
        self.proposing = False
        await self._show()
        self.scope = self.saved_scope

    @handler
    async def reread(self) -> None:
        """Follow what happened meanwhile."""
        await self._show()

    async def _show(self) -> None:
        page = await self.get_state(Connections)
        whose = page.whose_id or self._user_id
        now = await self._read(lambda session, actor: shown_option.option(session, actor, whose))
        before, self.calendar_id = self.calendar_id, now["calendar_id"]
        if not self.calendar_id:
            return
        fresh = before != self.calendar_id or (now["option"], now["saved_scope"]) != (
            self.option,
            self.saved_scope,
        )
        for name in _LOADED:
            setattr(self, name, now[name])
        nobody = {"value": "", "label": self._say(N_("Do not create contacts"))}
        own = {"value": "", "label": self._say(N_("Their own calendar"))}
        self.calendars = [nobody, *now["calendars"]]
        self.places = [own, *now["calendars"]]
        if fresh:
            self.creation, self.fires = now["creation"], now["fires"]

    @handler
    def show_scope(self, scope: str) -> None:
        """Look at the settings for one's own or for team calendars; nothing is chosen by it."""
        self.scope = "team" if scope == "team" else "own"

    @handler
    def set_creation(self, value: str) -> None:
        """Draft of "Other combination": for whom contacts are made."""
        if value in ("never", "existing", "always"):
            self.creation = value

    @handler
    def set_fires(self, value: str) -> None:
        """Draft of "Other combination": whether triggers fire."""
        self.fires = "yes" if value else ""

    @handler
    def pick(self, option: str) -> Any:
        """One of the four options, or the drafted combination."""
        if option not in shown_option.NAMES:
            return None
        chosen = {"option": option, "default_calendar": self.own_calendar}
        return self._propose(shown_option.NAMES[option], {**self._now(), **chosen})

    @handler
    def choose_team_calendar(self, value: str) -> Any:
        """The default calendar of the team's settings; empty: contacts are not made."""
        fires = self.team_triggers and value != ""
        chosen = {"for_team": True, "default_calendar": value, "fires": fires}
        return self._propose(N_("Team and group calendars"), {**self._now(), **chosen})

    @handler
    def set_team_triggers(self, on: bool) -> Any:
        """Whether what the team's settings make may trigger."""
        return self._propose(N_("Allow triggers"), {**self._standing(), "fires": on})

    @handler
    def choose_place(self, value: str) -> Any:
        """On which calendar appointments made from events stand, in one's own settings."""
        name = N_("Put appointments into")
        return self._propose(name, {**self._standing(), "default_calendar": value})

    @handler
    def set_per_instance(self, on: bool) -> Any:
        """Whether each instance of a series triggers."""
        name = N_("Triggers fire for every instance of a series")
        return self._propose(name, {**self._standing(), "per_instance": on})

    @handler
    def set_review(self, on: bool) -> Any:
        """Whether new guests wait for a decision."""
        return self._propose(
            N_("Let me look at new guests first"), {**self._standing(), "review": on}
        )

    @handler
    def set_backfill(self, on: bool) -> None:
        """Whether what is there already is taken in too."""
        self.backfill = on

    @handler
    def close(self) -> None:
        """Choose nothing."""
        self.proposing, self.backfill, self.errors = False, False, {}

    @handler(background=True)
    async def look(self) -> None:
        """Go through the calendar and show what the proposal would make; writes nothing."""
        async with self:
            pick, calendar_id = dict(self._pick), _number(self.calendar_id)
        try:
            seen = await self._read(
                lambda session, actor: shown_option.dry_run(
                    session, actor, calendar_id, shown_option.choice_of(pick), clock.now()
                )
            )
            async with self:
                # Another proposal may have come meanwhile.
                if dict(self._pick) == pick:
                    self.found, self.looking = seen["found"], False
                    self.appointments, self.contacts = seen["appointments"], seen["contacts"]
        except Exception:
            async with self:
                self.proposing = self.looking = False
            raise

    @handler
    async def save(self) -> Any:
        """Choose what was proposed."""
        choice, backfill = shown_option.choice_of(self._pick), self.backfill
        calendar_id, now = _number(self.calendar_id), clock.now()
        await self._write(
            lambda session, actor: choosing.choose(
                session, actor, calendar_id, choice, backfill=backfill, now=now
            )
        )
        self.proposing = self.backfill = False
        await self._show()
        self.scope = self.saved_scope
        if backfill:
            return rx.toast.success(self._say(N_("Saved. What is there already is taken in now.")))
        return rx.toast.success(self._say(N_("Saved. It counts for what arrives from now on.")))

    def _propose(self, name: str, pick: Row) -> Any:
        self._pick = pick
        self.proposed_name, self.backfill = self._say(name), False
        self.effect = shown_option.effect(self._locale, shown_option.choice_of(pick))
        self.found, self.appointments, self.contacts = {}, [], []
        self.proposing = self.looking = True
        return SyncOptions.look

    def _now(self) -> Row:
        """What every proposal keeps of the page: the two switches, and the drafted combination."""
        return {
            "per_instance": self.per_instance,
            "review": self.review,
            "creation": self.creation,
            "fires": self.fires,
        }

    def _standing(self) -> Row:
        """What is saved now, as a proposal."""
        if self.saved_scope == "team":
            team = {"for_team": True, "default_calendar": self.team_calendar}
            return {**self._now(), **team, "fires": self.team_triggers}
        return {**self._now(), "option": self.option, "default_calendar": self.own_calendar}


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0


__all__ = ["OTHER", "SyncOptions"]
