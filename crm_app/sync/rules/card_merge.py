"""What a contact and its entry in an address book say, brought in step field by field (SCT-7). Pure.

E-mail addresses, numbers and postal addresses travel both ways (``line_merge``). Names only go out:
what somebody calls a contact in his phone is his own affair, so they go out when they changed here
and the entry is called as we called it. Notes never travel. What a merge gives becomes the base of
the next one: ``ours`` as the contact then is, ``theirs`` as the service then keeps the entry.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from crm_app.contacts import matching
from crm_app.contacts.names import cleaned, folded, full
from crm_app.providers.address_book_port import (
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.sync.rules import line_merge
from crm_app.sync.rules.line_merge import Manner

# Numbers that a service writes with or without their country end alike.
_SUBSCRIBER = 7
_LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Details:
    """What of a contact or an entry takes part. ``names`` None: nothing is said of them."""

    emails: tuple[CardEmail, ...] = ()
    phones: tuple[CardPhone, ...] = ()
    addresses: tuple[CardAddress, ...] = ()
    names: WantedNames | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """What both sides are to say. What equals the side as it is needs no write."""

    ours: Details
    theirs: Details


def details_of(card: Card) -> Details:
    """What of an entry takes part."""
    names = WantedNames(
        name=card.name,
        kind=card.kind,
        first_name=card.first_name,
        last_name=card.last_name,
        organization=card.organization,
    )
    return Details(card.emails, card.phones, card.addresses, names)


def as_json(details: Details) -> dict[str, Any]:
    """Details as a link stores them."""
    return asdict(details)


def from_json(stored: Mapping[str, Any]) -> Details:
    """Details that were stored."""
    names = stored.get("names")
    return Details(
        emails=tuple(CardEmail(**each) for each in stored.get("emails", ())),
        phones=tuple(CardPhone(**each) for each in stored.get("phones", ())),
        addresses=tuple(CardAddress(**each) for each in stored.get("addresses", ())),
        names=WantedNames(**{**names, "kind": CardKind(names["kind"])}) if names else None,
    )


def merge(
    ours: Details,
    theirs: Details,
    ours_before: Details | None,
    theirs_before: Details | None,
    *,
    take_in: bool = True,
    region: str | None = None,
) -> Merged:
    """Both sides in step again.

    ``…_before`` are both sides as they were last in step; None when a contact and an entry that were
    there meet for the first time: then nothing is removed, and ours stands first. Without
    ``take_in`` nothing comes in. ``region`` (ISO 3166) is the country of numbers without one.
    """
    before = None
    if ours_before is not None and theirs_before is not None:
        before = (ours_before, theirs_before)
    emails = line_merge.merge(
        ours.emails,
        theirs.emails,
        before and (before[0].emails, before[1].emails),
        _EMAILS,
        take_in=take_in,
    )
    phones = line_merge.merge(
        ours.phones,
        theirs.phones,
        before and (before[0].phones, before[1].phones),
        _phones_of(region),
        take_in=take_in,
    )
    addresses = line_merge.merge(
        ours.addresses,
        theirs.addresses,
        before and (before[0].addresses, before[1].addresses),
        _ADDRESSES,
        take_in=take_in,
    )
    names = theirs.names
    if before is not None and ours.names and theirs.names and before[0].names and before[1].names:
        names = _names(ours.names, theirs.names, before[0].names, before[1].names)
    return Merged(
        Details(emails[0], phones[0], addresses[0], ours.names),
        Details(emails[1], phones[1], addresses[1], names),
    )


def wanted(now: Details | None, then: Details) -> Wanted | None:
    """What to write so that an entry that says ``now`` (None: there is none yet) says ``then``; None
    when there is nothing to write."""
    if now is None:
        return Wanted(then.names, then.emails, then.phones, then.addresses)
    if now == then:
        return None
    return Wanted(
        names=then.names if then.names != now.names else None,
        emails=then.emails if then.emails != now.emails else None,
        phones=then.phones if then.phones != now.phones else None,
        addresses=then.addresses if then.addresses != now.addresses else None,
    )


def _names(
    ours: WantedNames, theirs: WantedNames, ours_before: WantedNames, theirs_before: WantedNames
) -> WantedNames:
    """The entry's names: ours where they changed here, and the entry was and is called as we did."""
    then = theirs
    if (
        _call(ours) != _call(ours_before)
        and _call(theirs) == _call(theirs_before)
        and _spoken(theirs_before) & _spoken(ours_before)
    ):
        then = replace(ours, organization=theirs.organization)
    if (
        ours.organization != ours_before.organization
        and theirs.organization == theirs_before.organization
        and folded(theirs_before.organization) == folded(ours_before.organization)
    ):
        then = replace(then, organization=ours.organization)
    return then


def _call(names: WantedNames) -> tuple[str, str, str, CardKind]:
    return names.name, names.first_name, names.last_name, names.kind


def _spoken(names: WantedNames) -> set[str]:
    """The ways to say who it is."""
    ways = {folded(names.name), folded(full(names.first_name, names.last_name))}
    return ways - {""}


def _email_key(line: CardEmail) -> str:
    try:
        return matching.email_key(line.address)
    except ValueError:
        return folded(line.address)


def _kept_email(line: CardEmail) -> CardEmail | None:
    address = cleaned(line.address, longest=320)
    if not matching.is_email(address):
        return None
    return CardEmail(address, cleaned(line.label, longest=_LONGEST_LABEL))


def _never(_mine: object, _other: object) -> bool:
    return False


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _kept_phone(line: CardPhone) -> CardPhone | None:
    number = cleaned(line.number, longest=60)
    if len(_digits(number)) < 3:
        return None
    return CardPhone(number, cleaned(line.label, longest=_LONGEST_LABEL))


def _same_subscriber(mine: CardPhone, other: CardPhone) -> bool:
    ends = [_digits(line.number)[-_SUBSCRIBER:] for line in (mine, other)]
    return ends[0] == ends[1] and len(ends[0]) == _SUBSCRIBER


def _phones_of(region: str | None) -> Manner[CardPhone]:
    def key(line: CardPhone) -> str:
        form = matching.e164(line.number, region=region)
        return form or _digits(line.number) or folded(line.number)

    return Manner(key, _kept_phone, _same_subscriber)


def _words(line: CardAddress) -> list[str]:
    parts = (line.street, line.postal_code, line.city, line.region, line.country)
    return re.findall(r"\w+", folded(" ".join(parts)))


def _kept_address(line: CardAddress) -> CardAddress | None:
    parts = {name: cleaned(getattr(line, name)) for name in CardAddress.__slots__}
    kept = CardAddress(**parts)
    return None if kept.empty else kept


def _mostly_same(mine: CardAddress, other: CardAddress) -> bool:
    here, there = set(_words(mine)), set(_words(other))
    return len(here & there) * 2 > max(len(here), len(there))


_EMAILS = Manner(_email_key, _kept_email, _never)
_ADDRESSES: Manner[CardAddress] = Manner(
    lambda line: " ".join(_words(line)), _kept_address, _mostly_same
)
