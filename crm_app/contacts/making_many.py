"""Making many contacts at once, for files: a few statements for a hundred contacts instead of forty each.

What is left in the tables is what ``service.create`` leaves: rows, tags, owner, timeline, facts and
audit log. The fields are checked already, and so are the rights: ids in them were found by the actor.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel, col, select

from crm_app.contacts import records, timeline
from crm_app.contacts.fields import Address, ContactFields
from crm_app.contacts.history import Line, note_all
from crm_app.contacts.names import cleaned, folded
from crm_app.contacts.search_words import document
from crm_app.core import clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind
from crm_app.models import (
    AuditEntry,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactTag,
    OwnerChange,
    User,
)

_Made = tuple[int, ContactFields]
_Row = TypeVar("_Row", bound=SQLModel)


def make_many(
    session: Session, actor: Actor, source: str, wanted: Sequence[ContactFields], *, rule: str
) -> list[int]:
    """Make a contact of each of ``wanted``, which ``fields.checked`` and ``named`` were asked about;
    their ids. ``rule`` is why those who get an owner got him (``timeline.REASONS``).

    No automation hears of contacts that a silent actor makes: nothing waits for somebody who is new.
    """
    if not wanted:
        return []
    now = clock.now()
    ids = _contacts(session, source, wanted, now)
    made = list(zip(ids, wanted, strict=True))
    _lines(session, made)
    tags = _tags(session, made)
    owned = _owners(session, actor, made, rule, now)
    _tell(session, actor, source, made, tags, owned, rule)
    return ids


def _contacts(
    session: Session, source: str, wanted: Sequence[ContactFields], now: datetime
) -> list[int]:
    companies = _names(session, Contact, {fields.get("company_id") for fields in wanted})
    rows = [_contact(fields, companies, source, now) for fields in wanted]
    statement = insert(Contact).returning(col(Contact.id), sort_by_parameter_order=True)
    return [number or 0 for number in session.scalars(statement, rows)]


def _contact(
    fields: ContactFields, companies: dict[int, str], source: str, now: datetime
) -> dict[str, Any]:
    emails = fields.get("emails", [])
    name = fields.get("name") or emails[0].address
    first, last = fields.get("first_name", ""), fields.get("last_name", "")
    return {
        "kind": fields.get("kind", ContactKind.LEAD),
        "name": name,
        "first_name": first,
        "last_name": last,
        "sort_key": folded(name),
        "search_text": document(
            names=(name, first, last),
            emails=[form for email in emails for form in (email.address, email.key)],
            phones=[(phone.number, phone.e164) for phone in fields.get("phones", [])],
            company=companies.get(fields.get("company_id") or 0, ""),
        ),
        "company_id": fields.get("company_id"),
        "owner_id": fields.get("owner_id"),
        "time_zone": fields.get("time_zone", ""),
        "locale": fields.get("locale", ""),
        "do_not_disturb": fields.get("do_not_disturb", []),
        "custom": fields.get("custom", {}),
        "note": fields.get("note", ""),
        "source": cleaned(source, longest=60),
        "messenger_id": "",
        "created_at": now,
        "changed_at": now,
    }


def _lines(session: Session, made: Sequence[_Made]) -> None:
    """Addresses, numbers and places."""
    emails = [
        {"address": each.address, "key": each.key, **_place(number, position, each.label)}
        for number, fields in made
        for position, each in enumerate(fields.get("emails", []))
    ]
    phones = [
        {"number": each.number, "e164": each.e164, **_place(number, position, each.label)}
        for number, fields in made
        for position, each in enumerate(fields.get("phones", []))
    ]
    places = [
        {name: getattr(each, name) for name in Address.__slots__}
        | _place(number, position, each.label)
        for number, fields in made
        for position, each in enumerate(fields.get("addresses", []))
    ]
    db.insert_many(session, _table(ContactEmail), emails)
    db.insert_many(session, _table(ContactPhone), phones)
    db.insert_many(session, _table(ContactAddress), places)


def _place(contact_id: int, position: int, label: str) -> dict[str, Any]:
    return {"contact_id": contact_id, "position": position, "label": label}


def _tags(session: Session, made: Sequence[_Made]) -> dict[int, list[str]]:
    """Put the tags on; their names by contact, in the order of the alphabet."""
    names = [name for _, fields in made for name in fields.get("tags", [])]
    known = {tag.key: tag for tag in records.tags_called(session, names)}
    borne: dict[int, list[str]] = {}
    rows = []
    for number, fields in made:
        keys = sorted({folded(name) for name in fields.get("tags", [])} & known.keys())
        rows += [{"contact_id": number, "tag_id": known[key].id} for key in keys]
        borne[number] = [known[key].name for key in keys]
    db.insert_many(session, _table(ContactTag), rows)
    return borne


def _owners(
    session: Session, actor: Actor, made: Sequence[_Made], rule: str, now: datetime
) -> dict[int, str]:
    """Note who owns them from now on; the owners' names by contact."""
    owned = [(number, fields["owner_id"]) for number, fields in made if fields.get("owner_id")]
    rows = [
        {
            "contact_id": number,
            "from_user_id": None,
            "to_user_id": owner_id,
            "at": now,
            "actor_user_id": actor.user_id,
            "rule": rule,
        }
        for number, owner_id in owned
    ]
    db.insert_many(session, _table(OwnerChange), rows)
    names = _names(session, User, {owner_id for _, owner_id in owned})
    return {number: names.get(owner_id or 0, "") for number, owner_id in owned}


def _tell(
    session: Session,
    actor: Actor,
    source: str,
    made: Sequence[_Made],
    tags: dict[int, list[str]],
    owned: dict[int, str],
    rule: str,
) -> None:
    """The timeline, the facts and the audit log."""
    lines: list[Line] = []
    happened: list[facts.Fact] = []
    entries: list[dict[str, Any]] = []
    loud: dict[str, Any] = {"triggers": not actor.silent, "by": actor.modified_by}
    for number, fields in made:
        lines.append(Line(number, "created", timeline.created_message(source)))
        happened.append(facts.ContactCreated(contact_id=number, **loud))
        entries.append(_entry(actor, "contact.created", number))
        if names := tags.get(number):
            lines.append(Line(number, "tag", timeline.TAGS_ADDED, {"tags": names}))
            happened += _tagged(number, names, loud)
            entries.append(
                _entry(actor, "contact.changed", number, fields=["tags"], added=names, removed=[])
            )
        if number in owned:
            params = {"from_name": "", "to_name": owned[number], "rule": rule}
            lines.append(Line(number, "owner", timeline.OWNER_FIRST, params))
            to = fields["owner_id"]
            happened.append(
                facts.ContactAssigned(contact_id=number, from_user_id=None, to_user_id=to, **loud)
            )
            entries.append(
                _entry(
                    actor, "contact.assigned", number, from_user_id=None, to_user_id=to, rule=rule
                )
            )
    note_all(session, lines, by=actor.label if actor.is_user else "")
    facts.record_all(session, happened, told=not actor.silent)
    db.insert_many(session, _table(AuditEntry), entries)


def _tagged(number: int, names: list[str], loud: dict[str, Any]) -> Iterator[facts.Fact]:
    yield facts.ContactChanged(contact_id=number, fields=("tags",), **loud)
    yield facts.ContactTagged(contact_id=number, added=tuple(names), removed=(), **loud)


def _entry(actor: Actor, action: str, number: int, **detail: Any) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "actor_kind": actor.kind,
        "actor_user_id": actor.user_id,
        "actor_label": actor.label,
        "action": action,
        "subject_kind": "contact",
        "subject_id": number,
        "detail": detail,
    }


def _names(session: Session, table: type[_Row], ids: set[int | None]) -> dict[int, str]:
    # Both tables have a name.
    rows: Any = table
    wanted = [number for number in ids if number]
    found = session.execute(select(rows.id, rows.name).where(col(rows.id).in_(wanted)))
    return {row.id: row.name for row in found}


def _table(kind: type[SQLModel]) -> Table:
    table: Table = kind.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    return table
