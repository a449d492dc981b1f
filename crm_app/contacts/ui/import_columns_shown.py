"""What the step of the columns shows: each column with samples and its target, and rows as the contacts
that they make. No Reflex here."""

from dataclasses import dataclass, field
from itertools import islice

from sqlmodel import Session

from crm_app.contacts.fields import Address
from crm_app.contacts.importing import columns, decoding, reasons, source, table
from crm_app.contacts.importing.drafts import Draft, letters
from crm_app.contacts.making import region_for
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import ContactKind
from crm_app.models import ContactImport
from crm_app.ui.components.people import initials

SAMPLES = 3
PREVIEWS = 20
_LONGEST = 60


@dataclass(frozen=True)
class ColumnLine:
    """A column of the file. ``own`` is the target of a field of its own; ``mark`` known, own or out."""

    place: int
    letter: str
    heading: str
    samples: list[str]
    target: str
    own: str
    mark: str
    error: str


@dataclass(frozen=True)
class PreviewLine:
    """A field of the contact that a row makes."""

    label: str
    value: str


@dataclass(frozen=True)
class Preview:
    """A row as the contact that it makes."""

    number: int = 0
    title: str = ""
    initials: str = ""
    kind: str = ""
    kind_name: str = ""
    trouble: str = ""
    lines: list[PreviewLine] = field(default_factory=list)


def column_lines(actor: Actor, row: ContactImport) -> list[ColumnLine]:
    """The columns of a table, each with samples and its target."""
    found = source.table_of(row)
    samples, targets = source.samples(found), source.targets_of(row)
    doubled = columns.clashes(targets)
    twice = translate(actor.locale, N_("Another column leads here already."))
    return [
        ColumnLine(
            place=place,
            letter=letters(place),
            heading=heading,
            samples=[cell[:_LONGEST] for cell in cells[:SAMPLES]],
            target=target,
            own=_own(heading, place, target),
            mark=_mark(target),
            error=twice if place in doubled else "",
        )
        for place, (heading, cells, target) in enumerate(
            zip(found.headings, samples, targets, strict=False)
        )
    ]


def _own(heading: str, place: int, target: str) -> str:
    if target.startswith(f"{columns.CUSTOM}/"):
        return target
    return columns.custom(heading or letters(place))


def _mark(target: str) -> str:
    if target == columns.LEFT_OUT:
        return "out"
    return "own" if target.startswith(f"{columns.CUSTOM}/") else "known"


def target_choices(actor: Actor) -> list[dict[str, str]]:
    """The fields that a column can be given, but for one of its own."""
    left_out = {"value": columns.LEFT_OUT, "label": translate(actor.locale, N_("Leave out"))}
    return [
        left_out,
        *(
            {"value": each.target, "label": columns.heading(actor.locale, each.target)}
            for each in columns.options()
        ),
    ]


def reading_choices(actor: Actor) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Encodings and delimiters."""
    delimiters = ((",", N_("Comma")), (";", N_("Semicolon")), ("\t", N_("Tab")), ("|", N_("Bar")))
    return (
        [
            {"value": key, "label": translate(actor.locale, name)}
            for key, name in decoding.ENCODINGS.items()
        ],
        [{"value": key, "label": translate(actor.locale, name)} for key, name in delimiters],
    )


def reading_of(row: ContactImport) -> table.Format:
    """How the table is read."""
    return source.format_of(row)


def previews(session: Session, actor: Actor, row: ContactImport) -> list[Preview]:
    """The first rows as the contacts that they make."""
    region = region_for(session, "")
    return [preview(actor, draft) for draft in islice(source.read(row, region=region), PREVIEWS)]


def preview(actor: Actor, draft: Draft) -> Preview:
    """A draft as a small card."""
    fields = draft.fields
    kind = fields.get("kind", ContactKind.LEAD)
    trouble = draft.trouble
    return Preview(
        number=draft.number,
        title=draft.title or "–",
        initials=initials(draft.title),
        kind=kind.value,
        kind_name=translate(actor.locale, KIND_NAMES[kind]) if "kind" in fields else "",
        trouble=reasons.filled(actor.locale, trouble.message, trouble.params) if trouble else "",
        lines=_preview_lines(actor, draft) if trouble is None else [],
    )


def _preview_lines(actor: Actor, draft: Draft) -> list[PreviewLine]:
    fields = draft.fields

    def word(part: str, which: str = "") -> str:
        known = f"{part}/{which}" if which in columns.WHICH else part
        return columns.heading(actor.locale, known)

    lines = [(word("email", each.label), each.address) for each in fields.get("emails", [])]
    lines += [(word("phone", each.label), each.number) for each in fields.get("phones", [])]
    lines += [(word("company"), draft.company)]
    lines += [
        (translate(actor.locale, N_("Address")), _place(each))
        for each in fields.get("addresses", [])
    ]
    lines += [
        (word("tags"), ", ".join(fields.get("tags", []))),
        (word("owner"), draft.owner),
        (word("time_zone"), fields.get("time_zone", "")),
        (word("locale"), fields.get("locale", "")),
        (word("do_not_disturb"), ", ".join(fields.get("do_not_disturb", []))),
        (word("note"), fields.get("note", "")),
    ]
    lines += [(key, str(value)) for key, value in fields.get("custom", {}).items()]
    return [PreviewLine(label, value[:200]) for label, value in lines if value]


def _place(each: Address) -> str:
    city = " ".join(filter(None, (each.postal_code, each.city)))
    return ", ".join(filter(None, (each.street, city, each.region, each.country)))
