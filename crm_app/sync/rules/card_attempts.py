"""What became of a write to an entry whose answer was lost. Pure.

A write reaches a service whole or not at all. Whether it did is read off the entry as it is found
later: somebody may have changed it since, and the service may keep less than was sent.
"""

import re

from crm_app.contacts.names import folded
from crm_app.providers.address_book_port import CardAddress, CardEmail, CardPhone
from crm_app.sync.rules.card_merge import Details

# Numbers that a service writes with or without their country end alike.
_SUBSCRIBER = 7


def arrived(before: Details, sent: Details, found: Details) -> bool:
    """Whether what was ``sent`` to an entry that said ``before`` is behind what is ``found``."""
    old, new, there = _lines(before), _lines(sent), _lines(found)
    added, removed = new - old, old - new
    if removed & there:
        return False
    if added or removed:
        return bool(added & there) or not added
    return (sent.emails, sent.phones, sent.addresses, sent.names) == (
        found.emails,
        found.phones,
        found.addresses,
        found.names,
    )


def shared(sent: Details, found: Details) -> Details:
    """The lines of ``found`` that were ``sent``: what was added to it since is none of them, and what
    is not there was not kept."""
    known = _lines(sent)
    return Details(
        emails=tuple(line for line in found.emails if _email(line) in known),
        phones=tuple(line for line in found.phones if _phone(line) in known),
        addresses=tuple(line for line in found.addresses if _address(line) in known),
        names=found.names,
    )


def _lines(details: Details) -> set[tuple[str, str]]:
    """Each line by what it is compared by."""
    return (
        {_email(line) for line in details.emails}
        | {_phone(line) for line in details.phones}
        | {_address(line) for line in details.addresses}
    )


def _email(line: CardEmail) -> tuple[str, str]:
    return "email", folded(line.address)


def _phone(line: CardPhone) -> tuple[str, str]:
    digits = re.sub(r"\D", "", line.number)
    return "phone", digits[-_SUBSCRIBER:] or folded(line.number)


def _address(line: CardAddress) -> tuple[str, str]:
    parts = (line.street, line.postal_code, line.city, line.region, line.country)
    return "address", " ".join(sorted(re.findall(r"\w+", folded(" ".join(parts)))))
