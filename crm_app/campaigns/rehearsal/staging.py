"""Setting the stage of a rehearsal: the plans, and a real or a pretend contact (CAM-7).

Everything is read and nothing written. What the rules then say is what the engine would do, since it
asks the same ones; a real contact is seen as he is now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm_app.accounts.queries import get_workspace
from crm_app.booking.bound import bind
from crm_app.campaigns.editing import queries as campaigns
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import hosts, timeline, world
from crm_app.campaigns.running.hosts import Team
from crm_app.campaigns.running.standing import Meeting, Person, What, World
from crm_app.campaigns.running.timeline import Happening, Line
from crm_app.contacts.queries import get_contact
from crm_app.core.access import Actor
from crm_app.core.kinds import CampaignState
from crm_app.models import Calendar, Campaign, Workspace

# No appointment has these ids: those that are only pretended.
_PRETENDED, _BOOKED = 2_000_000_000, 2_000_000_001
_LENGTH = timedelta(minutes=30)
# When somebody books in a rehearsal, this is how long after it the appointment is.
_NOTICE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Pretend:
    """A contact who does not exist; empty address or number: he has none."""

    name: str
    email: str = ""
    phone: str = ""
    locale: str = "en"
    time_zone: str = ""
    messenger: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """What the contact does, so long after he entered."""

    what: What
    after: timedelta


@dataclass(frozen=True, slots=True)
class Question:
    """A rehearsal as it is asked for. ``contact_id`` None: ``pretend`` plays. Instants are UTC.

    ``meeting_at`` pretends that he enters with an appointment that starts then.
    """

    starts_at: datetime
    contact_id: int | None = None
    pretend: Pretend | None = None
    acts: Sequence[Act] = ()
    meeting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """What would happen, the contact at its beginning, and the plans by campaign with their names."""

    lines: tuple[Line, ...]
    world: World
    plans: Mapping[int, Plan]
    names: Mapping[int, str]


def play(
    session: Session, actor: Actor, campaign_id: int, question: Question, *, now: datetime
) -> Play:
    """Rehearse the draft of a campaign; NotFound when the actor may not see it or the contact."""
    campaign = campaigns.get_campaign(session, actor, campaign_id)
    plan = parse(campaign.draft)
    team = hosts.load(session)
    workspace = get_workspace(session)
    opening = _opening(session, actor, question, team, workspace, now)
    plans, names = _others(session)
    opening = _dressed(opening, team, plan.settings.calendar_id)
    meeting = _meeting(session, opening, question.meeting_at, plan, _PRETENDED)
    if meeting:
        opening = replace(opening, meeting=meeting)
    calendars = {key: each.settings.calendar_id for key, each in plans.items()}
    lines = timeline.rehearse(
        plan,
        opening,
        question.starts_at,
        [_happening(session, opening, each, plan, question.starts_at) for each in question.acts],
        plans=plans,
        campaign_id=campaign_id,
        appointment_id=meeting.id if meeting else None,
        members=_members(team),
        dress=lambda world, key: _dressed(world, team, calendars.get(key)),
    )
    shown = {**plans, campaign_id: plan}
    return Play(tuple(lines), opening, shown, {**names, campaign_id: campaign.name})


def _opening(
    session: Session,
    actor: Actor,
    question: Question,
    team: Team,
    workspace: Workspace,
    now: datetime,
) -> World:
    if question.contact_id is not None:
        contact = get_contact(session, actor, question.contact_id)
        return world.load(session, [contact.id or 0], now=now)[contact.id or 0]
    return World(
        person=_person(question.pretend or Pretend(name=""), question.starts_at),
        workspace_name=workspace.name,
        workspace_zone=workspace.time_zone,
        users=team.users,
    )


def _person(pretend: Pretend, starts_at: datetime) -> Person:
    first, _, last = pretend.name.partition(" ")
    return Person(
        name=pretend.name,
        first_name=first,
        last_name=last,
        email=pretend.email,
        phone=pretend.phone,
        messenger="pretend" if pretend.messenger else "",
        messenger_until=starts_at + timedelta(hours=24) if pretend.messenger else None,
        locale=pretend.locale,
        time_zone=pretend.time_zone,
    )


def _dressed(world: World, team: Team, calendar_id: int | None) -> World:
    """The world as a campaign sees it whose links to book lead to that calendar."""

    def bound(link: str) -> str:
        return bind(link, world.person.id) if link and world.person.id else link

    users = {
        key: replace(host, calendar_link=bound(team.link_of(key, calendar_id)))
        for key, host in team.users.items()
    }
    return replace(
        world,
        users=users,
        owner=users.get(world.person.owner_id or 0),
        calendar_link=bound(team.calendar_link(calendar_id)),
    )


def _happening(
    session: Session, opening: World, act: Act, plan: Plan, starts_at: datetime
) -> Happening:
    at = starts_at + act.after + _NOTICE if act.what in ("booked", "rescheduled") else None
    which = _BOOKED if act.what == "booked" or opening.meeting is None else opening.meeting.id
    meeting = _meeting(session, opening, at, plan, which)
    return Happening(act.after, act.what, meeting=meeting)


def _meeting(
    session: Session, opening: World, at: datetime | None, plan: Plan, meeting_id: int
) -> Meeting | None:
    if at is None:
        return None
    query = select(Calendar).where(col(Calendar.active).is_(True)).order_by(col(Calendar.id))
    chosen = plan.settings.calendar_id
    calendar = session.get(Calendar, chosen) if chosen else session.exec(query).first()
    return Meeting(
        id=meeting_id,
        title=opening.person.name,
        starts_at=at,
        ends_at=at + (timedelta(minutes=calendar.duration) if calendar else _LENGTH),
        status="confirmed",
        calendar_id=calendar.id or 0 if calendar else 0,
        calendar_name=calendar.name if calendar else "",
        calendar_slug=calendar.slug if calendar else "",
        user_name=opening.owner.name if opening.owner else "",
        location=calendar.location if calendar else "",
        time_zone=opening.person.time_zone or opening.workspace_zone,
    )


def _others(session: Session) -> tuple[dict[int, Plan], dict[int, str]]:
    """What contacts would enter in each campaign that goes on: its live version, else its draft."""
    rows = session.exec(select(Campaign).where(col(Campaign.state) != CampaignState.ARCHIVED)).all()
    plans = {row.id or 0: campaigns.live_plan(session, row) or parse(row.draft) for row in rows}
    return plans, {row.id or 0: row.name for row in rows}


def _members(team: Team) -> dict[int, list[int]]:
    """Who serves each calendar."""
    found: dict[int, list[int]] = {}
    for user_id, served in team.served.items():
        for calendar in served:
            found.setdefault(calendar.id, []).append(user_id)
    return found
