"""What the builder reads of a campaign in one go, and what a tab keeps of it on the server."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from crm_app.appointments.links import calendar_url
from crm_app.campaigns.editing import known as knowing
from crm_app.campaigns.editing import queries
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import queries as running
from crm_app.campaigns.running import world
from crm_app.campaigns.running.queries import Counts
from crm_app.campaigns.running.standing import Host, Person, World
from crm_app.campaigns.running.values import values_of
from crm_app.contacts import queries as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.history import History
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import CampaignState
from crm_app.models import Calendar, User


@dataclass(frozen=True, slots=True)
class Opened:
    """A campaign as a builder needs it. ``sample`` are merge values of ``sample_name``."""

    id: int
    name: str
    state: CampaignState
    published: bool
    changed: bool
    revision: int
    plan: Plan
    known: Known
    counts: Mapping[str, Counts]
    inside: int
    tags: list[str]
    sample: Mapping[str, str]
    sample_name: str
    can_edit: bool


class Desk:
    """A tab's copy of a campaign: the plan being edited, what is saved, and the way back.

    A plain object on purpose: Reflex would wrap dataclasses in proxies.
    """

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.plan = opened.plan
        self.saved = opened.plan
        self.revision = opened.revision
        self.history: History[Plan] = History()

    @property
    def dirty(self) -> bool:
        """Whether there is something that is not in the database."""
        return self.plan is not self.saved


def opened(session: Session, actor: Actor, campaign_id: int) -> Opened:
    """All of a campaign that the builder shows."""
    campaign = queries.get_campaign(session, actor, campaign_id)
    plan = parse(campaign.draft)
    name, sample = _sample(session, actor, plan)
    return Opened(
        id=campaign.id or 0,
        name=campaign.name,
        state=campaign.state,
        published=campaign.live_version_id is not None,
        changed=queries.has_changed(campaign),
        revision=campaign.revision,
        plan=plan,
        known=knowing.load(session, campaign),
        counts=running.counts(session, actor, campaign.id or 0),
        inside=sum(stand.count for stand in queries.standing(session, campaign)),
        tags=contacts.list_tags(session, actor),
        sample=sample,
        sample_name=name,
        can_edit=actor.is_admin,
    )


def _sample(session: Session, actor: Actor, plan: Plan) -> tuple[str, Mapping[str, str]]:
    """A contact for whom texts are shown: the one that changed last, else a pretended one."""
    page = contacts.search(session, actor, sort=contacts.Sort.CHANGED_DOWN, limit=1)
    calendar_id = plan.settings.calendar_id
    for row in page.rows:
        seen = world.load(
            session,
            [row.id],
            now=clock.now(),
            calendars={row.id: calendar_id} if calendar_id else {},
        )
        if row.id in seen and seen[row.id].owner:
            return row.name, _unbound(values_of(seen[row.id]))
    return _pretended(session, actor, session.get(Calendar, calendar_id or 0))


def _unbound(values: Mapping[str, str]) -> Mapping[str, str]:
    """Links without the token that binds them to the contact: nobody here is to book as him."""
    return {
        name: value.partition("?")[0] if value.startswith("http") else value
        for name, value in values.items()
    }


def _pretended(
    session: Session, actor: Actor, calendar: Calendar | None
) -> tuple[str, Mapping[str, str]]:
    name = translate(actor.locale, N_("Sam Example"))
    first, _, last = name.partition(" ")
    user = session.get(User, actor.user_id or 0)
    host = Host(0, user.name, user.email, user.slug, user.signature) if user else None
    person = Person(
        name=name, first_name=first, last_name=last, email="sam@example.com", phone="+4930123456"
    )
    values = dict(values_of(World(person=person, owner=host)))
    everybodys = calendar_url(calendar.slug if calendar else translate(actor.locale, N_("team")))
    own = f"{everybodys}/{user.slug}" if user else everybodys
    return name, {"user.calendar_link": own, "calendar.link": everybodys, **values}
