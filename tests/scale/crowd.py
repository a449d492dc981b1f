"""A campaign with many contacts inside, all due at the same moment; made in a few statements."""

from datetime import UTC, datetime

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.campaigns.plans.plan import Step
from crm_app.core.kinds import EnrolmentState
from tests import factories
from tests.factories import campaigns

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_AT_ONCE = 5_000
LETTER = (
    "Hello {{contact.first_name|there}},\n\nthank you for your interest. {{user.first_name}} will be"
    " glad to talk to you: {{user.calendar_link}}\n\nKind regards\n{{user.name}}"
)


def fill(session: Session, count: int, *steps: Step, due_at: datetime, **settings: object) -> int:
    """A workspace, a user who owns ``count`` contacts, and a campaign at whose first step they all
    stand until ``due_at``; the campaign's id."""
    factories.workspace(session)
    owner = factories.user(session, name="Kate Test", slug="kate")
    calendar = factories.calendar(session, owner, slug="team")
    campaign = campaigns.live(session, *steps, calendar_id=calendar.id, **settings)
    add(session, campaign, count, owner=owner, step_id=steps[0].id, due_at=due_at)
    return campaign.id or 0


def letter(step_id: str = "letter") -> Step:
    """The mail that they are all sent."""
    return campaigns.email(step_id, subject="About your visit", body=LETTER, marketing=True)


def add(
    session: Session,
    campaign: models.Campaign,
    count: int,
    *,
    owner: models.User,
    step_id: str,
    due_at: datetime,
) -> None:
    """``count`` new contacts with an address each, who wait at the step."""
    first = (session.exec(select(func.max(models.Contact.id))).one() or 0) + 1
    for start in range(first, first + count, _AT_ONCE):
        ids = range(start, min(start + _AT_ONCE, first + count))
        session.execute(insert(models.Contact), [_contact(n, owner.id or 0) for n in ids])
        session.execute(
            insert(models.ContactEmail),
            [{"contact_id": n, "address": address(n), "key": address(n)} for n in ids],
        )
        session.execute(
            insert(models.Enrolment), [_enrolment(n, campaign, step_id, due_at) for n in ids]
        )
    if session.get_bind().dialect.name == "postgresql":
        top = select(func.max(col(models.Contact.id))).scalar_subquery()
        session.execute(select(func.setval("contact_id_seq", top)))


def address(number: int) -> str:
    """The contact's."""
    return f"lead{number}@guests.example"


def _contact(number: int, owner_id: int) -> dict[str, object]:
    return {
        "id": number,
        "kind": "lead",
        "name": f"Ann Lead {number}",
        "first_name": "Ann",
        "last_name": f"Lead {number}",
        "sort_key": f"ann lead {number}",
        "search_text": f"ann lead {number}",
        "owner_id": owner_id,
        "time_zone": "",
        "locale": "",
        "do_not_disturb": [],
        "custom": {},
        "note": "",
        "source": "form:1",
        "messenger_id": "",
        "created_at": BEGIN,
        "changed_at": BEGIN,
    }


def _enrolment(
    number: int, campaign: models.Campaign, step_id: str, due_at: datetime
) -> dict[str, object]:
    return {
        "key": f"crowd:{number}",
        "campaign_id": campaign.id,
        "version_id": campaign.live_version_id,
        "contact_id": number,
        "occasion": "",
        "state": EnrolmentState.ACTIVE,
        "step_id": step_id,
        "visit": 1,
        "arrived_at": BEGIN,
        "due_at": due_at,
        "heard": [],
        "reason": "",
        "detail": {},
        "entered_at": BEGIN,
        "entered_by": "form:1",
    }
