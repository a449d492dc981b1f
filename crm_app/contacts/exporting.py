"""Contacts that leave as a file: all, what a view finds, or those that somebody chose (CON-3).

What is wanted lies in the address of the file, so that a link is all that a page needs. Whoever opens it
gets what he himself may see, asked page by page while the file is on its way.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, SQLModel, col, select

from crm_app.accounts import audit
from crm_app.contacts import search, sheet
from crm_app.contacts.conditions import conditions
from crm_app.contacts.filters import Filters, parse
from crm_app.contacts.visibility import listed_contacts
from crm_app.contacts.whole import Whole, whole
from crm_app.core import spreadsheet
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.ids import is_id
from crm_app.models import Contact, ContactAddress, ContactEmail, ContactPhone
from crm_app.providers.vcard.files import write_file

CSV, VCARD = "csv", "vcf"
PATH = "/contacts/export"
MOST_IDS = 5_000
_AT_ONCE = 200
_LONGEST_ADDRESS = 60_000
Reading = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contacts: those with ``ids``, or all that fit ``filters``, in the list's order ``sort``."""

    ids: tuple[int, ...] | None = None
    filters: Filters | None = None
    sort: str = search.Sort.NAME.value


def wanted_of(raw: Any) -> Wanted:
    """What is wanted from JSON: ``{"ids": [...]}``, or ``{"filters": {...}, "sort": "name"}`` as a saved
    view keeps it; anything else is all contacts."""
    given: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    ids = given.get("ids")
    if isinstance(ids, list | tuple):
        whole_ids = [each for each in ids if type(each) is int and is_id(each)]
        return Wanted(ids=tuple(sorted(set(whole_ids)))[:MOST_IDS])
    sort = given.get("sort")
    known = isinstance(sort, str) and sort in set(search.Sort)
    return Wanted(
        filters=parse(given.get("filters")), sort=str(sort) if known else search.Sort.NAME.value
    )


def address(actor: Actor, wanted: Mapping[str, Any], *, form: str = CSV) -> str:
    """Where the file is that holds what is ``wanted`` (see ``wanted_of``); ``form`` CSV or VCARD.

    A path of this server. Each user gets what he may see under it, so nothing in it is a secret.
    """
    actor.require_user()
    asked = wanted_of(wanted)
    plain: dict[str, Any] = (
        {"ids": _steps(asked.ids)}
        if asked.ids is not None
        else {"filters": dict(asked.filters or {}), "sort": asked.sort}
    )
    if not plain.get("filters") and plain.get("sort") == search.Sort.NAME.value:
        return f"{PATH}.{form}"
    packed = zlib.compress(json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode(), 9)
    return f"{PATH}.{form}?" + urlencode(
        {"of": base64.urlsafe_b64encode(packed).decode().rstrip("=")}
    )


def asked_for(text: str) -> Wanted:
    """What an address asks for; NotFound when it is none of ours."""
    if not text:
        return wanted_of({})
    try:
        packed = base64.urlsafe_b64decode(text[:_LONGEST_ADDRESS] + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj()
        plain = json.loads(unpacker.decompress(packed, 1_000_000))
    except (ValueError, binascii.Error, zlib.error, RecursionError) as error:
        raise NotFound from error
    if not isinstance(plain, dict):
        raise NotFound
    steps = plain.get("ids")
    if isinstance(steps, list) and all(type(step) is int for step in steps[:MOST_IDS]):
        return wanted_of({"ids": _from_steps(steps[:MOST_IDS])})
    return wanted_of(plain)


def _steps(ids: tuple[int, ...]) -> list[int]:
    """Rising numbers as their distances, which are short."""
    return [after - before for before, after in zip((0, *ids), ids, strict=False)]


def _from_steps(steps: Sequence[int]) -> list[int]:
    ids, last = [], 0
    for step in steps:
        last += step
        ids.append(last)
    return ids


def record(session: Session, actor: Actor, wanted: Wanted, form: str) -> None:
    """Note in the audit log that somebody takes contacts with him."""
    detail: dict[str, Any] = {"form": form}
    if wanted.ids is not None:
        detail["chosen"] = len(wanted.ids)
    audit.record(session, actor, "contacts.exported", subject_kind="contact", **detail)


def pages(reading: Reading, actor: Actor, wanted: Wanted) -> Iterator[list[sheet.Line]]:
    """The contacts, a few hundred at a time, each page read in a session of its own."""
    for found in _found(reading, actor, wanted):
        yield [_line(each) for each in found]


def table(reading: Reading, actor: Actor, wanted: Wanted, *, locale: str) -> Iterator[bytes]:
    """The contacts as a table for spreadsheets, headed in ``locale``."""
    with reading() as session:
        shape = _shape(session, actor, wanted)
    between = spreadsheet.separator(locale)
    yield spreadsheet.MARK + b"".join(
        spreadsheet.lines([sheet.head(locale, shape)], between=between)
    )
    for page in pages(reading, actor, wanted):
        rows = (sheet.row(locale, shape, line) for line in page)
        yield b"".join(spreadsheet.lines(rows, between=between))


def cards(reading: Reading, actor: Actor, wanted: Wanted) -> Iterator[bytes]:
    """The contacts as the entries of an address book (vCard 3.0, RFC 2426)."""
    for page in pages(reading, actor, wanted):
        yield write_file(sheet.as_card(line) for line in page).encode()


def _found(reading: Reading, actor: Actor, wanted: Wanted) -> Iterator[list[Whole]]:
    if wanted.ids is not None:
        for begin in range(0, len(wanted.ids), _AT_ONCE):
            with reading() as session:
                yield _ordered(session, actor, wanted.ids[begin : begin + _AT_ONCE])
        return
    after: str | None = None
    while True:
        with reading() as session:
            page = search.search(
                session,
                actor,
                sort=wanted.sort,
                after=after,
                limit=_AT_ONCE,
                **(wanted.filters or {}),
            )
            found = _ordered(session, actor, [row.id for row in page.rows])
        yield found
        after = page.next
        if after is None:
            return


def _ordered(session: Session, actor: Actor, ids: Sequence[int]) -> list[Whole]:
    """The contacts with ``ids`` that ``actor`` may see, in the order of ``ids``."""
    query = select(Contact).where(col(Contact.id).in_(ids), listed_contacts(actor))
    found = {contact.id: contact for contact in session.exec(query)}
    return whole(session, [found[each] for each in ids if each in found])


def _shape(session: Session, actor: Actor, wanted: Wanted) -> sheet.Shape:
    """How many columns the whole file needs, before its first line is written."""
    if wanted.ids is not None:
        meant = [col(Contact.id).in_(wanted.ids), listed_contacts(actor)]
    else:
        meant = conditions(actor, wanted.filters or {})
    custom: dict[str, None] = {}
    for values in session.exec(select(Contact.custom).where(*meant)):
        custom.update(dict.fromkeys(values or {}))
    return sheet.Shape(
        emails=_widest(session, ContactEmail, meant, sheet.MOST_LINES),
        phones=_widest(session, ContactPhone, meant, sheet.MOST_LINES),
        places=_widest(session, ContactAddress, meant, sheet.MOST_PLACES),
        custom=tuple(sorted(custom)),
    )


def _widest(
    session: Session, table: type[SQLModel], meant: Sequence[ColumnElement[bool]], most: int
) -> int:
    """How many lines of ``table`` one of the meant contacts has at most."""
    owner = col(getattr(table, "contact_id"))  # noqa: B009 - all three tables have it
    ids = select(Contact.id).where(*meant)
    counted = select(func.count().label("lines")).where(owner.in_(ids)).group_by(owner).subquery()
    widest = session.execute(select(func.max(counted.c.lines))).scalar()
    return sheet.widest([widest or 1], most)


def _line(each: Whole) -> sheet.Line:
    contact = each.contact
    return sheet.Line(
        name=contact.name,
        first_name=contact.first_name,
        last_name=contact.last_name,
        kind=contact.kind,
        company=each.company,
        emails=each.emails,
        phones=each.phones,
        addresses=each.addresses,
        tags=each.tags,
        owner=each.owner,
        time_zone=contact.time_zone,
        locale=contact.locale,
        do_not_disturb=contact.do_not_disturb,
        note=contact.note,
        source=contact.source,
        created_at=contact.created_at,
        changed_at=contact.changed_at,
        custom=contact.custom,
    )
