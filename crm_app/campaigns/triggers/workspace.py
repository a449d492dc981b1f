"""What triggers can name and what feeds what, read from the database in a few queries."""

from typing import Any

from sqlmodel import Session, col, select

from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.triggers import queries
from crm_app.campaigns.triggers.actions import number
from crm_app.campaigns.triggers.checking import Known
from crm_app.campaigns.triggers.graph import CalendarPart, CampaignPart, FormPart, Workspace
from crm_app.core.errors import Invalid
from crm_app.core.kinds import CampaignState
from crm_app.models import Calendar, Campaign, CampaignVersion, Form, Tag, Trigger, User


def known(session: Session) -> Known:
    """The names of what exists and may be chosen, by kind and by id as text."""
    campaigns = select(Campaign.id, Campaign.name).where(Campaign.state != CampaignState.ARCHIVED)
    forms = select(Form.id, Form.name).where(col(Form.archived_at).is_(None))
    users = select(User.id, User.name).where(col(User.active).is_(True))
    tags = session.exec(select(Tag.name).order_by(col(Tag.key)))
    return {
        "campaign": _names(session, campaigns.order_by(Campaign.name)),
        "form": _names(session, forms.order_by(Form.name)),
        "calendar": _names(session, select(Calendar.id, Calendar.name).order_by(Calendar.name)),
        "user": _names(session, users.order_by(User.name)),
        "tag": {tag: tag for tag in tags},
    }


def _names(session: Session, query: Any) -> dict[str, str]:
    return {str(row_id): name for row_id, name in session.execute(query)}


def load(session: Session) -> Workspace:
    """All that can feed or be fed; campaigns as they run now, else as they are drafted."""
    triggers = session.exec(
        select(Trigger).where(col(Trigger.deleted_at).is_(None)).order_by(col(Trigger.id))
    )
    return Workspace(
        forms=tuple(_form(row) for row in _forms(session)),
        campaigns=tuple(_campaigns(session)),
        calendars=tuple(
            CalendarPart(row.id or 0, row.name, off=not row.active)
            for row in session.exec(select(Calendar).order_by(col(Calendar.id)))
        ),
        rules=tuple(queries.rule(row) for row in triggers),
    )


def _forms(session: Session) -> list[Form]:
    query = select(Form).where(col(Form.archived_at).is_(None)).order_by(col(Form.id))
    return list(session.exec(query))


def _form(form: Form) -> FormPart:
    layout = form.published or form.draft or {}
    after, assign = layout.get("after") or {}, layout.get("assign") or {}
    kind = after.get("kind")
    return FormPart(
        id=form.id or 0,
        name=form.name,
        campaign_id=number(layout.get("campaign_id")),
        calendar_id=number(after.get("calendar_id")) if kind == "booking" else None,
        form_id=number(after.get("form_id")) if kind == "form" else None,
        tags=tuple(str(tag) for tag in layout.get("tags") or ()),
        assigns=assign.get("mode", "none") != "none",
        off=form.published is None,
    )


def _campaigns(session: Session) -> list[CampaignPart]:
    rows = session.exec(
        select(Campaign, CampaignVersion)
        .join(CampaignVersion, col(CampaignVersion.id) == Campaign.live_version_id, isouter=True)
        .where(Campaign.state != CampaignState.ARCHIVED)
        .order_by(col(Campaign.id))
    )
    return [
        CampaignPart(
            campaign.id or 0,
            campaign.name,
            _plan(version.plan if version else campaign.draft),
            off=campaign.state is not CampaignState.LIVE,
        )
        for campaign, version in rows
    ]


def _plan(data: dict[str, Any]) -> Plan:
    try:
        return parse(data)
    except Invalid:
        # A draft of another version of the program: it feeds nothing that we understand.
        return Plan()
