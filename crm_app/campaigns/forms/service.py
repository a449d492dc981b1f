"""Writing forms: making, saving, publishing, switching off, doubling and archiving (FRM-1).

Administrators only. Strangers see what was published and never a draft; a draft is saved with the
revision that it was read at, so that nobody overwrites what somebody else did meanwhile.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, select

from crm_app.accounts import audit
from crm_app.accounts.slugs import candidates, spelled
from crm_app.campaigns.forms import arranging, checks, layout, queries
from crm_app.contacts.names import cleaned
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_, translate
from crm_app.models import Form

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME, _LONGEST_SLUG = 120, 60


def create(
    session: Session, actor: Actor, *, name: str, draft: Mapping[str, Any] | None = None
) -> Form:
    """A new form that asks for name and e-mail, or ``draft``; nobody but us sees it yet."""
    actor.require_admin()
    title = _name(name)

    def words(message: str) -> str:
        return translate(actor.locale, message)

    laid = layout.parse(draft) if draft is not None else arranging.new_layout(title, words)
    now = clock.now()
    form = Form(
        slug=free_slug(session, title),
        name=title,
        draft=layout.as_json(laid),
        revision=1,
        created_by_id=actor.user_id,
        created_at=now,
        changed_at=now,
    )
    session.add(form)
    session.flush()
    _tell(session, actor, form, "form.created")
    return form


def save(
    session: Session, actor: Actor, form: Form, draft: Mapping[str, Any], *, revision: int
) -> int:
    """Keep the draft and give its new revision; Conflict when somebody else saved meanwhile."""
    actor.require_admin()
    laid = layout.parse(draft)
    session.refresh(form, with_for_update=True)
    if form.revision != revision:
        raise Conflict(N_("Somebody else changed this form meanwhile."))
    form.draft, form.revision = layout.as_json(laid), form.revision + 1
    _tell(session, actor, form, "form.changed")
    return form.revision


def rename(session: Session, actor: Actor, form: Form, *, name: str, slug: str) -> None:
    """Another name for us, and another address for everybody; Invalid names what to correct."""
    actor.require_admin()
    errors: dict[str, str] = {}
    if len(slug) > _LONGEST_SLUG or not _SLUG.fullmatch(slug):
        errors["slug"] = N_("Use lower-case letters, digits and hyphens.")
    elif slug != form.slug and _taken(session, slug):
        errors["slug"] = N_("Another form has this address already.")
    if not cleaned(name, longest=_LONGEST_NAME):
        errors["name"] = N_("Give it a name.")
    if errors:
        raise Invalid(fields=errors)
    form.name, form.slug = _name(name), slug
    _tell(session, actor, form, "form.renamed")


def publish(session: Session, actor: Actor, form: Form) -> None:
    """Show the draft to everybody; Invalid with the first thing that keeps it from being shown."""
    actor.require_admin()
    session.refresh(form, with_for_update=True)
    mistakes = checks.check(layout.parse(form.draft), queries.known(session))
    for mistake in mistakes:
        if mistake.severity == "error":
            raise Invalid(mistake.message, **mistake.params)
    form.published, form.published_revision = dict(form.draft), form.revision
    _tell(session, actor, form, "form.published")


def unpublish(session: Session, actor: Actor, form: Form) -> None:
    """Strangers find nothing at its address any more; draft and submissions stay."""
    actor.require_admin()
    form.published, form.published_revision = None, None
    _tell(session, actor, form, "form.unpublished")


def duplicate(session: Session, actor: Actor, form: Form) -> Form:
    """A copy of the draft, not published."""
    name = translate(actor.locale, N_("{name} (copy)"), name=form.name[: _LONGEST_NAME - 20])
    return create(session, actor, name=name, draft=form.draft)


def archive(session: Session, actor: Actor, form: Form) -> None:
    """Put it away; nothing is lost, and its address leads nowhere."""
    actor.require_admin()
    form.archived_at = clock.now()
    _tell(session, actor, form, "form.archived")


def restore(session: Session, actor: Actor, form: Form) -> None:
    """Take it back out, published or not as it was."""
    actor.require_admin()
    form.archived_at = None
    _tell(session, actor, form, "form.restored")


def free_slug(session: Session, name: str) -> str:
    """An address made of ``name`` that no form has."""
    base = spelled(name) or "form"
    return next(slug for slug in candidates(base) if not _taken(session, slug))


def _taken(session: Session, slug: str) -> bool:
    return session.exec(select(Form.id).where(Form.slug == slug)).first() is not None


def _name(name: str) -> str:
    clean = cleaned(name, longest=_LONGEST_NAME)
    if not clean:
        raise Invalid(fields={"name": N_("Give it a name.")})
    return clean


def _tell(session: Session, actor: Actor, form: Form, action: str) -> None:
    form.changed_at = clock.now()
    session.add(form)
    session.flush()
    facts.record(session, facts.FormChanged(form_id=form.id or 0))
    audit.record(session, actor, action, subject_kind="form", subject_id=form.id)
