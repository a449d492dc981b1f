"""Publishing (CAM-1): what changes in words, and who stands where and goes on how."""

from collections.abc import Mapping
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.editing import changes, queries, service
from crm_app.campaigns.editing import known as knowing
from crm_app.campaigns.editing.changes import Change
from crm_app.campaigns.editing.publishing import EXIT, KEEP
from crm_app.campaigns.editing.ui import looks, shown
from crm_app.campaigns.editing.ui.builder_state import SAVED
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.shown import Around
from crm_app.campaigns.plans.plan import Plan
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict
from crm_app.core.i18n import N_, translate_n
from crm_app.ui.state import handler

Row = dict[str, str]
_WORDS = {
    "added": (N_("Added"), "plus"),
    "removed": (N_("Removed"), "minus"),
    "changed": (N_("Changed"), "pencil"),
    "moved": (N_("Moved"), "move"),
    "on": (N_("Switched on"), "power"),
    "off": (N_("Switched off"), "power-off"),
}


class Publishing(Inspector):
    """The dialog. ``choices`` says by step what becomes of those who stand there."""

    publish_open: bool = False
    first_time: bool = False
    news: list[Row] = []
    stands: list[Row] = []
    choices: dict[str, str] = {}
    targets: list[Row] = []

    @handler(admin=True)
    async def ask(self) -> None:
        """Show what publishing would change."""
        desk = await self._held()
        if self.save_state != SAVED:
            await self._save()
        campaign_id, plan, locale = desk.opened.id, desk.plan, self._locale
        known = desk.opened.known
        live, stands = await self._read(
            lambda session, actor: (
                queries.live_plan(session, queries.get_campaign(session, actor, campaign_id)),
                stand_rows(session, actor, campaign_id, plan, Around(locale, known, {}, ())),
            )
        )
        around = Around(locale, known, {}, ())
        self.first_time = live is None
        self.news = news_rows(live or Plan(), plan, around)
        self.stands, self.targets = stands, target_rows(plan, around)
        self.choices = {row["id"]: KEEP for row in stands}
        self.publish_open = True

    @handler(admin=True)
    def choose(self, step_id: str, to: str) -> None:
        """Decide for those who stand at a step."""
        if step_id in self.choices:
            self.choices = {**self.choices, step_id: to}

    @handler(admin=True)
    def cancel(self) -> None:
        """Do not publish."""
        self.publish_open = False

    @handler(admin=True)
    async def publish(self) -> Any:
        """Make the draft live."""
        desk = await self._held()
        if desk.dirty:
            raise Conflict(N_("Your last change is not saved yet. Save it first, then publish."))
        campaign_id, revision, moves = desk.opened.id, desk.revision, dict(self.choices)
        await self._write(
            lambda session, actor: _publish(session, actor, campaign_id, revision, moves)
        )
        self.publish_open = False
        await self._reread()
        undo = {"label": self._say(N_("Undo")), "on_click": Publishing.take_back}
        return rx.toast.success(
            self._say(N_("Published. Who enters from now on meets this version.")), action=undo
        )

    @handler(admin=True)
    async def take_back(self) -> Any:
        """Undo the last publishing."""
        campaign_id = (await self._held()).opened.id
        back = await self._write(
            lambda session, actor: service.undo_publish(
                session, actor, queries.get_campaign(session, actor, campaign_id)
            )
        )
        await self._reread()
        said = (
            self._say_n(
                "Taken back. {count} contact stands where it stood before.",
                "Taken back. {count} contacts stand where they stood before.",
                back,
            )
            if back
            else self._say(N_("Taken back. Your draft is still here."))
        )
        return rx.toast.success(said)


def _publish(
    session: Session, actor: Actor, campaign_id: int, revision: int, moves: Mapping[str, str]
) -> None:
    campaign = queries.get_campaign(session, actor, campaign_id)
    if campaign.revision != revision:
        raise Conflict(N_("Somebody saved this campaign meanwhile. Look at it again first."))
    known = knowing.load(session, campaign)
    service.publish(session, actor, campaign, known=known, moves=moves)


def news_rows(before: Plan, after: Plan, around: Around) -> list[Row]:
    """What publishing changes, in words."""
    rows = [_news(change, around) for change in changes.steps(before, after)]
    names = [around.say(looks.SETTINGS[name]) for name in changes.settings(before, after)]
    if names:
        settings = {"icon": "settings", "what": around.say(N_("Settings"))}
        rows.append({**settings, "text": ", ".join(names), "before": ""})
    return rows


def _news(change: Change, around: Around) -> Row:
    words, icon = _WORDS[change.what]
    before = shown.sentence(change.before, around) if change.before else ""
    after = shown.sentence(change.after, around) if change.after else before
    differs = change.what == "changed" and before != after
    return {
        "icon": icon,
        "what": around.say(words),
        "text": after,
        "before": before if differs else "",
    }


def stand_rows(
    session: Session, actor: Actor, campaign_id: int, plan: Plan, around: Around
) -> list[Row]:
    """The steps at which contacts stand, with how many, in the order of the draft."""
    campaign = queries.get_campaign(session, actor, campaign_id)
    stands = {stand.step_id: stand for stand in queries.standing(session, campaign)}
    order = [step.id for step in plan.walk() if step.id in stands]
    gone = set(stands) - set(order)
    old = queries.last_words(session, campaign, gone)
    rows = []
    for step_id in [*order, *sorted(gone)]:
        step = plan.step(step_id) or (old[step_id].step(step_id) if step_id in old else None)
        count = stands[step_id].count
        rows.append(
            {
                "id": step_id,
                "text": shown.sentence(step, around) if step else step_id,
                "count": translate_n(around.locale, "{count} contact", "{count} contacts", count),
                "gone": "yes" if step_id in gone else "",
            }
        )
    return rows


def target_rows(plan: Plan, around: Around) -> list[Row]:
    """The choices for those who stand somewhere."""
    steps = [
        {"value": step.id, "label": around.say(N_("Go on at: {step}"), step=text)}
        for step in plan.walk()
        if (text := shown.sentence(step, around))
    ]
    return [
        {"value": KEEP, "label": around.say(N_("Finish the version they entered"))},
        {"value": EXIT, "label": around.say(N_("Leave the campaign"))},
        *steps,
    ]
