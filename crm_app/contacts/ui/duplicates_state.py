"""The page of duplicates: groups that may be one contact, to merge or to keep apart (CON-3)."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts import duplicates
from crm_app.contacts.duplicates import EMAIL, PHONE, Alike
from crm_app.contacts.ui import shown
from crm_app.contacts.ui.shown import ListLine
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.ui.state import PrivateState, handler

_REASONS = {EMAIL: N_("Same e-mail address"), PHONE: N_("Same phone number")}
_ICONS = {EMAIL: "at-sign", PHONE: "phone"}
MOST = 50


@dataclass(frozen=True)
class Group:
    """Contacts that may be one. ``ids`` are theirs, the oldest first."""

    reason: str
    icon: str
    shared: str
    ids: list[int]
    rows: list[ListLine]


class Duplicates(PrivateState):
    """The groups, surest first."""

    looking: bool = True
    groups: list[Group] = []
    more: bool = False

    @handler
    async def load(self) -> None:
        """The page opens, or a contact changed."""
        found = await self._read(_groups)
        self.groups, self.more = found[:MOST], len(found) > MOST
        self.looking = False

    @handler
    async def keep_apart(self, ids: list[int]) -> Any:
        """They are different; the toast takes that back."""
        await self._write(lambda session, actor: duplicates.keep_apart(session, actor, ids))
        self.groups = [group for group in self.groups if group.ids != ids]
        undo = {"label": self._say(N_("Undo")), "on_click": Duplicates.suggest_again(ids)}
        said = self._say(N_("They stay separate and are not suggested again."))
        return rx.toast.success(said, action=undo, duration=10_000)

    @handler
    async def suggest_again(self, ids: list[int]) -> Any:
        """The undo of that."""
        await self._write(lambda session, actor: duplicates.suggest_again(session, actor, ids))
        return Duplicates.load


def _groups(session: Session, actor: Actor) -> list[Group]:
    now = clock.now()
    found = duplicates.find(session, actor, limit=MOST + 1)
    return [
        Group(
            reason=translate(actor.locale, _REASONS.get(each.reason, N_("Same name"))),
            icon=_ICONS.get(each.reason, "user-round"),
            shared=_shared(each),
            ids=[row.id for row in each.rows],
            rows=[shown.list_line(actor, row, now) for row in each.rows],
        )
        for each in found
    ]


def _shared(group: Alike) -> str:
    return group.shared if group.reason in _REASONS else group.rows[0].name
