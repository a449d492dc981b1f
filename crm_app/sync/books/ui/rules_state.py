"""The rules by which cards are marked, as the dialog edits them (SCT-3). A rule never imports."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import ContactKind
from crm_app.sync.books import card_rules
from crm_app.sync.books.ui import shown_queue
from crm_app.sync.books.ui.shown_queue import RuleLine
from crm_app.sync.rules import card_marks
from crm_app.ui.state import PrivateState, handler

Choice = dict[str, str]
_FIRST = card_marks.FIELDS[0].key


class CardRules(PrivateState):
    """``field``, ``value`` and ``mark`` are what is being entered; ``fits`` says whom it would mark."""

    opened: bool = False
    rules: list[RuleLine] = []
    fields: list[Choice] = []
    field: str = _FIRST
    value: str = ""
    choices: list[Choice] = []
    example: str = ""
    asks: bool = True
    mark: str = ContactKind.COMPANY.value
    fits: str = ""

    @handler
    async def open(self) -> None:
        """Show the rules."""
        self.opened, self.errors = True, {}
        self.fields = [
            {"value": each.key, "label": self._say(each.name)} for each in card_marks.FIELDS
        ]
        await self._choose(self.field)
        await self._show()

    @handler
    async def follow(self) -> None:
        """Cards were marked: say how many, while the rules are in view."""
        if self.opened:
            await self._show()

    @handler
    def close(self) -> None:
        """Put them away."""
        self.opened = False

    @handler
    async def set_field(self, field: str) -> None:
        """Ask for something else."""
        await self._choose(field)

    @handler
    async def set_value(self, value: str) -> None:
        """What it is compared with."""
        self.value, self.errors = value[:200], {}
        await self._preview()

    @handler
    def set_mark(self, mark: str) -> None:
        """What such cards are; empty leaves them out."""
        self.mark = mark if mark in set(ContactKind) else ""

    @handler
    async def add(self) -> Any:
        """One more rule, behind the others."""
        field, value, now = self.field, self.value, clock.now()
        mark = ContactKind(self.mark) if self.mark else None
        await self._write(
            lambda session, actor: card_rules.add(
                session, actor, field=field, value=value, mark=mark, now=now
            )
        )
        self.value, self.errors = "", {}
        await self._choose(self.field)
        await self._show()
        return rx.toast.success(self._say(N_("The rule is asked of all cards that wait.")))

    @handler
    async def move(self, rule_id: int, to: int) -> None:
        """Ask it sooner or later."""
        await self._write(lambda session, actor: card_rules.move(session, actor, rule_id, to))
        await self._show()

    @handler
    async def remove(self, rule_id: int) -> None:
        """Ask it no more."""
        await self._write(lambda session, actor: card_rules.remove(session, actor, rule_id))
        await self._show()

    async def _choose(self, field: str) -> None:
        known = next((each for each in card_marks.FIELDS if each.key == field), None)
        known = known or card_marks.FIELDS[0]
        self.field, self.asks, self.errors = known.key, known.asks, {}
        self.choices = [
            {"value": value, "label": self._say(word)} for value, word in known.choices.items()
        ]
        self.example = self._say(known.example) if known.example else ""
        self.value = self.choices[0]["value"] if self.choices else ""
        await self._preview()

    async def _preview(self) -> None:
        field, value = self.field, self.value
        self.fits = await self._read(lambda session, actor: _fits(session, actor, field, value))

    async def _show(self) -> None:
        self.rules = await self._read(shown_queue.rules)


def _fits(session: Session, actor: Actor, field: str, value: str) -> str:
    """Whom a rule would speak for, in words; empty while it is not complete."""
    try:
        count, names = card_rules.preview(session, actor, field=field, value=value)
    except Invalid:
        return ""
    if not count:
        return translate(actor.locale, N_("No card that waits fits."))
    shown = ", ".join(names)
    return translate(
        actor.locale,
        N_("Fits now ({count}): {names}"),
        count=count,
        names=shown + (" …" if count > len(names) else ""),
    )
