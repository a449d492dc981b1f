"""The list of forms: making one, doubling, switching off, putting away and taking back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.forms import queries, service, starts
from crm_app.campaigns.forms.ui import desk, rows
from crm_app.campaigns.forms.ui.looks import STATUS_WORDS
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.models import Form
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

VIEWS = ("active", "archived")
TONES = {"draft": "plain", "live": "good", "changed": "warn"}
Act = Callable[[Session, Actor, Form], Any]


@dataclass(frozen=True)
class FormLine:
    """A line of the list."""

    id: str = ""
    name: str = ""
    url: str = ""
    path: str = ""
    status: str = ""
    words: str = ""
    tone: str = ""
    sent: str = ""
    latest: str = ""


class FormsList(PrivateState):
    """``view`` is "active" or "archived"; ``making`` opens the dialog for a new one."""

    loading: bool = True
    may_edit: bool = False
    view: str = "active"
    lines: list[FormLine] = []
    making: bool = False
    start: str = "plain"

    @handler
    async def load(self) -> None:
        """Read the list."""
        self.making, self.may_edit = False, self._is_admin
        await self._reread()
        self.loading = False

    @handler
    async def follow(self) -> None:
        """A form changed somewhere, or was sent."""
        await self._reread()

    @handler
    async def set_view(self, view: str) -> None:
        """The forms in use, or those that were put away."""
        self.view = view if view in VIEWS else VIEWS[0]
        await self._reread()

    @handler(admin=True)
    def begin(self) -> None:
        """Ask for the name of a new form."""
        self.errors, self.start, self.making = {}, "plain", True

    @handler
    def close(self) -> None:
        """No new form after all."""
        self.making = False

    @handler(admin=True)
    def choose_start(self, key: str) -> None:
        """What the new form begins as."""
        self.start = key

    @handler(admin=True)
    async def create(self, form: dict[str, Any]) -> Any:
        """Make it, and go on to its builder."""
        name, key = str(form.get("name") or ""), self.start

        def make(session: Session, actor: Actor) -> int:
            draft = starts.draft(
                key, name.strip()[:120], lambda text: translate(actor.locale, text)
            )
            return service.create(session, actor, name=name, draft=draft).id or 0

        made = await self._write(make)
        self.making = False
        return rx.redirect(f"/forms/{made}")

    @handler(admin=True)
    async def duplicate(self, form_id: str) -> Any:
        """A copy that nobody else sees yet."""
        await self._act(form_id, service.duplicate)
        return rx.toast.success(self._say(N_("Copied.")))

    @handler(admin=True)
    async def switch_on(self, form_id: str) -> Any:
        """Publish it as it is laid out now."""
        await self._act(form_id, service.publish)
        return rx.toast.success(self._say(N_("Published. Everybody with the link can fill it in.")))

    @handler(admin=True)
    async def switch_off(self, form_id: str) -> Any:
        """Strangers find nothing any more."""
        await self._act(form_id, service.unpublish)
        again = {"label": self._say(N_("Undo")), "on_click": FormsList.switch_on(form_id)}
        return rx.toast.success(
            self._say(N_("Switched off. Its address leads nowhere now.")), action=again
        )

    @handler(admin=True)
    async def archive(self, form_id: str) -> Any:
        """Put it away; the toast takes it back out."""
        await self._act(form_id, service.archive)
        undo = {"label": self._say(N_("Undo")), "on_click": FormsList.restore(form_id)}
        return rx.toast.success(self._say(N_("Put away. What was sent stays.")), action=undo)

    @handler(admin=True)
    async def restore(self, form_id: str) -> Any:
        """Take it back out."""
        await self._act(form_id, service.restore)
        return rx.toast.success(self._say(N_("The form is back.")))

    @handler
    def copied(self) -> Any:
        """The link is on the clipboard."""
        return rx.toast.success(self._say(N_("The link was copied.")))

    async def _act(self, form_id: str, act: Act) -> None:
        number = int(form_id) if form_id.isdecimal() else 0

        def write(session: Session, actor: Actor) -> None:
            act(session, actor, queries.get_form(session, actor, number))

        await self._write(write)
        await self._reread()

    async def _reread(self) -> None:
        archived = self.view == "archived"
        self.lines = await self._read(lambda s, a: list_lines(s, a, archived=archived))


def list_lines(session: Session, actor: Actor, *, archived: bool) -> list[FormLine]:
    """The forms as the list shows them."""
    counted = queries.counts(session, actor)
    return [
        _line(actor, form, *counted.get(form.id or 0, (0, None)))
        for form in queries.list_forms(session, actor, archived=archived)
    ]


def _line(actor: Actor, form: Form, sent: int, latest: Any) -> FormLine:
    status = rows.status(form)
    return FormLine(
        id=str(form.id),
        name=form.name,
        url=desk.public_url(form),
        path=f"/f/{form.slug}",
        status=status,
        words=translate(actor.locale, STATUS_WORDS[status]),
        tone=TONES[status],
        sent=str(sent) if sent else "",
        latest=moments.moment(actor.locale, actor.time_zone, latest, clock.now()) if latest else "",
    )
