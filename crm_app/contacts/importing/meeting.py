"""Whom a row of a file means, and what becomes of it: one rule for the dry run and the import. Pure.

Somebody is known who has one of the row's e-mail addresses, or its number and its name, or who is a
company of that name; of several the oldest (CON-2). What a row has is never taken as proof that
something is gone: lists only grow, and an empty cell changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from crm_app.contacts import matching
from crm_app.contacts.fields import ContactFields
from crm_app.contacts.importing.choices import Choices, Known
from crm_app.contacts.importing.drafts import Draft, Trouble, preferring
from crm_app.contacts.names import folded
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind, RowOutcome

KNOWN = N_("{name} is here already.")
SAME_FILE = N_("The same as row {row} of this file.")
NOTHING_NEW = N_("{name} is here already, and this row says nothing new.")
NOT_YOURS = N_(
    "{name} is here already and belongs to somebody else, so you may not change the record."
)
NO_SUCH_OWNER = N_("Nobody here is called {name}. Choose what to do with the column of owners.")
# As ``company_id``: a company of that name has to be made first.
NEW_COMPANY = -1


@dataclass(frozen=True, slots=True)
class Keys:
    """What a contact is recognised by. ``numbers`` are pairs of a number's form and a folded name."""

    emails: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    company: str = ""


@dataclass(slots=True)
class Register:
    """Who is known by what. Ids of contacts that a dry run only pretends to make are negative.

    ``employers`` are the companies that a name means without a doubt, ``team`` the users by folded
    name and by the key of their address.
    """

    emails: dict[str, int] = field(default_factory=dict)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)
    employers: dict[str, int] = field(default_factory=dict)
    team: Mapping[str, int] = field(default_factory=dict)

    def find(self, keys: Keys) -> int | None:
        """Whom the keys mean: by address, else by number and name, else by a company's name."""
        for email in keys.emails:
            if email in self.emails:
                return self.emails[email]
        for number in keys.numbers:
            if number in self.numbers:
                return self.numbers[number]
        return self.companies.get(keys.company) if keys.company else None

    def note(self, keys: Keys, contact_id: int) -> None:
        """From now on these keys mean the contact, where they meant nobody."""
        for email in keys.emails:
            self.emails.setdefault(email, contact_id)
        for number in keys.numbers:
            self.numbers.setdefault(number, contact_id)
        if keys.company:
            self.companies.setdefault(keys.company, contact_id)
            self.employers.setdefault(keys.company, contact_id)

    def learn(self, other: "Register") -> None:
        """Take over what ``other`` knows, except where something is known already."""
        for mine, theirs in (
            (self.emails, other.emails),
            (self.companies, other.companies),
            (self.employers, other.employers),
        ):
            for key, contact_id in theirs.items():
                mine.setdefault(key, contact_id)
        for number, contact_id in other.numbers.items():
            self.numbers.setdefault(number, contact_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """A contact as it is now. ``row``: it comes from that row of the same file. ``bare``: a company of
    which there is no more than the name, made because a row of the file named it."""

    id: int
    fields: ContactFields
    may_change: bool = True
    row: int = 0
    bare: bool = False

    @property
    def name(self) -> str:
        """How it is called."""
        return self.fields.get("name", "")


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row. ``fields`` is what is made or changed."""

    outcome: RowOutcome
    fields: ContactFields = field(default_factory=lambda: cast(ContactFields, {}))
    met: Standing | None = None
    why: Trouble | None = None


def keys_of(fields: ContactFields) -> Keys:
    """What a contact with ``fields`` (checked) is recognised by."""
    name = folded(fields.get("name", ""))
    company = fields.get("kind") is ContactKind.COMPANY
    numbers = (phone.e164 or phone.number for phone in fields.get("phones", []))
    return Keys(
        emails=tuple(email.key for email in fields.get("emails", [])),
        numbers=tuple((number, name) for number in numbers) if name else (),
        company=name if company else "",
    )


def meant(draft: Draft, kind: ContactKind) -> Keys:
    """What the contact of a row is recognised by, which is of ``kind`` unless the row says otherwise."""
    return keys_of(preferring(draft, kind).fields) if draft.trouble is None else Keys()


def weighed(
    draft: Draft, register: Register, standing: Callable[[int], Standing | None], choices: Choices
) -> Decision:
    """What becomes of ``draft``; ``standing`` gives the contact behind an id of the register.

    A company that has to be made for it is ``NEW_COMPANY`` as ``company_id``.
    """
    if draft.trouble is None:
        draft = _owned(_employed(draft, register, choices), register)
    fields = draft.fields
    tags = _joined(fields.get("tags", []), choices.tags, folded)
    if tags and draft.trouble is None:
        draft = replace(draft, fields={**fields, "tags": tags})
    found = register.find(meant(draft, choices.kind))
    return decided(draft, standing(found) if found is not None else None, choices.known)


def _employed(draft: Draft, register: Register, choices: Choices) -> Draft:
    """With the company that the row names, if it is one without a doubt."""
    if not draft.company:
        return draft
    name = folded(draft.company)
    company_id = register.employers.get(name)
    if company_id is None and choices.companies and name not in register.companies:
        company_id = NEW_COMPANY
    fields: ContactFields = {**draft.fields}
    if company_id is not None:
        fields["company_id"] = company_id
    else:
        fields["custom"] = {**fields.get("custom", {}), "organization": draft.company}
    return replace(draft, fields=fields)


def _owned(draft: Draft, register: Register) -> Draft:
    if not draft.owner:
        return draft
    owner_id = register.team.get(folded(draft.owner))
    if owner_id is None:
        return replace(draft, trouble=Trouble(NO_SUCH_OWNER, {"name": draft.owner}))
    return replace(draft, fields={**draft.fields, "owner_id": owner_id})


def decided(draft: Draft, met: Standing | None, known: Known) -> Decision:
    """What becomes of ``draft`` when its contact is ``met``, or nobody is."""
    if draft.trouble is not None:
        return Decision(RowOutcome.REFUSED, met=met, why=draft.trouble)
    if met is not None and met.bare:
        # Its own row comes behind that of somebody who works there.
        known = Known.FILL
    if met is None or known is Known.ANYWAY:
        return Decision(RowOutcome.MADE, draft.fields)
    if known is Known.SKIP:
        return Decision(RowOutcome.SKIPPED, met=met, why=_told(met))
    news = gaps(met.fields, draft.fields) if known is Known.FILL else wins(met.fields, draft.fields)
    if not news:
        why = _told(met) if met.row else Trouble(NOTHING_NEW, {"name": met.name})
        return Decision(RowOutcome.SKIPPED, met=met, why=why)
    if not met.may_change:
        return Decision(RowOutcome.REFUSED, met=met, why=Trouble(NOT_YOURS, {"name": met.name}))
    return Decision(RowOutcome.UPDATED, news, met=met)


def _told(met: Standing) -> Trouble:
    if met.row:
        return Trouble(SAME_FILE, {"row": str(met.row)})
    return Trouble(KNOWN, {"name": met.name})


def gaps(has: ContactFields, given: ContactFields) -> ContactFields:
    """What is given and missing: empty fields are filled, lists get the lines that they lack."""
    news: dict[str, Any] = {}
    for name, value in _single(given):
        if not has.get(name) and (name not in _NAMES or _nameless(has)):
            news[name] = value
    for name, key in _LISTS.items():
        lines = _joined(_of(has, name), _of(given, name), key)
        if len(lines) > len(_of(has, name)):
            news[name] = lines
    own = {**given.get("custom", {}), **_worth(has.get("custom", {}))}
    if own != has.get("custom", {}):
        news["custom"] = own
    return _with_silence(news, has, given)


def wins(has: ContactFields, given: ContactFields) -> ContactFields:
    """What is given and differs: it takes the place of what is there. Lines of lists stand first, and
    those that the file does not know stay behind them."""
    news: dict[str, Any] = {name: value for name, value in _single(given) if has.get(name) != value}
    for name, key in _LISTS.items():
        lines = _joined(_of(given, name), _of(has, name), key)
        if given.get(name) and lines != _of(has, name):
            news[name] = lines
    own = {**has.get("custom", {}), **given.get("custom", {})}
    if own != has.get("custom", {}):
        news["custom"] = own
    return _with_silence(news, has, given)


def after(has: ContactFields, news: ContactFields) -> ContactFields:
    """The fields once ``news`` were written."""
    return {**has, **news}


_NAMES = frozenset({"name", "first_name", "last_name"})
_SINGLE = (
    "kind",
    "name",
    "first_name",
    "last_name",
    "company_id",
    "owner_id",
    "time_zone",
    "locale",
    "note",
)
_LISTS: dict[str, Callable[[Any], object]] = {
    "emails": lambda email: email.key,
    "phones": lambda phone: phone.e164 or phone.number,
    "addresses": lambda place: (
        folded(place.street),
        folded(place.postal_code),
        folded(place.city),
    ),
    "tags": folded,
}


def _single(given: ContactFields) -> list[tuple[str, Any]]:
    values: Mapping[str, Any] = given
    return [(name, values[name]) for name in _SINGLE if values.get(name)]


def _of(has: ContactFields, name: str) -> list[Any]:
    values: Mapping[str, Any] = has
    return list(values.get(name, ()))


def _joined(first: Iterable[Any], second: Iterable[Any], key: Callable[[Any], object]) -> list[Any]:
    """Both lists, without lines of the second that the first has."""
    kept: dict[object, Any] = {}
    for each in (*first, *second):
        kept.setdefault(key(each), each)
    return list(kept.values())


def _worth(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _nameless(has: ContactFields) -> bool:
    """A contact that came with an address only is called by it."""
    name = has.get("name", "")
    return not name or matching.is_email(name)


def _with_silence(news: dict[str, Any], has: ContactFields, given: ContactFields) -> ContactFields:
    """Whoever wants no messages is asked for once: a file can add that, and never take it away."""
    before = has.get("do_not_disturb", [])
    added = [channel for channel in given.get("do_not_disturb", []) if channel not in before]
    if added:
        news["do_not_disturb"] = [*before, *added]
    return cast(ContactFields, news)
