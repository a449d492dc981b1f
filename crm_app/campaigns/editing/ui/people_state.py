"""The contacts of a campaign beside the builder: who stands where and why, move, remove, add."""

import secrets
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.editing import people, queries
from crm_app.campaigns.editing.people import Person
from crm_app.campaigns.editing.ui import shown
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.shown import Around
from crm_app.campaigns.plans.plan import Plan
from crm_app.campaigns.plans.reasons import explain
from crm_app.campaigns.running import queries as running
from crm_app.campaigns.running import service as engine
from crm_app.campaigns.running.story import story as tell
from crm_app.contacts import queries as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_
from crm_app.core.kinds import EnrolmentState
from crm_app.models import CampaignVersion, Enrolment
from crm_app.ui import moments
from crm_app.ui.components.people import initials
from crm_app.ui.state import handler

Row = dict[str, str]
_TITLES = {
    "inside": N_("Contacts inside"),
    "waiting": N_("Waiting here"),
    "attention": N_("In need of attention"),
    "sent": N_("Sent to"),
    "resting": N_("About to be sent to"),
    "unknown": N_("May have reached"),
    "opened": N_("Opened by"),
    "clicked": N_("Clicked by"),
    "replied": N_("Replied by"),
    "failed": N_("Not delivered to"),
}


class People(Inspector):
    """The sheet. ``why`` is the enrolment whose story is open."""

    people_open: bool = False
    people_title: str = ""
    people_step: str = ""
    people_text: str = ""
    people: list[Row] = []
    why: str = ""
    story: list[Row] = []
    going: str = ""
    steps: list[Row] = []
    adding: bool = False
    found: list[Row] = []
    _what: str = "inside"
    _step_id: str = ""

    @handler
    async def open_people(self, step_id: str, what: str) -> None:
        """List who is behind a count; ``step_id`` "" is the whole campaign."""
        desk = await self._held()
        self._what, self._step_id = (what if what in _TITLES else "inside"), step_id
        step = desk.plan.step(step_id) if step_id else None
        around = Around(self._locale, desk.opened.known, {}, ())
        self.people_title = self._say(_TITLES[self._what])
        self.people_step = shown.sentence(step, around) if step else ""
        self.people_text, self.why, self.going = "", "", ""
        await self._list()
        self.people_open = True

    @handler
    def close_people(self) -> None:
        """Close the sheet."""
        self.people_open, self.adding, self.why, self.going = False, False, "", ""

    @handler
    async def search_people(self, text: str) -> None:
        """Narrow the list."""
        self.people_text = text[:100]
        await self._list()

    @handler
    async def ask_why(self, enrolment_id: str) -> None:
        """What happened to a contact here, and why."""
        if self.why == enrolment_id:
            self.why = ""
            return
        number = _number(enrolment_id)
        self.story = await self._read(lambda session, actor: story_rows(session, actor, number))
        self.why, self.going = enrolment_id, ""

    @handler(admin=True)
    async def begin_move(self, enrolment_id: str) -> None:
        """Choose the step at which a contact goes on, in the published version."""
        if self.going == enrolment_id:
            self.going = ""
            return
        desk = await self._held()
        campaign_id, known, locale = desk.opened.id, desk.opened.known, self._locale
        plan = await self._read(
            lambda session, actor: queries.live_plan(
                session, queries.get_campaign(session, actor, campaign_id)
            )
        )
        around = Around(locale, known, {}, ())
        self.steps = [
            {"value": step.id, "label": shown.sentence(step, around)}
            for step in (plan or Plan()).walk()
        ]
        self.going, self.why = enrolment_id, ""

    @handler(admin=True)
    async def move_person(self, form: dict[str, Any]) -> Any:
        """Have the contact go on elsewhere."""
        number, step_id = _number(self.going), str(form.get("step", ""))
        await self._write(lambda session, actor: _move(session, actor, number, step_id))
        self.going = ""
        await self._list()
        await self._reread()
        return rx.toast.success(self._say(N_("The contact goes on there.")))

    @handler
    async def remove_person(self, enrolment_id: str) -> Any:
        """Take a contact out."""
        number = _number(enrolment_id)
        await self._write(
            lambda session, actor: engine.remove(
                session, actor, running.get_enrolment(session, actor, number)
            )
        )
        await self._list()
        await self._reread()
        return rx.toast.success(self._say(N_("The contact was taken out.")))

    @handler
    async def try_again(self, enrolment_id: str) -> Any:
        """What kept a contact is mended: try the step once more."""
        number = _number(enrolment_id)
        await self._write(
            lambda session, actor: engine.resume(
                session, actor, running.get_enrolment(session, actor, number)
            )
        )
        await self._list()
        await self._reread()
        return rx.toast.success(self._say(N_("The step is tried again.")))

    @handler
    async def begin_adding(self) -> Any:
        """Look for contacts to add."""
        desk = await self._held()
        if desk.opened.state.value != "live":
            return rx.toast.warning(
                self._say(N_("Publish the campaign first. Contacts enter what is published."))
            )
        self.adding = True
        await self._find("")
        return None

    @handler
    def end_adding(self) -> None:
        """Close the search."""
        self.adding = False

    @handler
    async def find(self, text: str) -> None:
        """Search the contacts that may be added."""
        await self._find(text)

    @handler
    async def add_person(self, contact_id: str) -> Any:
        """Have a contact enter."""
        desk = await self._held()
        campaign_id, number = desk.opened.id, _number(contact_id)
        refused = await self._write(
            lambda session, actor: _enter(session, actor, campaign_id, number)
        )
        await self._reread()
        if refused:
            return rx.toast.warning(explain(self._locale, refused, {}, self._time_zone))
        return rx.toast.success(self._say(N_("The contact entered the campaign.")))

    async def _find(self, text: str) -> None:
        page = await self._read(
            lambda session, actor: contacts.search(session, actor, text=text[:100], limit=12)
        )
        self.found = [
            {
                "id": str(row.id),
                "name": row.name,
                "initials": initials(row.name),
                "hint": row.email or row.phone,
            }
            for row in page.rows
        ]

    async def _list(self) -> None:
        desk = await self._held()
        campaign_id, step_id, what, text = (
            desk.opened.id,
            self._step_id,
            self._what,
            self.people_text,
        )
        listed = await self._read(
            lambda session, actor: people.behind(
                session,
                actor,
                queries.get_campaign(session, actor, campaign_id),
                step_id=step_id,
                what=what,
                text=text,
            )
        )
        around = Around(self._locale, desk.opened.known, {}, ())
        self.people = [person_row(each, desk.plan, around, self._time_zone) for each in listed]


def person_row(person: Person, plan: Plan, around: Around, zone: str) -> Row:
    """A contact as the sheet shows him."""
    now = clock.now()
    step = plan.step(person.step_id)
    due = moments.moment(around.locale, zone, person.due_at, now) if person.due_at else ""
    return {
        "id": str(person.enrolment_id),
        "href": f"/contacts/{person.contact_id}",
        "name": person.name,
        "initials": initials(person.name),
        "state": person.state.value,
        "inside": "yes" if person.inside else "",
        "step": shown.sentence(step, around) if step else "",
        "due": around.say(N_("next: {when}"), when=due) if due and person.inside else "",
        "reason": explain(around.locale, person.reason, person.detail, zone)
        if person.state is not EnrolmentState.ACTIVE and person.reason
        else "",
        "may_change": "yes" if person.may_change else "",
    }


def story_rows(session: Session, actor: Actor, enrolment_id: int) -> list[Row]:
    """What happened to the contact here, step by step, with the reasons, and what comes next."""
    told, now = tell(session, actor, enrolment_id), clock.now()
    lines = list(told.lines)
    # Who needs attention stands where his last visit ended: that is said once.
    if told.now.why and (
        not lines or (told.now.step, told.now.why) != (lines[-1].step, lines[-1].why)
    ):
        lines.append(told.now)
    return [
        {
            "when": moments.moment(actor.locale, actor.time_zone, line.at, now) if line.at else "",
            "step": line.step,
            "reason": line.why,
        }
        for line in lines
    ]


def _move(session: Session, actor: Actor, enrolment_id: int, step_id: str) -> None:
    enrolment = running.get_enrolment(session, actor, enrolment_id)
    campaign = queries.get_campaign(session, actor, enrolment.campaign_id)
    version = session.get(CampaignVersion, campaign.live_version_id or 0)
    if version is None:
        raise Conflict
    engine.move_to(session, actor, [enrolment], version=version, step_id=step_id)


def _enter(session: Session, actor: Actor, campaign_id: int, contact_id: int) -> str:
    """Why the contact could not enter; "" when he did."""
    entered = engine.enrol(
        session,
        actor,
        campaign=queries.get_campaign(session, actor, campaign_id),
        contact=contacts.changeable_contact(session, actor, contact_id),
        key=f"hand:{secrets.token_hex(8)}",
        by=f"user:{actor.require_user()}",
        now=clock.now(),
    )
    return "" if isinstance(entered, Enrolment) else entered.reason


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
