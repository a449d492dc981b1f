"""What the account's owner does on Google's own page for contacts, behind our back."""

from typing import Any

from tests.servers.google.people_store import GooglePeople, source_id

Json = dict[str, Any]


def put(book: GooglePeople, name: str, **fields: Any) -> str:
    """A contact with the resource name ``people/{name}``, new or with other fields; that name.

    Names are ``c`` and the entry's number. Fields are those of ``Person``; an empty list removes one.
    """
    full = f"people/{name}"
    present = book.people.get(full)
    source = source_id(present) if present else f"{int(name.removeprefix('c')):x}"
    book.keep(full, source, {**_said(present or {}), **fields})
    return full


def edit(book: GooglePeople, name: str, **fields: Any) -> None:
    """Change fields of the contact with that resource name."""
    present = book.get(name)
    book.keep(name, source_id(present), {**_said(present), **fields})


def rename(book: GooglePeople, old: str, new: str, *, leaves_a_trace: bool = False) -> None:
    """The person turns out to be one with a profile, and gets its name; with a trace, lists say of
    the old name that it was deleted."""
    present = book.get(old)
    if leaves_a_trace:
        book.delete(old)
    else:
        book.forget(old)
    book.keep(new, source_id(present), _said(present))
    book.former.setdefault(new, []).append((book.revision, old))


def label(book: GooglePeople, name: str, *labels: str) -> None:
    """Put the contact under these labels and no others; they are made if there are none."""
    known = {shown: group for group, shown in book.groups.items()}
    for shown in labels:
        if shown not in known:
            known[shown] = f"contactGroups/{len(book.groups) + 1:x}f"
            book.groups[known[shown]] = shown
    names = ["contactGroups/myContacts", *(known[shown] for shown in labels)]
    members = [{"contactGroupMembership": {"contactGroupResourceName": each}} for each in names]
    edit(book, name, memberships=members)


def expire_tokens(book: GooglePeople) -> None:
    """No token given out so far is good any more."""
    book.clock += 1
    book.oldest = book.clock


def seed(book: GooglePeople, count: int) -> None:
    """``count`` contacts from ``people/c1000000`` on: people mostly, every tenth a company, every
    fifth under a label."""
    book.groups["contactGroups/seeded"] = "Customers"
    mine, seeded = (
        {"contactGroupMembership": {"contactGroupResourceName": f"contactGroups/{each}"}}
        for each in ("myContacts", "seeded")
    )
    for number in range(count):
        person = {} if number % 10 == 0 else {"names": [_name(number)]}
        put(
            book,
            f"c{1_000_000 + number}",
            **person,
            organizations=[{"name": f"Seeded Works {number % 500}", "title": "Buyer"}],
            emailAddresses=[
                {"value": f"person{number}@seeded.example", "type": "work"},
                {"value": f"private{number}@seeded.example", "type": "home"},
            ],
            phoneNumbers=[{"value": f"+49 228 {number:07}", "type": "mobile"}],
            addresses=[
                {
                    "streetAddress": f"Main Street {number % 200}",
                    "postalCode": "53111",
                    "city": "Bonn",
                    "country": "Germany",
                    "type": "work",
                }
            ],
            biographies=[{"value": "Met at the fair.", "contentType": "TEXT_PLAIN"}],
            memberships=[mine, seeded] if number % 5 == 0 else [mine],
        )


def _name(number: int) -> Json:
    return {"givenName": "Ann", "familyName": f"Seeded{number:06}"}


def _said(person: Json) -> Json:
    return {
        name: value for name, value in person.items() if isinstance(value, list) and name != "etag"
    }
