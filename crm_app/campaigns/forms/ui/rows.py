"""What the builder's canvas and lists show: small rows of texts in the reader's language. No Reflex here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_app.campaigns.forms.checks import Mistake
from crm_app.campaigns.forms.layout import BOXES, CUSTOM, Field, FieldKind, Layout, Page
from crm_app.campaigns.forms.queries import Sent
from crm_app.campaigns.forms.ui.looks import LOOKS, TARGET_WORDS
from crm_app.core import clock
from crm_app.core.i18n import N_, translate
from crm_app.models import Form
from crm_app.ui import moments

Option = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is written."""

    locale: str
    time_zone: str


@dataclass(frozen=True)
class FieldRow:
    """A field on the canvas. ``wrong`` says what keeps the form from being published."""

    id: str = ""
    kind: str = ""
    label: str = ""
    hint: str = ""
    required: bool = False
    quiet: bool = False
    wrong: str = ""
    page: str = ""
    index: int = 0
    last: bool = False
    spoken: str = ""
    place: str = ""


@dataclass(frozen=True)
class PageRow:
    """A page on the canvas; ``end`` is where a field goes below all others."""

    id: str = ""
    title: str = ""
    number: str = ""
    wrong: str = ""
    fields: list[FieldRow] = field(default_factory=list)
    count: int = 0
    end: str = ""
    first: bool = False
    final: bool = False


@dataclass(frozen=True)
class SentRow:
    """A submission as a line, with all of its answers for the sheet."""

    id: str = ""
    at: str = ""
    contact: str = ""
    contact_id: str = ""
    summary: str = ""
    answers: list[Option] = field(default_factory=list)


def status(form: Form) -> str:
    """``draft``, ``live`` or ``changed``."""
    if form.published is None:
        return "draft"
    return "live" if form.published_revision == form.revision else "changed"


def pages(reader: Reader, layout: Layout, mistakes: Sequence[Mistake]) -> list[PageRow]:
    """The canvas."""
    wrong = {m.about: _said(reader, m) for m in reversed(mistakes) if m.severity == "error"}
    last = len(layout.pages) - 1
    return [
        _page(reader, layout, page, wrong, first=number == 0, final=number == last)
        for number, page in enumerate(layout.pages)
    ]


def _page(
    reader: Reader, layout: Layout, page: Page, wrong: dict[str, str], *, first: bool, final: bool
) -> PageRow:
    number = [each.id for each in layout.pages].index(page.id) + 1
    name = page.title or translate(reader.locale, N_("Page {number}"), number=number)
    rows = [
        _field(reader, layout, page, each, name, index, wrong.get(each.id, ""))
        for index, each in enumerate(page.fields)
    ]
    return PageRow(
        id=page.id,
        title=page.title,
        number=translate(reader.locale, N_("Page {number}"), number=number),
        wrong=wrong.get(page.id, ""),
        fields=rows,
        count=len(rows),
        end=translate(reader.locale, N_("at the end of {page}"), page=name),
        first=first,
        final=final,
    )


def _field(
    reader: Reader, layout: Layout, page: Page, each: Field, page_name: str, index: int, wrong: str
) -> FieldRow:
    kind = translate(reader.locale, LOOKS[each.kind].label)
    label = each.label or kind
    return FieldRow(
        id=each.id,
        kind=each.kind.value,
        label=label,
        hint=" · ".join(_hints(reader, layout, each)),
        required=each.required,
        quiet=each.kind is FieldKind.HIDDEN,
        wrong=wrong,
        page=page.id,
        index=index,
        last=index == len(page.fields) - 1,
        spoken=translate(
            reader.locale, N_("{label}, {kind} on {page}"), label=label, kind=kind, page=page_name
        ),
        place=translate(reader.locale, N_("{page}, before {label}"), page=page_name, label=label),
    )


def _hints(reader: Reader, layout: Layout, each: Field) -> list[str]:
    said = [translate(reader.locale, LOOKS[each.kind].label)]
    if each.maps_to:
        said.append(translate(reader.locale, N_("fills {target}"), target=_target(reader, each)))
    if each.kind is FieldKind.HIDDEN and each.parameter:
        said.append(f"?{each.parameter}=…")
    decides = layout.field(each.show_if.field) if each.show_if else None
    if each.show_if and decides:
        said.append(_condition(reader, decides, each.show_if.op, each.show_if.value))
    return said


def _condition(reader: Reader, decides: Field, op: str, value: str) -> str:
    label = decides.label or decides.parameter
    if decides.kind in BOXES:
        ticked = (op in ("is", "filled")) == (value == "yes" or op == "filled")
        words = N_("if “{label}” is ticked") if ticked else N_("if “{label}” is not ticked")
        return translate(reader.locale, words, label=label)
    words = {
        "is": N_("if “{label}” is {value}"),
        "is_not": N_("if “{label}” is not {value}"),
        "filled": N_("if “{label}” is answered"),
        "empty": N_("if “{label}” is not answered"),
    }[op]
    return translate(reader.locale, words).format(label=label, value=value)


def _target(reader: Reader, each: Field) -> str:
    if each.maps_to.startswith(CUSTOM):
        return each.maps_to.removeprefix(CUSTOM)
    return translate(reader.locale, TARGET_WORDS[each.maps_to])


def mistakes(reader: Reader, layout: Layout, found: Sequence[Mistake]) -> list[Option]:
    """What to look at before publishing; ``about`` is what to select."""
    names = {each.id: each.label for each in layout.fields()}
    names |= {page.id: page.title for page in layout.pages}
    return [
        {
            "about": one.about,
            "text": _said(reader, one),
            "name": names.get(one.about, ""),
            "severity": one.severity,
        }
        for one in found
    ]


def sent(reader: Reader, rows: Sequence[Sent]) -> list[SentRow]:
    """Submissions as lines."""
    return [
        SentRow(
            id=str(row.submission.id),
            at=moments.moment(reader.locale, reader.time_zone, row.submission.at, clock.now()),
            contact=row.contact_name,
            contact_id=_id(row.submission.contact_id) if row.contact_name else "",
            summary=" · ".join(a["value"] for a in row.submission.answers if a["value"]),
            answers=[{"label": a["label"], "value": a["value"]} for a in row.submission.answers],
        )
        for row in rows
    ]


def _said(reader: Reader, mistake: Mistake) -> str:
    return translate(reader.locale, mistake.message, **mistake.params)


def _id(number: int | None) -> str:
    return "" if number is None else str(number)
