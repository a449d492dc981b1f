"""The card's form as it comes from the browser, read into fields. No Reflex here.

Inputs are named after the line that they belong to: ``email-3`` and ``email-3-label`` for the line
with the key 3. Only what differs from what was shown is given on, so that two people who change
different fields of a contact at the same time do not undo each other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from crm_app.contacts.fields import CHANNELS, Address, ContactFields, Email, Phone
from crm_app.contacts.names import cleaned
from crm_app.contacts.views import Card
from crm_app.core.kinds import ContactKind

Form = Mapping[str, Any]
_PARTS = ("street", "postal_code", "city", "region", "country", "label")


def changed_fields(card: Card, form: Form, lines: Mapping[str, Sequence[str]]) -> ContactFields:
    """What was changed against ``card``. ``lines`` are the keys of the shown lines by their kind.

    The company and the owner are not among them: the first is typed as a name, the second is
    changed on its own.
    """
    typed = _typed(form, lines, custom=card.custom)
    shown: dict[str, Any] = {
        "kind": card.kind,
        "name": card.name,
        "first_name": card.first_name,
        "last_name": card.last_name,
        "emails": list(card.emails),
        "phones": [Phone(phone.number, phone.label) for phone in card.phones],
        "addresses": list(card.addresses),
        "time_zone": card.time_zone,
        "locale": card.locale,
        "do_not_disturb": list(card.do_not_disturb),
        "note": card.note,
        "custom": dict(card.custom),
    }
    different = {name: value for name, value in typed.items() if value != shown[name]}
    return cast(ContactFields, different)


def _typed(form: Form, lines: Mapping[str, Sequence[str]], *, custom: Form) -> dict[str, Any]:
    kind = text(form, "kind")
    values: dict[str, Any] = {
        name: text(form, name)
        for name in ("name", "first_name", "last_name", "time_zone", "locale")
        if isinstance(form.get(name), str)
    }
    if kind in set(ContactKind):
        values["kind"] = ContactKind(kind)
    if isinstance(form.get("note"), str):
        values["note"] = form["note"].replace("\r\n", "\n").strip()
    values["emails"] = [
        Email(text(form, f"email-{key}"), text(form, f"email-{key}-label"))
        for key in lines.get("email", ())
    ]
    values["phones"] = [
        Phone(text(form, f"phone-{key}"), text(form, f"phone-{key}-label"))
        for key in lines.get("phone", ())
    ]
    values["addresses"] = [
        Address(**{part: text(form, f"place-{key}-{part}") for part in _PARTS})
        for key in lines.get("place", ())
    ]
    values["do_not_disturb"] = [name for name in CHANNELS if form.get(f"quiet-{name}")]
    values["custom"] = _custom(form, lines.get("custom", ()), custom)
    return values


def _custom(form: Form, keys: Sequence[str], before: Form) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in keys:
        name, value = text(form, f"custom-{key}-label"), text(form, f"custom-{key}")
        if name:
            # A number or a list that was left alone stays what it is.
            kept = before.get(name)
            found[name] = kept if name in before and str(kept) == value else value
    return found


def text(form: Form, name: str) -> str:
    """One line of what was typed. The browser may send anything, and null for inputs not shown."""
    typed = form.get(name)
    return cleaned(typed, longest=400) if isinstance(typed, str) else ""
