"""Campaigns for tests: plans in a line each, published versions, and what came of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session, col, select

from crm_app import models
from crm_app.campaigns.plans.plan import Delay, Plan, Settings, Step, as_json
from crm_app.campaigns.running import service
from crm_app.core.access import system
from crm_app.core.kinds import CampaignState, StepKind
from tests.factories import LONG_AGO

_numbers = count(1)


def step(kind: str, step_id: str = "", *, minutes: int = 0, on: bool = True, **config: Any) -> Step:
    """A step that acts ``minutes`` after the arrival."""
    made = step_id or f"{kind}{next(_numbers)}"
    return Step(made, StepKind(kind), on=on, delay=Delay(minutes, "minutes"), config=config)


def email(step_id: str = "", *, minutes: int = 0, body: str = "Hello", **config: Any) -> Step:
    """A mail that is no advertisement, so that its text is just ``body``."""
    plain = {"subject": "A letter", "marketing": False}
    return step("email", step_id, minutes=minutes, body=body, **{**plain, **config})


def wait(minutes: int, step_id: str = "") -> Step:
    """A wait of that length."""
    return step("wait", step_id, mode="duration", amount=minutes, unit="minutes")


def live(session: Session, *steps: Step, name: str = "", **settings: Any) -> models.Campaign:
    """A campaign that runs, with these steps and settings."""
    campaign = models.Campaign(
        name=name or f"Campaign {next(_numbers)}", created_at=LONG_AGO, changed_at=LONG_AGO
    )
    session.add(campaign)
    session.flush()
    publish(session, campaign, *steps, **settings)
    return campaign


def publish(
    session: Session, campaign: models.Campaign, *steps: Step, **settings: Any
) -> models.CampaignVersion:
    """Another version of the campaign, which is live then."""
    plan = Plan(Settings(**{"track_links": False, **settings}), steps)
    before = session.exec(
        select(models.CampaignVersion.number)
        .where(models.CampaignVersion.campaign_id == campaign.id)
        .order_by(col(models.CampaignVersion.number).desc())
    ).first()
    version = models.CampaignVersion(
        campaign_id=campaign.id or 0,
        number=(before or 0) + 1,
        plan=as_json(plan),
        published_at=LONG_AGO,
    )
    session.add(version)
    session.flush()
    campaign.live_version_id, campaign.state = version.id, CampaignState.LIVE
    session.add(campaign)
    session.flush()
    return version


def enrol(
    session: Session,
    campaign: models.Campaign,
    contact: models.Contact,
    *,
    now: datetime,
    key: str = "",
    appointment_id: int | None = None,
) -> models.Enrolment:
    """The contact, entered; fails when the campaign refuses him."""
    entered = service.enrol(
        session,
        system("test"),
        campaign=campaign,
        contact=contact,
        key=key or f"test:{next(_numbers)}",
        by="test",
        appointment_id=appointment_id,
        now=now,
    )
    assert isinstance(entered, models.Enrolment), entered
    return entered


def runs(session: Session, enrolment: models.Enrolment) -> list[tuple[str, str, str]]:
    """What the visits came to: step, outcome, reason; in their order, without the entry."""
    found = session.exec(
        select(models.StepRun)
        .where(models.StepRun.enrolment_id == enrolment.id, models.StepRun.step_id != "")
        .order_by(col(models.StepRun.visit))
    )
    return [(run.step_id, run.outcome.value, run.reason) for run in found]


def messages(session: Session) -> Sequence[models.Message]:
    """All messages, oldest first."""
    return session.exec(select(models.Message).order_by(col(models.Message.id))).all()


def appointment(
    session: Session,
    calendar: models.Calendar,
    user: models.User,
    contact: models.Contact,
    starts_at: datetime,
    **values: Any,
) -> models.Appointment:
    """Half an hour with the contact, held by no claim."""
    number = next(_numbers)
    row = models.Appointment(
        **{
            "public_id": f"appointment{number}",
            "calendar_id": calendar.id,
            "user_id": user.id,
            "contact_id": contact.id,
            "title": f"Meeting {number}",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
            "ical_uid": f"appointment{number}@test",
            "created_at": LONG_AGO,
            "changed_at": LONG_AGO,
            **values,
        }
    )
    session.add(row)
    session.flush()
    return row
