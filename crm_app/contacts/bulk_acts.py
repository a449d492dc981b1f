"""What can be done with many contacts at once, each act with its way back (CON-3).

An act changes one contact through the same services as a person's click, so that rights, timeline,
facts and audit are the same. Rooms above offer acts of their own (``offer``); this room knows none
of them. ``apply`` says what the contact was like before, None when nothing had to be done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.contacts import records, service, timeline
from crm_app.contacts.fields import CHANNELS, checked
from crm_app.contacts.names import folded
from crm_app.contacts.visibility import require_change
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind, Role
from crm_app.models import Contact

RESTORE = "restore"
Params = Mapping[str, Any]
Before = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """An act. ``label`` is a message id; ``check`` gives clean parameters or raises Invalid.

    ``choices`` (of an act of another room): what can be chosen from, values and names; the value
    comes as the parameter ``choice``. ``icon`` stands beside the label there.
    """

    key: str
    label: str
    check: Callable[[Session, Actor, Params], dict[str, Any]]
    apply: Callable[[Session, Actor, Contact, Params], Before | None]
    undo: Callable[[Session, Actor, Contact, Params, Before], None]
    choices: Callable[[Session, Actor], Sequence[tuple[str, str]]] | None = None
    icon: str = ""


_acts: dict[str, Act] = {}


def offer(*acts: Act) -> None:
    """Have ``acts`` be known; rooms above do it through the program's map of work."""
    _acts.update({act.key: act for act in acts})


def act_of(key: str) -> Act:
    """The act; NotFound when there is none."""
    if key not in _acts:
        raise NotFound
    return _acts[key]


def offered_above() -> list[Act]:
    """The acts that rooms above brought, by label."""
    return [act for act in _acts.values() if act.choices is not None]


def _no_params(_session: Session, _actor: Actor, _params: Params) -> dict[str, Any]:
    return {}


# The owner


def _check_owner(session: Session, actor: Actor, params: Params) -> dict[str, Any]:
    owner_id = params.get("owner_id")
    team = {user.id for user in accounts.list_users(session, actor) if user.active}
    if owner_id is not None and owner_id not in team:
        raise Invalid(fields={"owner_id": N_("Choose somebody who works here.")})
    return {"owner_id": owner_id}


def _give(session: Session, actor: Actor, contact: Contact, params: Params) -> Before | None:
    require_change(actor, contact)
    before = contact.owner_id
    change = service.set_owner(session, actor, contact, params["owner_id"], rule=timeline.BY_HAND)
    return {"owner_id": before} if change else None


def _take_back(
    session: Session, actor: Actor, contact: Contact, params: Params, before: Before
) -> None:
    if contact.owner_id != params["owner_id"]:
        raise Conflict(N_("The owner was changed again since. Choose the owner by hand."))
    # Who gave a contact away may not change it any more, but may take back what he just did.
    giver = replace(actor, role=Role.ADMIN)
    service.set_owner(session, giver, contact, before["owner_id"], rule=timeline.UNDO)


# Tags


def _check_tags(_session: Session, _actor: Actor, params: Params) -> dict[str, Any]:
    tags = checked({"tags": list(params.get("tags", []))})["tags"]
    if not tags:
        raise Invalid(fields={"bulk_tag": N_("Give a tag.")})
    return {"tags": tags}


def _borne(session: Session, contact: Contact) -> dict[str, str]:
    return {folded(name): name for name in records.tags_on(session, contact)}


def _tag(session: Session, actor: Actor, contact: Contact, params: Params) -> Before | None:
    borne = _borne(session, contact)
    new = [name for name in params["tags"] if folded(name) not in borne]
    service.change_tags(session, actor, contact, add=new)
    return {"tags": new} if new else None


def _untag(session: Session, actor: Actor, contact: Contact, params: Params) -> Before | None:
    borne = _borne(session, contact)
    old = [borne[folded(name)] for name in params["tags"] if folded(name) in borne]
    service.change_tags(session, actor, contact, remove=old)
    return {"tags": old} if old else None


def _undo_tag(session: Session, actor: Actor, contact: Contact, _: Params, before: Before) -> None:
    service.change_tags(session, actor, contact, remove=before["tags"])


def _undo_untag(
    session: Session, actor: Actor, contact: Contact, _: Params, before: Before
) -> None:
    service.change_tags(session, actor, contact, add=before["tags"])


# Kind


def _check_kind(_session: Session, _actor: Actor, params: Params) -> dict[str, Any]:
    return {"kind": checked({"kind": params.get("kind", "")})["kind"].value}


def _turn(session: Session, actor: Actor, contact: Contact, params: Params) -> Before | None:
    before = contact.kind
    changed = service.update(session, actor, contact, kind=ContactKind(params["kind"]))
    return {"kind": before.value} if changed else None


def _turn_back(
    session: Session, actor: Actor, contact: Contact, params: Params, before: Before
) -> None:
    if contact.kind.value == params["kind"]:
        service.update(session, actor, contact, kind=ContactKind(before["kind"]))


# Do not disturb


def _check_quiet(_session: Session, _actor: Actor, params: Params) -> dict[str, Any]:
    given = params.get("channels", [])
    channels = [channel for channel in CHANNELS if channel in given]
    if not channels:
        raise Invalid(fields={"channels": N_("Choose at least one channel.")})
    return {"channels": channels, "quiet": params.get("quiet") is True}


def _hush(session: Session, actor: Actor, contact: Contact, params: Params) -> Before | None:
    before = list(contact.do_not_disturb)
    changed = service.update(session, actor, contact, do_not_disturb=_hushed(before, params))
    return {"channels": before} if changed else None


def _hushed(before: Sequence[str], params: Params) -> list[str]:
    named = set(params["channels"])
    wanted = {*before} | named if params["quiet"] else {*before} - named
    return [channel for channel in CHANNELS if channel in wanted]


def _unhush(
    session: Session, actor: Actor, contact: Contact, params: Params, before: Before
) -> None:
    if contact.do_not_disturb == _hushed(before["channels"], params):
        service.update(session, actor, contact, do_not_disturb=before["channels"])


# Deleting and bringing back


def _delete(session: Session, actor: Actor, contact: Contact, _: Params) -> Before | None:
    if contact.deleted_at is not None:
        return None
    service.delete(session, actor, contact)
    return {}


def _restore(session: Session, actor: Actor, contact: Contact, _: Params) -> Before | None:
    if contact.deleted_at is None:
        return None
    service.restore(session, actor, contact)
    return {}


def _undelete(session: Session, actor: Actor, contact: Contact, params: Params, _: Before) -> None:
    _restore(session, actor, contact, params)


def _unrestore(session: Session, actor: Actor, contact: Contact, params: Params, _: Before) -> None:
    _delete(session, actor, contact, params)


offer(
    Act("owner", N_("Change of owner"), _check_owner, _give, _take_back),
    Act("tag", N_("Adding a tag"), _check_tags, _tag, _undo_tag),
    Act("untag", N_("Removing a tag"), _check_tags, _untag, _undo_untag),
    Act("kind", N_("Change of kind"), _check_kind, _turn, _turn_back),
    Act("quiet", N_("Do not disturb"), _check_quiet, _hush, _unhush),
    Act("delete", N_("Deleting"), _no_params, _delete, _undelete),
    Act(RESTORE, N_("Bringing back"), _no_params, _restore, _unrestore),
)
