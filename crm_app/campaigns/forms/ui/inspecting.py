"""What the inspector's controls hold and offer, for a field, a page or the whole form. No Reflex here."""

from crm_app.campaigns.forms import arranging, changing
from crm_app.campaigns.forms.checks import fits
from crm_app.campaigns.forms.layout import BOXES, CUSTOM, TARGETS, WITH_CHOICES, Field, Layout
from crm_app.campaigns.forms.ui.looks import TARGET_WORDS
from crm_app.campaigns.forms.ui.rows import Option, Reader
from crm_app.core.i18n import N_, translate

_OWN = "custom"


def field_values(each: Field) -> dict[str, str]:
    """The values of the inspector's controls for a field."""
    own = each.maps_to.startswith(CUSTOM)
    return {
        "id": each.id,
        "kind": each.kind.value,
        "label": each.label,
        "help": each.help,
        "required": "yes" if each.required else "",
        "choices": "\n".join(each.choices),
        "maps_to": _OWN if own else each.maps_to,
        "custom": each.maps_to.removeprefix(CUSTOM) if own else "",
        "depends": each.show_if.field if each.show_if else "",
        "operator": each.show_if.op if each.show_if else "",
        "compared": each.show_if.value if each.show_if else "",
        "parameter": each.parameter,
        "value": each.value,
    }


def targets(reader: Reader, each: Field) -> list[Option]:
    """What an answer of the field's kind can fill."""
    nothing = {"value": "", "label": translate(reader.locale, N_("Nothing, only keep the answer"))}
    known = [
        {"value": target, "label": translate(reader.locale, TARGET_WORDS[target])}
        for target in TARGETS
        if fits(each.kind, target)
    ]
    own = {"value": _OWN, "label": translate(reader.locale, N_("A field of our own …"))}
    return [nothing, *known, own]


def deciders(reader: Reader, layout: Layout, each: Field) -> list[Option]:
    """The questions on which it may depend whether the field is asked."""
    always = {"value": "", "label": translate(reader.locale, N_("Always"))}
    return [
        always,
        *(
            {"value": one.id, "label": one.label or one.parameter}
            for one in changing.earlier(layout, each.id)
        ),
    ]


def operators(reader: Reader, layout: Layout, each: Field) -> list[Option]:
    """How the answer is compared, in words that suit the deciding question."""
    decides = layout.field(each.show_if.field) if each.show_if else None
    words = {"filled": N_("is answered"), "empty": N_("is not answered")}
    if decides is not None and decides.kind in BOXES:
        words = {"is": N_("is ticked"), "is_not": N_("is not ticked")}
    elif decides is not None:
        words = {"is": N_("is"), "is_not": N_("is not"), **words}
    return [{"value": op, "label": translate(reader.locale, text)} for op, text in words.items()]


def comparable(layout: Layout, each: Field) -> list[Option]:
    """The answers of the deciding question; empty where one types what to compare with."""
    decides = layout.field(each.show_if.field) if each.show_if else None
    choices = decides.choices if decides and decides.kind in WITH_CHOICES else ()
    return [{"value": choice, "label": choice} for choice in choices]


def settings(layout: Layout) -> dict[str, str]:
    """The values of the controls for the whole form."""
    after, assign = layout.after, layout.assign
    return {
        "title": layout.title,
        "intro": layout.intro,
        "button": layout.button,
        "language": layout.language,
        "tags": ", ".join(layout.tags),
        "campaign": _id(layout.campaign_id),
        "after": after.kind,
        "after_text": after.text,
        "after_url": after.url,
        "after_calendar": _id(after.calendar_id),
        "after_form": _id(after.form_id),
        "assign": assign.mode,
        "assign_user": _id(assign.user_id),
        "only_unassigned": "yes" if assign.only_unassigned else "",
    }


def turns(layout: Layout) -> list[str]:
    """Who takes turns, as the boxes hold it."""
    return [str(user_id) for user_id in layout.assign.user_ids]


def page_at(layout: Layout, about: str) -> str:
    """The page that a field or page is on; the first one for the whole form."""
    home = arranging.page_of(layout, about)
    if home is not None:
        return home.id
    return about if layout.page(about) else (layout.pages[0].id if layout.pages else "")


def _id(number: int | None) -> str:
    return "" if number is None else str(number)
