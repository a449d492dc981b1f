"""A workspace with an administrator and a campaign of two steps."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from crm_app import models
from crm_app.campaigns.editing import known, service
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running import service as running
from crm_app.core.access import Actor
from crm_app.models import Campaign, CampaignVersion, Enrolment
from tests import factories

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def step(kind: str, step_id: str, **config: Any) -> dict[str, Any]:
    """A step as JSON; ``on``, ``delay`` and ``arms`` are the step's own."""
    own = {name: config.pop(name) for name in ("on", "delay", "arms") if name in config}
    return {"id": step_id, "kind": kind, "config": config, **own}


WAIT = step("wait", "wait", mode="duration", amount=1, unit="days")
MAIL = step("email", "mail", subject="Hello", body="How are you?", marketing=False)


def plan(*steps: dict[str, Any], **settings: Any) -> Plan:
    """A plan from steps as JSON."""
    return parse({"settings": settings, "steps": list(steps)})


@dataclass
class Desk:
    """What a test edits with."""

    session: Session
    admin: models.User
    campaign: Campaign

    @property
    def actor(self) -> Actor:
        """The administrator."""
        return factories.actor(self.admin)

    @property
    def known(self) -> Known:
        """What the checks know."""
        return known.load(self.session, self.campaign)

    def save(self, *steps: dict[str, Any], **settings: Any) -> int:
        """Save another draft."""
        data = {"settings": settings, "steps": list(steps)}
        return service.save(
            self.session, self.actor, self.campaign, data, revision=self.campaign.revision
        )

    def publish(self, **moves: str) -> CampaignVersion:
        """Publish the draft."""
        return service.publish(
            self.session, self.actor, self.campaign, known=self.known, moves=moves
        )

    def enter(self, name: str = "Anna Lead") -> Enrolment:
        """A new contact enters the campaign."""
        contact = factories.contact(self.session, name=name, email=f"{name.split()[0]}@x.example")
        made = running.enrol(
            self.session,
            self.actor,
            campaign=self.campaign,
            contact=contact,
            key=f"test:{contact.id}",
            by="user:1",
            now=NOW,
        )
        assert isinstance(made, Enrolment)
        return made

    def see(self, enrolment: Enrolment) -> Enrolment:
        """The enrolment as it stands in the database."""
        self.session.flush()
        self.session.expire_all()
        return self.session.exec(select(Enrolment).where(Enrolment.id == enrolment.id)).one()


@pytest.fixture
def desk(session: Session) -> Desk:
    """A campaign that waits a day and then writes a mail, as a draft."""
    factories.workspace(session)
    admin = factories.admin(session)
    made = service.create(session, factories.actor(admin), name="Follow up", plan=plan(WAIT, MAIL))
    return Desk(session, admin, made)
