"""What the checks and the words of a plan need of the workspace, read from the database."""

from datetime import UTC, date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.core import clock
from crm_app.core.kinds import CampaignState
from crm_app.models import (
    Calendar,
    CalendarMember,
    Campaign,
    CampaignVersion,
    ChannelAccount,
    Tag,
    Trigger,
    User,
)


def load(session: Session, campaign: Campaign) -> Known:
    """All of it, as it is now, for the editor of ``campaign``."""
    users = dict(
        session.execute(select(User.id, User.name).where(col(User.active).is_(True))).all()
    )
    calendars = select(Calendar.id, Calendar.name).where(col(Calendar.active).is_(True))
    return Known(
        users=users,
        campaigns=campaigns(session, campaign),
        calendars=dict(session.execute(calendars.order_by(col(Calendar.name))).all()),
        tags=frozenset(session.exec(select(Tag.name))),
        channels=frozenset({"email", *_channels(session)}),
        campaign_id=campaign.id or 0,
        plans=_plans(session, campaign),
        linkless=frozenset(set(users) - _serving(session)),
        appointments=_by_appointment(session, campaign),
        today=_today(session),
    )


def campaigns(session: Session, campaign: Campaign) -> dict[int, str]:
    """The other campaigns that contacts can go on in."""
    rows = session.execute(
        select(Campaign.id, Campaign.name)
        .where(Campaign.id != campaign.id, Campaign.state != CampaignState.ARCHIVED)
        .order_by(col(Campaign.name))
    )
    return dict(rows.all())


def _channels(session: Session) -> list[str]:
    enabled = col(ChannelAccount.enabled).is_(True)
    return list(session.exec(select(ChannelAccount.channel).where(enabled)))


def _plans(session: Session, campaign: Campaign) -> dict[int, Plan]:
    """What contacts meet in the other campaigns: what is published there, else the draft."""
    rows = session.execute(
        select(Campaign.id, Campaign.draft, CampaignVersion.plan)
        .outerjoin(CampaignVersion, col(CampaignVersion.id) == Campaign.live_version_id)
        .where(Campaign.id != campaign.id, Campaign.state != CampaignState.ARCHIVED)
    )
    return {campaign_id: parse(live or draft) for campaign_id, draft, live in rows}


def _serving(session: Session) -> set[int]:
    return set(
        session.exec(
            select(CalendarMember.user_id)
            .join(Calendar, col(Calendar.id) == CalendarMember.calendar_id)
            .where(col(Calendar.active).is_(True), col(CalendarMember.active).is_(True))
        )
    )


def _by_appointment(session: Session, campaign: Campaign) -> bool:
    """Whether a trigger about appointments brings contacts in."""
    rows = session.exec(
        select(Trigger).where(
            col(Trigger.event).startswith("appointment"), col(Trigger.deleted_at).is_(None)
        )
    )
    wanted = str(campaign.id)
    return any(str(act.get("campaign_id")) == wanted for row in rows for act in row.actions)


def _today(session: Session) -> date:
    zone = accounts.get_workspace(session).time_zone
    return clock.now().astimezone(ZoneInfo(zone) if zone else UTC).date()
