"""How each kind of field looks to its author: its name, icon, and the label that a new one begins with."""

from dataclasses import dataclass

from crm_app.campaigns.forms.layout import FieldKind
from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Look:
    """``label`` and ``begins`` are message ids, ``icon`` a Lucide name."""

    label: str
    icon: str
    begins: str


LOOKS: dict[FieldKind, Look] = {
    FieldKind.TEXT: Look(N_("Short answer"), "text-cursor-input", N_("Your answer")),
    FieldKind.LONG_TEXT: Look(N_("Long answer"), "text", N_("Tell us more")),
    FieldKind.EMAIL: Look(N_("E-mail"), "mail", N_("E-mail")),
    FieldKind.PHONE: Look(N_("Phone"), "phone", N_("Phone")),
    FieldKind.CHOICE: Look(N_("One choice"), "circle-dot", N_("Which one?")),
    FieldKind.CHOICES: Look(N_("Several choices"), "list-checks", N_("Which ones?")),
    FieldKind.CHECKBOX: Look(N_("Tick box"), "square-check", N_("Yes, please")),
    FieldKind.DATE: Look(N_("Date"), "calendar", N_("When?")),
    FieldKind.NUMBER: Look(N_("Number"), "hash", N_("How many?")),
    FieldKind.HEADING: Look(N_("Heading"), "heading", N_("Another part")),
    FieldKind.CONSENT: Look(
        N_("Consent"),
        "shield-check",
        N_("I agree that my details are used to answer me."),
    ),
    FieldKind.HIDDEN: Look(N_("Hidden field"), "eye-off", N_("Came in through")),
}
# What an answer can fill.
TARGET_WORDS: dict[str, str] = {
    "name": N_("Name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "email": N_("E-mail address"),
    "phone": N_("Phone number"),
    "company": N_("Company"),
    "time_zone": N_("Time zone"),
    "note": N_("Note"),
    "tag": N_("Tag"),
    "street": N_("Street"),
    "postal_code": N_("Postal code"),
    "city": N_("City"),
    "region": N_("Region"),
    "country": N_("Country"),
}
STATUS_WORDS = {
    "draft": N_("Draft"),
    "live": N_("Published"),
    "changed": N_("Unpublished changes"),
}
