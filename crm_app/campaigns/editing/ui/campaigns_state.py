"""The list of campaigns: what runs, who is inside, and a new one from nothing or from a template."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.editing import queries, service, templates
from crm_app.campaigns.editing.queries import CampaignLine
from crm_app.campaigns.editing.ui import looks
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import CampaignState
from crm_app.models import Campaign
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
_UNNAMED = N_("New campaign")


class Campaigns(PrivateState):
    """The page's state."""

    loading: bool = True
    rows: list[Row] = []
    archived: bool = False
    choosing: bool = False

    @handler
    async def load(self) -> None:
        """Read the list."""
        await self._show()
        self.loading = False

    @handler
    async def set_view(self, view: str) -> None:
        """Show the campaigns in use, or the archived ones."""
        self.archived = view == "archived"
        await self._show()

    @handler(admin=True)
    def begin(self) -> None:
        """Offer the templates."""
        self.choosing, self.errors = True, {}

    @handler(admin=True)
    def cancel(self) -> None:
        """No new campaign."""
        self.choosing = False

    @handler(admin=True)
    async def create(self, template: str) -> Any:
        """Make an empty campaign, or all that a template holds, and open it."""
        campaign_id = await self._write(lambda session, actor: _create(session, actor, template))
        self.choosing = False
        return rx.redirect(f"/campaigns/{campaign_id}")

    @handler(admin=True)
    async def duplicate(self, campaign_id: str) -> Any:
        """A copy as a draft, opened."""
        copy_id = await self._write(
            lambda session, actor: (
                service.duplicate(session, actor, _campaign(session, actor, campaign_id)).id
            )
        )
        return rx.redirect(f"/campaigns/{copy_id}")

    @handler(admin=True)
    async def archive(self, campaign_id: str) -> Any:
        """Put a campaign away."""
        before = await self._write(
            lambda session, actor: (
                service.archive(session, actor, _campaign(session, actor, campaign_id)).value
            )
        )
        await self._show()
        undo = {
            "label": self._say(N_("Undo")),
            "on_click": Campaigns.bring_back(campaign_id, before),
        }
        return rx.toast.info(self._say(N_("Archived. Who is inside waits.")), action=undo)

    @handler(admin=True)
    async def bring_back(self, campaign_id: str, to: str) -> Any:
        """Undo an archiving: as it was."""
        known = set(CampaignState)
        await self._write(
            lambda session, actor: service.restore(
                session,
                actor,
                _campaign(session, actor, campaign_id),
                to=CampaignState(to) if to in known else None,
            )
        )
        await self._show()
        return rx.toast.success(self._say(N_("The campaign is back.")))

    async def _show(self) -> None:
        archived, locale, zone = self.archived, self._locale, self._time_zone
        lines = await self._read(
            lambda session, actor: queries.list_campaigns(session, actor, archived=archived)
        )
        self.rows = [row(line, locale, zone) for line in lines]


def row(line: CampaignLine, locale: str, zone: str) -> Row:
    """A campaign as the list shows it."""
    label, tone = looks.STATES[line.state]
    now = clock.now()
    return {
        "id": str(line.id),
        "name": line.name,
        "href": f"/campaigns/{line.id}",
        "state": line.state.value,
        "label": translate(locale, label),
        "tone": tone,
        "changed": translate(locale, N_("Changes not published")) if line.changed_since else "",
        "inside": str(line.inside),
        "attention": translate_n(
            locale, "{count} needs attention", "{count} need attention", line.attention
        )
        if line.attention
        else "",
        "sent": str(line.sent),
        "next": moments.moment(locale, zone, line.next_at, now) if line.next_at else "",
        "steps": translate_n(locale, "{count} step", "{count} steps", line.steps),
        "edited": moments.ago(locale, line.changed_at, now),
    }


def _create(session: Session, actor: Actor, template: str) -> int:
    if template:
        return templates.make(session, actor, template).id or 0
    name = translate(actor.locale, _UNNAMED)
    return service.create(session, actor, name=name).id or 0


def _campaign(session: Session, actor: Actor, campaign_id: str) -> Campaign:
    number = int(campaign_id) if campaign_id.isdecimal() and campaign_id.isascii() else 0
    return queries.get_campaign(session, actor, number)
