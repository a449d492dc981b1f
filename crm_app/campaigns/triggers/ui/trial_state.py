"""Trying the trigger that is open on a contact: a decision with its reasons, nothing written."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.campaigns.triggers import draft as drafts
from crm_app.campaigns.triggers import reasons, sentences, trial, workspace
from crm_app.campaigns.triggers.rule import Rule
from crm_app.campaigns.triggers.ui import lists
from crm_app.campaigns.triggers.ui.editor_state import TriggerEditor
from crm_app.campaigns.triggers.ui.lists import Row
from crm_app.contacts import queries as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import TriggerOutcome
from crm_app.ui.state import PrivateState, handler

_MOST = 6
_WOULD: dict[TriggerOutcome, str] = {
    TriggerOutcome.ACTED: N_("It would act"),
    TriggerOutcome.REFUSED: N_("It would do nothing"),
    TriggerOutcome.WAITS: N_("It would wait"),
    TriggerOutcome.STOPPED: N_("It would be stopped"),
}


class TriggerTrial(PrivateState):
    """``found`` are contacts to choose from; ``words`` is what would be decided."""

    typed: str = ""
    found: list[Row] = []
    chosen: str = ""
    words: str = ""
    tone: str = ""
    why: str = ""
    steps: list[Row] = []

    @handler
    async def suggest(self, text: str) -> None:
        """Look for contacts."""
        self.typed, self.chosen, self.words, self.steps = text[:200], "", "", []
        if len(text.strip()) < 2:
            self.found = []
            return
        wanted = contacts.Filters(text=self.typed)
        self.found = await self._read(lambda session, actor: _found(session, actor, wanted))

    @handler(admin=True)
    async def choose(self, contact_id: str) -> None:
        """Try it on this contact."""
        self.chosen = contact_id
        self.typed = next((r["name"] for r in self.found if r["id"] == contact_id), self.typed)
        self.found = []
        await self._try()

    @handler(admin=True)
    async def again(self) -> None:
        """Try it once more, with what was changed meanwhile."""
        if self.chosen:
            await self._try()

    async def _try(self) -> None:
        editor: TriggerEditor = await self.get_state(TriggerEditor)
        rule = drafts.rule(editor._now(), trigger_id=int(editor.trigger_id or 0), enabled=True)
        number = int(self.chosen) if self.chosen.isdigit() else 0
        now = clock.now()
        seen = await self._write(lambda session, actor: _tried(session, actor, rule, number, now))
        self.words, self.tone, self.why, self.steps = seen


def _found(session: Session, actor: Actor, wanted: contacts.Filters) -> list[Row]:
    page = contacts.search(session, actor, limit=_MOST, **wanted)
    return [{"id": str(row.id), "name": row.name, "email": row.email} for row in page.rows]


def _tried(
    session: Session, actor: Actor, rule: Rule, contact_id: int, now: datetime
) -> tuple[str, str, str, list[Row]]:
    tried = trial.of(session, actor, rule, contact_id, now=now)
    known, locale = workspace.known(session), actor.locale
    words, (_, tone) = _WOULD[tried.decision.outcome], lists.OUTCOMES[tried.decision.outcome]
    why = lists.why(tried.decision.reason, tried.decision.detail, actor, known, now)
    return translate(locale, words), tone, why, [_step(one, known, actor) for one in tried.steps]


def _step(one: trial.Step, known: Any, actor: Actor) -> Row:
    problem = ""
    if one.problem:
        problem = reasons.filled(actor.locale, one.problem, one.params or {})
    return {
        "words": sentences.action(one.action, known, actor.locale),
        "text": one.text,
        "problem": problem,
        "tone": "bad" if problem else "good",
    }
