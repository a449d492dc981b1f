"""Rehearsing a campaign: who plays, when it begins, what he does, and all that would follow (CAM-7)."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from sqlmodel import Session

from crm_app.campaigns.editing import known
from crm_app.campaigns.editing.queries import get_campaign
from crm_app.campaigns.rehearsal import staging, telling
from crm_app.campaigns.rehearsal.staging import Act, Pretend, Question
from crm_app.campaigns.running.standing import What
from crm_app.contacts import search
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import N_, translate_n
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
PRETEND, REAL = "pretend", "real"
_PATH = re.compile(r"/campaigns/(\d+)/rehearsal/?")
_UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_MOST_ACTS = 12
_DOES: tuple[What, ...] = ("replied", "clicked", "booked", "cancelled", "no_show", "unsubscribed")


@dataclasses.dataclass
class Scene:
    """A line of the rehearsal as the page draws it."""

    day: str
    time: str
    elsewhere: str
    kind: str
    title: str
    outcome: str
    tone: str
    reason: str
    effects: list[str]
    channel: str
    address: str
    subject: str
    body: str
    closed: bool
    campaign: str
    end: str


class Rehearsal(PrivateState):
    """``acts`` are rows of what the contact does: what, amount, unit."""

    loading: bool = True
    campaign_id: int = 0
    campaign: str = ""
    who: str = PRETEND
    name: str = "Zoë Nowak"
    email: str = "zoe@example.com"
    phone: str = "+49 30 1234567"
    time_zone: str = ""
    writes: bool = False
    contact_id: int = 0
    contact_name: str = ""
    typed: str = ""
    found: list[Row] = []
    starts_at: str = ""
    meeting_at: str = ""
    acts: list[Row] = []
    scenes: list[Scene] = []
    zone: str = ""
    summary: str = ""
    ran: bool = False

    @handler
    async def load(self) -> None:
        """Open the page, and rehearse at once with the pretend contact."""
        match = _PATH.fullmatch(self.router.url.path)
        self.campaign_id = int(match[1]) if match else 0
        self.loading = True
        self.campaign = await self._read(self._name_of)
        if not self.starts_at:
            self.starts_at = _local(clock.now(), self._time_zone)
        await self._play()
        self.loading = False

    @handler
    async def set_who(self, who: str) -> None:
        """A pretend contact, or a real one."""
        self.who = REAL if who == REAL else PRETEND
        if self.who == PRETEND or self.contact_id:
            await self._play()

    @handler
    async def look_for(self, text: str) -> None:
        """Find contacts to play."""
        self.typed = text[:120]
        self.found = await self._read(lambda session, actor: _found(session, actor, self.typed))

    @handler
    async def choose(self, contact_id: str) -> None:
        """That contact plays."""
        number = int(contact_id) if contact_id.isdigit() else 0
        name = next((row["name"] for row in self.found if row["id"] == contact_id), "")
        self.contact_id, self.contact_name = number, name
        self.found, self.typed = [], ""
        await self._play()

    @handler
    async def add_act(self) -> None:
        """He does one thing more."""
        if len(self.acts) < _MOST_ACTS:
            self.acts = [*self.acts, {"what": "booked", "amount": "1", "unit": "hours"}]
            await self._play()

    @handler
    async def change_act(self, index: int, field: str, value: str) -> None:
        """He does something else, or at another time."""
        if not 0 <= index < len(self.acts) or field not in ("what", "amount", "unit"):
            return
        rows = [dict(row) for row in self.acts]
        rows[index][field] = value[:20]
        self.acts = rows
        await self._play()

    @handler
    async def drop_act(self, index: int) -> None:
        """He does not do that."""
        self.acts = [row for number, row in enumerate(self.acts) if number != index]
        await self._play()

    @handler
    async def rehearse(self, form: dict[str, Any]) -> None:
        """Play it with what was typed."""
        for field in ("name", "email", "phone", "time_zone", "starts_at", "meeting_at"):
            if field in form:
                setattr(self, field, str(form[field]).strip()[:120])
        self.writes = form.get("writes") in ("on", True, "true") if self.who == PRETEND else False
        await self._play()

    def _name_of(self, session: Session, actor: Actor) -> str:
        return get_campaign(session, actor, self.campaign_id).name

    async def _play(self) -> None:
        try:
            question = self._question()
        except Invalid as error:
            self.errors = {
                name: self._say(text, **error.params) for name, text in error.fields.items()
            }
            return
        self.errors = {}
        campaign_id = self.campaign_id
        shown = await self._read(
            lambda session, actor: _scenes(session, actor, campaign_id, question)
        )
        self.scenes, self.zone, self.summary = shown
        self.ran = True

    def _question(self) -> Question:
        zone = self._time_zone
        acts = [_act(row, number) for number, row in enumerate(self.acts)]
        begins = _instant(self.starts_at, zone, "starts_at")
        if begins is None:
            raise Invalid(fields={"starts_at": N_("Please choose a day and a time.")})
        if self.who == REAL and not self.contact_id:
            raise Invalid(fields={"contact": N_("Choose a contact from the list.")})
        return Question(
            starts_at=begins,
            contact_id=self.contact_id if self.who == REAL else None,
            pretend=Pretend(
                name=self.name,
                email=self.email,
                phone=self.phone,
                locale=self._locale,
                time_zone=self.time_zone,
                messenger=self.writes,
            ),
            acts=acts,
            meeting_at=_instant(self.meeting_at, zone, "meeting_at"),
        )


def _scenes(
    session: Session, actor: Actor, campaign_id: int, question: Question
) -> tuple[list[Scene], str, str]:
    now = clock.now()
    played = staging.play(session, actor, campaign_id, question, now=now)
    campaign = get_campaign(session, actor, campaign_id)
    listener = telling.Listener(actor.locale, known.load(session, campaign), now)
    told = telling.tell(played.lines, played.world, played.plans, played.names, listener)
    scenes = [
        Scene(**{**_fields(each), "effects": [one for one in each.effects if one]}) for each in told
    ]
    sent = sum(1 for each in told if each.channel)
    zone = played.world.person.time_zone or played.world.workspace_zone
    if not told:
        return [], zone, ""
    length = played.lines[-1].at - question.starts_at
    summary = translate_n(
        actor.locale,
        "{count} message in {length}",
        "{count} messages in {length}",
        sent,
        length=_length(actor.locale, length),
    )
    return scenes, zone, summary


def _fields(told: telling.Told) -> dict[str, Any]:
    return {field.name: getattr(told, field.name) for field in dataclasses.fields(told)}


def _length(locale: str, length: timedelta) -> str:
    return str(format_timedelta(length, locale=moments.formats(locale, "UTC"), threshold=1.5))


def _found(session: Session, actor: Actor, text: str) -> list[Row]:
    if len(text.strip()) < 2:
        return []
    rows = search.search(session, actor, text=text, limit=6).rows
    return [{"id": str(row.id), "name": row.name, "email": row.email} for row in rows]


def _act(row: Row, number: int) -> Act:
    amount = row["amount"].strip()
    what = next((each for each in _DOES if each == row["what"]), None)
    if what is None or row["unit"] not in _UNITS:
        raise NotFound
    if not (amount.isascii() and amount.isdigit() and int(amount) <= 100_000):
        raise Invalid(fields={f"act-{number}": N_("Enter a whole number.")})
    after = timedelta(minutes=int(amount) * _UNITS[row["unit"]])
    return Act(what, after)


def _local(at: datetime, zone: str) -> str:
    """An instant as a browser's ``datetime-local`` value."""
    return at.astimezone(moments.zone_of(zone)).strftime("%Y-%m-%dT%H:%M")


def _instant(typed: str, zone: str, name: str) -> datetime | None:
    if not typed:
        return None
    try:
        local = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(fields={name: N_("Please choose a day and a time.")}) from error
    return local.replace(tzinfo=local.tzinfo or moments.zone_of(zone)).astimezone(UTC)
