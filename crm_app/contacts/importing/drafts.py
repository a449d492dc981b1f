"""What a row of a file says about a contact: a draft of its fields, or why nobody can keep it. Pure.

Only what is filled in is in a draft, so that an empty cell never empties a field. A refused row names
the column and the text in it, in words for people.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from crm_app.contacts import matching
from crm_app.contacts.fields import CHANNELS, Address, ContactFields, Email, Phone, checked, named
from crm_app.contacts.importing.columns import CUSTOM, LABEL, LEFT_OUT, PLACE
from crm_app.contacts.importing.table import Row
from crm_app.contacts.names import cleaned, folded
from crm_app.core.errors import Invalid
from crm_app.core.i18n import LOCALE_NAMES, LOCALES, N_
from crm_app.core.kinds import ContactKind
from crm_app.providers.address_book_port import Card, CardKind

BROKEN = N_("The quotes in this row do not match, so its cells cannot be told apart.")
TOO_WIDE = N_("This row has more cells than there are columns. A quote may be missing.")
NAMELESS = N_("There is neither a name nor an e-mail address.")
IN_COLUMN = N_("{column}: “{value}”. {problem}")
NO_KIND = N_("Write company, contact or lead.")

_NOTHING = frozenset(
    {"-", "--", "—", "n/a", "na", "none", "null", "nil", "k.a.", "k. a.", "brak", "nd", "n.d.", "?"}
)
# Each is found in one pass over a cell, however long it is and whatever somebody put in it.
_SPACED = re.compile(r":::|[;,|\s]")
_LISTED = re.compile(r":::|[;,|\n]")
_ADDRESS = re.compile(r"<([^<>]*)>")
_NO_NAME = re.compile(r"\"[^\"<]*\"|[;,|\n<\"]")
_YES = frozenset(
    {"yes", "y", "true", "1", "x", "ja", "j", "wahr", "tak", "t", "prawda", "si", "s", "vero", "on"}
)
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch", "nie", "falszywe", "falso", "off"})
_KINDS: dict[str, ContactKind] = {
    word: kind
    for kind, words in {
        ContactKind.COMPANY: "company companies organization organisation business firma firmy unternehmen "
        "organizacja azienda societa organizzazione account",
        ContactKind.CONTACT: "contact contacts person people kontakt person osoba kontaktowa contatto persona "
        "customer client kunde klient cliente",
        ContactKind.LEAD: "lead leads prospect interessent potencjalny",
    }.items()
    for word in words.split()
}
_OF_KIND = {"osoba kontaktowa": ContactKind.CONTACT}
_LANGUAGES = {
    **{locale: locale for locale in LOCALES},
    **{folded(name): locale for locale, name in LOCALE_NAMES.items()},
    "german": "de", "deutsch": "de", "niemiecki": "de", "tedesco": "de",
    "english": "en", "englisch": "en", "angielski": "en", "inglese": "en",
    "polish": "pl", "polnisch": "pl", "polski": "pl", "polacco": "pl",
    "italian": "it", "italienisch": "it", "wloski": "it", "italiano": "it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a row is refused: a message id with what fills it."""

    message: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row says. ``company`` and ``owner`` are names that somebody has to be found by."""

    number: int
    fields: ContactFields = field(default_factory=lambda: cast(ContactFields, {}))
    company: str = ""
    owner: str = ""
    trouble: Trouble | None = None

    @property
    def title(self) -> str:
        """How the row is called where it is listed."""
        emails = self.fields.get("emails", [])
        return self.fields.get("name") or (emails[0].address if emails else "")


def of_row(
    row: Row, targets: Sequence[str], headings: Sequence[str], *, region: str | None = None
) -> Draft:
    """The draft that a row of a table makes, each of whose columns has a target.

    ``region`` is the country (ISO 3166) of numbers that are written without one.
    """
    if row.broken:
        return Draft(row.number, trouble=Trouble(BROKEN))
    if any(cell.strip() for cell in row.cells[len(targets) :]):
        return Draft(row.number, trouble=Trouble(TOO_WIDE))
    gathered = _Gathered()
    for place, (target, cell) in enumerate(zip(targets, row.cells, strict=False)):
        if target != LEFT_OUT:
            gathered.take(target, _worth(cell), place)
    return _finished(row.number, gathered, headings, row.cells, region)


def of_card(number: int, card: Card, *, region: str | None = None) -> Draft:
    """The draft that an entry of an address book makes."""
    company = card.kind is CardKind.COMPANY
    fields: dict[str, Any] = {
        "name": card.name,
        "first_name": "" if company else card.first_name,
        "last_name": "" if company else card.last_name,
        "emails": [Email(each.address, each.label) for each in card.emails],
        "phones": [Phone(each.number, each.label) for each in card.phones],
        "addresses": [
            Address(e.street, e.postal_code, e.city, e.region, e.country, e.label)
            for e in card.addresses
        ],
        "tags": list(card.labels),
        "note": card.note,
    }
    if company:
        fields["kind"] = ContactKind.COMPANY
    kept = cast(ContactFields, {name: value for name, value in fields.items() if value})
    return _checked(number, kept, "" if company else card.organization, "", {}, region)


class _Gathered:
    """The cells of a row on their way into fields, and which column each line of a list came from."""

    def __init__(self) -> None:
        self.single: dict[str, str] = {}
        self.emails: list[tuple[Email, int]] = []
        self.phones: list[tuple[Phone, int]] = []
        self.places: dict[str, dict[str, str]] = {}
        self.tags: list[str] = []
        self.notes: list[str] = []
        self.custom: dict[str, str] = {}
        self.columns: dict[str, int] = {}
        self.label = ""

    def take(self, target: str, text: str, place: int) -> None:
        part, _, which = target.partition("/")
        if part == LABEL:
            self.label = _label(text)
            return
        if not text:
            return
        label = ("" if which == "2" else which) or self.label
        if part == "email":
            for one in _parts(_SPACED, _bare(text)):
                self.emails.append((Email(one, label), place))
        elif part == "phone":
            kind = "work fax" if label == "fax" else label
            for one in _parts(_LISTED, text):
                self.phones.append((Phone(one, kind), place))
        elif part in PLACE:
            self.places.setdefault(which, {"label": label})[part] = text
        elif part == "tags":
            self.tags += [tag.removeprefix("* ") for tag in _parts(_LISTED, text)]
        elif part == "note":
            self.notes.append(text)
        elif part == CUSTOM:
            self.custom[which] = text
        else:
            self.single[part], self.columns[part] = text, place


def _finished(
    number: int,
    gathered: _Gathered,
    headings: Sequence[str],
    cells: Sequence[str],
    region: str | None,
) -> Draft:
    fields, trouble = _fields(gathered)
    where = dict(gathered.columns)
    where |= {f"emails.{i}": place for i, (_, place) in enumerate(gathered.emails)}
    where |= {f"phones.{i}": place for i, (_, place) in enumerate(gathered.phones)}
    said = {name: (_heading(headings, place), cells[place]) for name, place in where.items()}
    if trouble is not None:
        name, problem = trouble
        return Draft(number, fields, trouble=_at(said, name, problem))
    single = gathered.single
    return _checked(
        number, fields, single.get("company", ""), single.get("owner", ""), said, region
    )


def _fields(gathered: _Gathered) -> tuple[ContactFields, tuple[str, str] | None]:
    """The fields that were filled in, and the first of the closed lists that a cell does not know."""
    single, custom = gathered.single, dict(gathered.custom)
    fields: dict[str, Any] = {
        name: single[name]
        for name in ("name", "first_name", "last_name", "time_zone")
        if name in single
    }
    if "kind" in single:
        kind = _kind(single["kind"])
        if kind is None:
            return cast(ContactFields, fields), ("kind", NO_KIND)
        fields["kind"] = kind
    if "locale" in single:
        locale = _locale(single["locale"])
        if locale:
            fields["locale"] = locale
        else:
            # Tandem does not speak it, but somebody may want to know.
            custom["language"] = single["locale"]
    if "do_not_disturb" in single:
        channels = _channels(single["do_not_disturb"])
        if channels:
            fields["do_not_disturb"] = channels
    lists = {
        "emails": [email for email, _ in gathered.emails],
        "phones": [phone for phone, _ in gathered.phones],
        "addresses": [Address(**parts) for parts in gathered.places.values()],
        "tags": gathered.tags,
        "note": "\n\n".join(gathered.notes),
        "custom": custom,
    }
    return cast(ContactFields, fields | {name: v for name, v in lists.items() if v}), None


def _checked(
    number: int,
    fields: ContactFields,
    company: str,
    owner: str,
    said: Mapping[str, tuple[str, str]],
    region: str | None,
) -> Draft:
    """The draft with clean values, or with the first thing that is wrong."""
    company = cleaned(company)
    # A number without a country is one of where the contact lives, else of where the team is.
    home = matching.region_of(fields.get("time_zone", "")) or region
    try:
        clean = checked(fields, region=home)
    except Invalid as error:
        name, problem = next(iter(error.fields.items()))
        return Draft(number, fields, company, owner, _at(said, name, problem))
    clean, company = _as_company(clean, company)
    kind = clean.get("kind", ContactKind.LEAD)
    clean = named(clean, kind)
    if not clean.get("name") and not clean.get("emails"):
        return Draft(number, clean, company, owner, Trouble(NAMELESS))
    return Draft(number, clean, company, cleaned(owner))


def _as_company(fields: ContactFields, company: str) -> tuple[ContactFields, str]:
    """A row that gives nothing but a company's name is that company."""
    person = fields.get("name") or fields.get("first_name") or fields.get("last_name")
    kind = fields.get("kind")
    if company and not person and kind in (None, ContactKind.COMPANY):
        return {**fields, "kind": ContactKind.COMPANY, "name": company}, ""
    if kind is ContactKind.COMPANY:
        return fields, "" if folded(company) == folded(fields.get("name", "")) else company
    return fields, company


def _at(said: Mapping[str, tuple[str, str]], name: str, problem: str) -> Trouble:
    if name not in said:
        return Trouble(problem)
    column, value = said[name]
    return Trouble(IN_COLUMN, {"column": column, "value": value[:80], "problem": problem})


def _heading(headings: Sequence[str], place: int) -> str:
    given = headings[place] if place < len(headings) else ""
    return given or letters(place)


def letters(place: int) -> str:
    """What a spreadsheet calls a column: A, B … Z, AA."""
    name, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        name = chr(65 + letter) + name
    return name


def _worth(cell: str) -> str:
    """A cell's text; people fill empty ones with dashes."""
    text = cell.strip()
    return "" if text.casefold() in _NOTHING else text


def _bare(text: str) -> str:
    """Addresses without the names before them: "Anna <anna@x.example>"."""
    pieces, end = list[str](), 0
    for found in _ADDRESS.finditer(text):
        if "@" in found.group(1)[1:-1]:
            pieces += (_without_name(text[end : found.start()]), found.group(1))
            end = found.end()
    return "".join((*pieces, text[end:]))


def _without_name(text: str) -> str:
    """What stands before an address without the name at its end; in quotes a name may hold a comma."""
    ends = [found.end() for found in _NO_NAME.finditer(text) if len(found.group()) == 1]
    return text[: ends[-1]] if ends else ""


def _parts(pattern: re.Pattern[str], text: str) -> list[str]:
    """The parts of a cell that holds several, without empty ones."""
    return [part for each in pattern.split(text) if (part := each.strip())]


def _label(text: str) -> str:
    return cleaned(text.removeprefix("* "), longest=40).lower()


def _kind(text: str) -> ContactKind | None:
    words = folded(text)
    return _OF_KIND.get(words) or _KINDS.get(words)


def _locale(text: str) -> str:
    word = folded(text).replace("_", "-")
    return _LANGUAGES.get(word, "") or _LANGUAGES.get(word.partition("-")[0], "")


def _channels(text: str) -> list[str]:
    words = [folded(word) for word in _parts(_LISTED, text)]
    if any(word in _YES for word in words):
        return list(CHANNELS)
    known = {
        "e mail": "email",
        "e-mail": "email",
        "mail": "email",
        "phone": "call",
        "telefon": "call",
    }
    wanted = {known.get(word, word) for word in words if word not in _NO}
    return [channel for channel in CHANNELS if channel in wanted]


def preferring(draft: Draft, kind: ContactKind) -> Draft:
    """The draft as one of ``kind``, unless the row says what it is."""
    if "kind" in draft.fields or draft.trouble is not None:
        return draft
    fields: ContactFields = {**draft.fields, "kind": kind}
    if kind is ContactKind.COMPANY:
        fields |= {"first_name": "", "last_name": ""}
    return replace(draft, fields=fields)
