"""What the merge dialog shows: the records side by side, and one line per field. No Reflex here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from crm_app.contacts import merging, queries
from crm_app.contacts.merge_fields import Record, differing, joined, value_of
from crm_app.contacts.timeline import FIELD_NAMES
from crm_app.contacts.ui import shown
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import LOCALE_NAMES, N_, translate
from crm_app.models import TimelineEntry, User
from crm_app.ui.components.people import initials

_NAMES = {
    **FIELD_NAMES,
    "owner_id": N_("Owner"),
    "messenger_id": N_("Messenger"),
}
BOTH = 0


@dataclass(frozen=True)
class Side:
    """A record in the dialog's head. ``id`` is a text, as the browser compares it."""

    id: str
    name: str
    initials: str
    kind: str
    about: str
    made: str
    happened: str


@dataclass(frozen=True)
class Value:
    """A record's value of a field; ``chosen`` is what the joined record gets."""

    id: str
    text: str
    whose: str


@dataclass(frozen=True)
class Line:
    """A field of which one value is to be chosen. ``key`` names it, ``chosen`` is a record's id."""

    key: str
    label: str
    chosen: str
    offers: list[Value] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """A list that is joined: all of it is kept."""

    label: str
    texts: list[str]


@dataclass(frozen=True)
class Sight:
    """All that the dialog shows."""

    sides: list[Side]
    lines: list[Line]
    joined: list[Kept]


def look(
    session: Session, actor: Actor, ids: Sequence[int], kept_id: int, choices: Mapping[str, int]
) -> Sight:
    """The records ``ids``, what differs, and what the kept one would have of all of them."""
    records = merging.candidates(session, actor, ids)
    kept = next((each for each in records if each.id == kept_id), records[0])
    others = [each for each in records if each is not kept]
    users = dict(session.exec(select(User.id, User.name)).all())
    result = kept
    for other in others:
        result = joined(result, other, choices)
    names = list(dict.fromkeys(name for other in others for name in differing(kept, other)))
    return Sight(
        sides=[_side(session, actor, each) for each in records],
        lines=[_line(session, actor, name, records, kept, choices, users) for name in names],
        joined=_joined(actor, result),
    )


def _side(session: Session, actor: Actor, record: Record) -> Side:
    card = queries.card(session, actor, record.id)
    count = session.exec(
        select(func.count()).where(col(TimelineEntry.contact_id) == record.id)
    ).one()
    return Side(
        id=str(record.id),
        name=record.name,
        initials=initials(record.name),
        kind=record.kind.value,
        about=" · ".join(filter(None, [card.company, *(line.address for line in card.emails[:1])])),
        made=translate(
            actor.locale, N_("Since {when}"), when=shown.short(actor, card.created_at, clock.now())
        ),
        happened=translate(actor.locale, N_("{count} entries on the timeline"), count=count),
    )


def _line(
    session: Session,
    actor: Actor,
    name: str,
    records: Sequence[Record],
    kept: Record,
    choices: Mapping[str, int],
    users: Mapping[int | None, str],
) -> Line:
    values = _values(session, actor, name, records, choices, kept, users)
    default = kept.id
    if name == "note":
        both = translate(actor.locale, N_("Both notes, one below the other"))
        values, default = [Value(str(BOTH), both, ""), *values], BOTH
    return Line(
        key=name,
        label=translate(actor.locale, _NAMES[name])
        if name in _NAMES
        else name.removeprefix("custom:"),
        chosen=str(choices.get(name, default)),
        offers=values,
    )


def _values(
    session: Session,
    actor: Actor,
    name: str,
    records: Sequence[Record],
    choices: Mapping[str, int],
    kept: Record,
    users: Mapping[int | None, str],
) -> list[Value]:
    """Each different value once, with the names of those who have it."""
    chosen = choices.get(name, kept.id)
    found: dict[str, list[Record]] = {}
    for each in records:
        if value := value_of(each, name):
            found.setdefault(_text(session, actor, name, value, users), []).append(each)
    return [
        Value(
            # The chosen record stands for all that have the same.
            id=str(next((each.id for each in having if each.id == chosen), having[0].id)),
            text=text,
            whose="" if name == "name" else ", ".join(each.name for each in having),
        )
        for text, having in found.items()
    ]


def _text(
    session: Session, actor: Actor, name: str, value: Any, users: Mapping[int | None, str]
) -> str:
    if name == "kind":
        return translate(actor.locale, KIND_NAMES[value])
    if name == "owner_id":
        return users.get(value, "")
    if name == "company_id":
        return queries.card(session, actor, value).name if value else ""
    if name == "locale":
        return LOCALE_NAMES.get(str(value), str(value))
    return str(value)


def _joined(actor: Actor, record: Record) -> list[Kept]:
    lists = {
        "emails": [line.address for line in record.emails],
        "phones": [line.number for line in record.phones],
        "addresses": [
            ", ".join(filter(None, (line.street, f"{line.postal_code} {line.city}".strip())))
            for line in record.addresses
        ],
        "tags": list(record.tags),
    }
    return [
        Kept(translate(actor.locale, FIELD_NAMES[name]), items)
        for name, items in lists.items()
        if items
    ]
