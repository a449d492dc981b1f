"""A tab's own copy of a form: the layout being edited, what is saved, and the way back. No Reflex here.

A plain object on purpose: Reflex would wrap dataclasses in proxies.
"""

from dataclasses import dataclass

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.appointments import queries as calendars
from crm_app.campaigns.editing import queries as campaigns
from crm_app.campaigns.forms import checks, layout, queries
from crm_app.campaigns.forms.checks import Known
from crm_app.campaigns.forms.layout import Layout
from crm_app.campaigns.forms.ui import rows
from crm_app.core.access import Actor
from crm_app.core.settings import get_settings
from crm_app.models import Form

_LONGEST = 100
Option = dict[str, str]


class Desk:
    """``dirty``: there is something that is not in the database. ``about`` joins typed letters."""

    def __init__(self, laid: Layout, revision: int, known: Known) -> None:
        self.layout, self.saved = laid, laid
        self.revision, self.known = revision, known
        self.past: list[Layout] = []
        self.future: list[Layout] = []
        self._about = ""

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.layout != self.saved

    def change(self, laid: Layout, *, about: str = "") -> None:
        """Take a new layout; letters typed into one field are one step back."""
        if laid == self.layout:
            return
        if not about or about != self._about or not self.past:
            self.past = [*self.past, self.layout][-_LONGEST:]
        self.layout, self.future, self._about = laid, [], about

    def undo(self) -> None:
        """One step back."""
        if self.past:
            self.future.append(self.layout)
            self.layout, self._about = self.past.pop(), ""

    def redo(self) -> None:
        """One step forth again."""
        if self.future:
            self.past.append(self.layout)
            self.layout, self._about = self.future.pop(), ""

    def mistakes(self) -> list[checks.Mistake]:
        """What keeps it from being published, and what to look at."""
        return checks.check(self.layout, self.known)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says of the form beside its layout."""

    name: str
    slug: str
    url: str
    status: str
    revision: int
    draft: Layout
    sent: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the settings choose from."""

    users: list[Option]
    calendars: list[Option]
    campaigns: list[Option]
    forms: list[Option]
    known: Known


def facts_of(session: Session, actor: Actor, form_id: int) -> Facts:
    """The form as it stands."""
    form = queries.get_form(session, actor, form_id)
    sent, _ = queries.counts(session, actor).get(form_id, (0, None))
    return Facts(
        name=form.name,
        slug=form.slug,
        url=public_url(form),
        status=rows.status(form),
        revision=form.revision,
        draft=layout.parse(form.draft),
        sent=sent,
    )


def choices(session: Session, actor: Actor, form_id: int) -> Choices:
    """What can be chosen; administrators only."""
    actor.require_admin()
    return Choices(
        users=[_option(each.id, each.name) for each in accounts.list_users(session, actor)],
        calendars=[
            _option(each.id, each.name)
            for each in calendars.list_calendars(session, actor)
            if each.active
        ],
        campaigns=[
            _option(each.id, each.name) for each in campaigns.list_campaigns(session, actor)
        ],
        forms=[
            _option(each.id, each.name)
            for each in queries.list_forms(session, actor)
            if each.id != form_id and each.published is not None
        ],
        known=queries.known(session),
    )


def public_url(form: Form) -> str:
    """Where strangers find it."""
    return f"{get_settings().url}/f/{form.slug}"


def _option(number: int | None, name: str) -> Option:
    return {"value": str(number), "label": name}
