"""The campaigns on a contact's card: where he stands, why, adding him and taking him out (CAM-6)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.editing import of_contact
from crm_app.campaigns.editing.of_contact import Seen
from crm_app.campaigns.editing.ui.people_state import story_rows
from crm_app.campaigns.plans.reasons import explain
from crm_app.campaigns.running.queries import Place
from crm_app.campaigns.running.story import StoryLine
from crm_app.contacts.ui.card_state import contact_in
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import EnrolmentState
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
WORDS: dict[EnrolmentState, tuple[str, str]] = {
    EnrolmentState.ACTIVE: (N_("Inside"), "accent"),
    EnrolmentState.ATTENTION: (N_("Needs attention"), "warn"),
    EnrolmentState.FINISHED: (N_("Finished"), "good"),
    EnrolmentState.LEFT: (N_("Left"), "plain"),
}


class ContactCampaigns(PrivateState):
    """``why`` is the enrolment whose story is open, "" for none."""

    rows: list[Row] = []
    choices: list[Row] = []
    may_add: bool = False
    why: str = ""
    story: list[Row] = []
    _contact_id: int = 0

    @handler
    async def load(self) -> None:
        """The address changed, or something happened in a campaign."""
        contact_id = contact_in(self.router.url.path)
        if contact_id != self._contact_id:
            self._contact_id, self.why, self.errors = contact_id, "", {}
        await self._show()

    @handler
    async def add(self, form: dict[str, Any]) -> Any:
        """Have the contact enter the chosen campaign."""
        contact_id, campaign_id = self._contact_id, _number(str(form.get("campaign", "")))
        refused = await self._write(
            lambda session, actor: of_contact.add(session, actor, contact_id, campaign_id)
        )
        await self._show()
        if refused:
            return rx.toast.warning(explain(self._locale, refused, {}, self._time_zone))
        return rx.toast.success(self._say(N_("The contact entered the campaign.")))

    @handler
    async def remove(self, enrolment_id: str) -> Any:
        """Take the contact out of a campaign."""
        number = _number(enrolment_id)
        await self._write(lambda session, actor: of_contact.remove(session, actor, number))
        await self._show()
        return rx.toast.success(self._say(N_("The contact was taken out.")))

    @handler
    async def again(self, enrolment_id: str) -> Any:
        """What kept the contact is mended: try the step once more."""
        number = _number(enrolment_id)
        await self._write(lambda session, actor: of_contact.again(session, actor, number))
        await self._show()
        return rx.toast.success(self._say(N_("The step is tried again.")))

    @handler
    async def ask_why(self, enrolment_id: str) -> None:
        """Open or close what happened to the contact there, and why."""
        if self.why == enrolment_id:
            self.why = ""
            return
        number = _number(enrolment_id)
        self.story = await self._read(lambda session, actor: story_rows(session, actor, number))
        self.why = enrolment_id

    async def _show(self) -> None:
        contact_id, why = self._contact_id, _number(self.why)
        self.rows, self.choices, self.may_add = await self._read(
            lambda session, actor: _panel(session, actor, contact_id)
        )
        if why:
            self.story = await self._read(lambda session, actor: story_rows(session, actor, why))


def _panel(session: Session, actor: Actor, contact_id: int) -> tuple[list[Row], list[Row], bool]:
    try:
        seen = of_contact.look(session, actor, contact_id)
    except NotFound:
        # The card itself says so.
        seen = Seen((), {}, may_add=False)
    choices = [{"value": str(number), "label": name} for number, name in seen.open_to.items()]
    return [_row(actor, *each) for each in seen.places], choices, seen.may_add


def _row(actor: Actor, place: Place, now: StoryLine) -> Row:
    word, tone = WORDS[place.state]
    inside = place.ended_at is None
    at = moments.moment(actor.locale, actor.time_zone, now.at, clock.now()) if now.at else ""
    message = N_("Next: {when}") if inside else N_("Until {when}")
    return {
        "id": str(place.enrolment_id),
        "campaign": place.campaign_name,
        "path": f"/campaigns/{place.campaign_id}",
        "state": translate(actor.locale, word),
        "tone": tone,
        "inside": "yes" if inside else "",
        "attention": "yes" if place.state is EnrolmentState.ATTENTION else "",
        "step": now.step if inside else "",
        # What is waited for says until when.
        "when": translate(actor.locale, message, when=at)
        if at and not (inside and now.why)
        else "",
        "reason": now.why,
        "may_change": "yes" if place.may_change else "",
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
