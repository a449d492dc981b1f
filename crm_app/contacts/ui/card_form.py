"""The card's form as it comes from the browser, read into fields. No Reflex here.

Inputs are named after the line that they belong to: ``email-3`` and ``email-3-label`` for the line
with the key 3. Only what differs from what was shown is given on, so that two people who change
different fields of a contact at the same time do not undo each other. A field that the card's layout
hides is not read, whatever the browser sends: it keeps its value (CON-4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from crm_app.contacts.fields import CHANNELS, Address, ContactFields, Email, Phone
from crm_app.contacts.names import cleaned
from crm_app.contacts.views import Card
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind

Form = Mapping[str, Any]
_PARTS = ("street", "postal_code", "city", "region", "country", "label")
_NAMES = ("name", "first_name", "last_name")
# Where the words about a field's value stand, for values that have another name than their field.
_HOMES = {"company_id": "company"}
_TAKEN = N_("There is a field with this name already. Choose another name.")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form shows, and so may change.

    ``fields`` are keys of the layout. ``own`` are the own fields with a place, by the names of their
    inputs; ``rest`` those that stand as lines with a name and a value. ``taken`` are the names that
    no new line may have.
    """

    fields: frozenset[str]
    own: Mapping[str, str] = field(default_factory=dict)
    rest: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


def changed_fields(
    card: Card, form: Form, lines: Mapping[str, Sequence[str]], shown: Shown
) -> ContactFields:
    """What was changed against ``card``. ``lines`` are the keys of the shown lines by their kind.

    The company and the owner are not among them: the first is typed as a name, the second is
    changed on its own. Invalid when two own fields would have one name.
    """
    typed = _typed(form, lines, shown) | _custom(form, lines.get("custom", ()), shown, card.custom)
    stood: dict[str, Any] = {
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
    different = {name: value for name, value in typed.items() if value != stood[name]}
    return cast(ContactFields, different)


def rebased(before: Form, typed: Form, now: Form) -> dict[str, Any]:
    """The own fields as they are ``now``, with what was changed from ``before`` to ``typed``."""
    gone = {name for name in before if name not in typed}
    changed = {name: value for name, value in typed.items() if before.get(name) != value}
    return {name: value for name, value in now.items() if name not in gone} | changed


def beside_fields(error: Invalid, shown: Shown) -> Invalid:
    """``error`` with its words beside fields that the card shows; as one message if one is hidden."""
    if not error.fields:
        return error
    home = next((name for name in _NAMES if name in shown.fields), "name")
    words = {home if name in _NAMES else name: text for name, text in error.fields.items()}
    hidden = [text for name, text in words.items() if not _is_shown(name, shown)]
    return Invalid(hidden[0]) if hidden else Invalid(fields=words)


def _is_shown(name: str, shown: Shown) -> bool:
    value = name.partition(".")[0]
    return _HOMES.get(value, value) in shown.fields or (value == "custom" and bool(shown.own))


def _typed(form: Form, lines: Mapping[str, Sequence[str]], shown: Shown) -> dict[str, Any]:
    texts = (*_NAMES, "time_zone", "locale")
    values: dict[str, Any] = {
        name: text(form, name) for name in texts if isinstance(form.get(name), str)
    }
    kind = text(form, "kind")
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
    return {name: value for name, value in values.items() if name in shown.fields}


def _custom(form: Form, keys: Sequence[str], shown: Shown, before: Form) -> dict[str, Any]:
    """The own fields: those that are not shown stay, an emptied one with a place is gone."""
    found = {name: value for name, value in before.items() if name not in shown.rest}
    for input_name, name in shown.own.items():
        typed = text(form, input_name)
        if not isinstance(form.get(input_name), str) or typed == _typed_as(before.get(name)):
            continue
        found.pop(name, None)
        found |= {name: typed} if typed else {}
    written: set[str] = set()
    for place, key in enumerate(keys if "custom" in shown.fields else ()):
        name, typed = text(form, f"custom-{key}-label"), text(form, f"custom-{key}")
        if name and (name in shown.taken or name in written):
            raise Invalid(fields={f"custom.{place}": _TAKEN})
        if name:
            written.add(name)
            # A number or a list that was left alone stays what it is.
            same = name in before and typed == _typed_as(before[name])
            found[name] = before[name] if same else typed
    return {"custom": found}


def as_text(value: object) -> str:
    """The value of an own field as its input shows it: one line."""
    return "" if value is None else " ".join(str(value).splitlines())


def _typed_as(value: object) -> str:
    return cleaned(as_text(value), longest=_LONGEST)


def text(form: Form, name: str) -> str:
    """One line of what was typed. The browser may send anything, and null for inputs not shown."""
    typed = form.get(name)
    return cleaned(typed, longest=_LONGEST) if isinstance(typed, str) else ""
