"""What a card of the queue is, by what stands in it: rules that people make (SCT-3). Pure.

The first rule that fits decides. A rule without a mark leaves the card out of the queue. A rule
never imports anything: it only says what its maker would have said by hand.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from crm_app.contacts.names import cleaned, folded
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.providers.address_book_port import Card, CardKind
from crm_app.sync.rules.patterns import domain_of

LONGEST_VALUE = 200
_EMAIL, _PHONE, _ADDRESS, _EMAIL_OR_PHONE = "email", "phone", "address", "email_or_phone"


@dataclass(frozen=True, slots=True)
class Field:
    """Something of a card that a rule can ask for.

    ``name`` and ``choices`` (value to word) are message ids. Without choices a value is typed, as in
    ``example``; ``any`` asks for nothing.
    """

    key: str
    name: str
    example: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    asks: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is asked. ``mark`` None: such cards are left out."""

    id: int
    field: str
    value: str
    mark: ContactKind | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the first rule that fits says of a card."""

    rule_id: int
    mark: ContactKind | None

    @property
    def ignored(self) -> bool:
        """Whether the card is left out of the queue."""
        return self.mark is None


FIELDS: tuple[Field, ...] = (
    Field(
        "kind",
        N_("It stands for"),
        choices={CardKind.PERSON: N_("A person"), CardKind.COMPANY: N_("A company")},
    ),
    Field("label", N_("It is in the group"), example=N_("Customers")),
    Field("email", N_("An e-mail address is at"), example="example.com"),
    Field("organization", N_("The company's name contains"), example=N_("Bakery")),
    Field("name", N_("The name contains"), example="Dr."),
    Field("note", N_("The note contains"), example=N_("lead")),
    Field(
        "without",
        N_("It has no"),
        choices={
            _EMAIL: N_("E-mail address"),
            _PHONE: N_("Phone number"),
            _ADDRESS: N_("Postal address"),
            _EMAIL_OR_PHONE: N_("E-mail address and no phone number"),
        },
    ),
    Field("any", N_("It is any card"), asks=False),
)
_BY_KEY = {each.key: each for each in FIELDS}


def verdict(card: Card, rules: Iterable[Rule]) -> Verdict | None:
    """What the first fitting rule says; None when none fits, and for groups."""
    if card.kind is CardKind.GROUP:
        return None
    for rule in rules:
        if fits(card, rule.field, rule.value):
            return Verdict(rule.id, rule.mark)
    return None


def fits(card: Card, key: str, value: str) -> bool:
    """Whether a rule's condition holds for ``card``; an unknown field fits nothing."""
    return _HOLDS[key](card, value) if key in _HOLDS else False


def checked_value(key: str, value: str) -> str | None:
    """``value`` as a rule keeps it; None when nothing could ever fit."""
    known = _BY_KEY.get(key)
    if known is None:
        return None
    if not known.asks:
        return ""
    if known.choices:
        return value if value in known.choices else None
    if key == "email":
        return _domain(value)
    text = cleaned(value, longest=LONGEST_VALUE)
    return text if folded(text) else None


def _domain(typed: str) -> str | None:
    try:
        return domain_of(typed.strip().rpartition("@")[2])
    except Invalid:
        return None


def _belongs(card: Card, domain: str) -> bool:
    """To the domain, or to one below it."""
    hosts = (_domain(each.address) for each in card.emails if "@" in each.address)
    return any(f".{host}".endswith(f".{domain}") for host in hosts if host)


def _contains(text: str, value: str) -> bool:
    return folded(value) in folded(text)


def _companies(card: Card) -> str:
    return (
        f"{card.organization}\n{card.name}" if card.kind is CardKind.COMPANY else card.organization
    )


def _lacks(card: Card, what: str) -> bool:
    return {
        _EMAIL: not card.emails,
        _PHONE: not card.phones,
        _ADDRESS: not card.addresses,
        _EMAIL_OR_PHONE: not card.emails and not card.phones,
    }.get(what, False)


_HOLDS: Mapping[str, Callable[[Card, str], bool]] = {
    "kind": lambda card, value: card.kind == value,
    "label": lambda card, value: folded(value) in {folded(each) for each in card.labels},
    "email": _belongs,
    "organization": lambda card, value: _contains(_companies(card), value),
    "name": lambda card, value: _contains(card.name, value),
    "note": lambda card, value: _contains(card.note, value),
    "without": _lacks,
    "any": lambda _card, _value: True,
}
