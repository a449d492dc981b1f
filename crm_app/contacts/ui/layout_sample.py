"""The contact of the studio's preview: nobody, with a value in most fields. No Reflex here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_app.contacts.ui.shown import KIND_NAMES, CardHead, Entry, Place
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import ContactKind
from crm_app.ui.components.people import initials

# How many own fields without a place the preview names; a card shows those that its contact has.
_NAMED = 3


@dataclass(frozen=True)
class Sample:
    """What a card shows, beside its arrangement."""

    head: CardHead
    emails: list[Entry] = field(default_factory=list)
    phones: list[Entry] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    custom: list[Entry] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)


def sample(locale: str, kind: ContactKind, own_names: Sequence[str], *, made: str) -> Sample:
    """A pretend contact of a kind. ``own_names`` are own fields without a place."""
    company, person = "Lindberg & Co", "Anna Ek"
    name = company if kind is ContactKind.COMPANY else person
    work = translate(locale, N_("work"))
    return Sample(
        head=CardHead(
            name=name,
            initials=initials(name),
            kind=kind.value,
            kind_name=translate(locale, KIND_NAMES[kind]),
            company="" if kind is ContactKind.COMPANY else company,
            tags=[translate(locale, N_("Newsletter"))],
            owner="Kate Berg",
            owner_initials="KB",
            owner_color=2,
            first_name="Anna",
            last_name="Ek",
            locale=locale,
            made=made,
            may_change=True,
        ),
        emails=[Entry("0", "anna@lindberg.example", work)],
        phones=[Entry("0", "+44 20 7946 0123", work)],
        places=[Place("0", "12 Market Street", "N1 9GU", "London")],
        custom=[Entry(str(at), "", own) for at, own in enumerate(own_names[:_NAMED])],
    )
