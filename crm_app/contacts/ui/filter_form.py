"""The filters as the list's page edits them: what is ticked and what is typed. No Reflex here.

A tab holds ticked choices by filter (``picked``) and single values by name (``given``), all texts;
``to_filters`` and ``from_filters`` turn them into the list's own filters and back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date

from crm_app.contacts.filters import CUSTOM_HOW, CustomTerm, Filters, parse
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.i18n import LOCALE_NAMES, N_, translate
from crm_app.core.kinds import ContactKind

Picked = dict[str, list[str]]
Given = dict[str, str]
Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A filter that can be added: its name, the words for it, an icon."""

    key: str
    label: str
    icon: str


FIELDS: tuple[Field, ...] = (
    Field("owners", N_("Owner"), "user-round"),
    Field("tags", N_("Tags"), "tag"),
    Field("kinds", N_("Kind"), "shapes"),
    Field("company", N_("Company"), "building-2"),
    Field("email", N_("E-mail"), "at-sign"),
    Field("phone", N_("Phone"), "phone"),
    Field("created", N_("Created"), "calendar-plus"),
    Field("changed", N_("Last changed"), "history"),
    Field("still", N_("Not touched"), "hourglass"),
    Field("sources", N_("Source"), "route"),
    Field("locales", N_("Language"), "languages"),
    Field("quiet", N_("Do not disturb"), "bell-off"),
    Field("custom", N_("Own field"), "text-cursor-input"),
)
PICKED: tuple[str, ...] = ("owners", "tags", "kinds", "sources", "locales", "quiet")
REACHABLE = "nothing"
RANGE = "range"
TAGS_HOW: dict[str, str] = {
    "any": N_("has one of"),
    "all": N_("has all of"),
    "none": N_("has none of"),
}
SOURCES: dict[str, str] = {
    "user": N_("Made by hand"),
    "calendar": N_("Booking page"),
    "form": N_("Form"),
    "sync": N_("Connected calendar"),
    "contact_sync": N_("Address book"),
    "import": N_("Import"),
    "api": N_("Interface for programs"),
}
CHANNELS: dict[str, str] = {
    "email": N_("No e-mail"),
    "sms": N_("No SMS"),
    "call": N_("No calls"),
    "messenger": N_("No Messenger"),
    REACHABLE: N_("Wants everything"),
}
DAYS: dict[str, str] = {
    "1": N_("Today"),
    "7": N_("Last 7 days"),
    "30": N_("Last 30 days"),
    "90": N_("Last 90 days"),
    "365": N_("Last 12 months"),
}
STILL: dict[str, str] = {
    "14": N_("for 2 weeks"),
    "30": N_("for a month"),
    "90": N_("for 3 months"),
    "180": N_("for 6 months"),
    "365": N_("for a year"),
}
HOW: dict[str, str] = {
    "is": N_("is"),
    "has": N_("contains"),
    "filled": N_("is filled in"),
    "empty": N_("is empty"),
}
_YES = {"yes": True, "no": False}
_WITH = {"yes": N_("given"), "no": N_("missing")}


@dataclass(frozen=True)
class Form:
    """What is ticked and typed."""

    picked: Picked = field(default_factory=dict)
    given: Given = field(default_factory=dict)


def to_filters(picked: Mapping[str, list[str]], given: Mapping[str, str]) -> Filters:
    """The filters that the form means; what is half filled in narrows nothing."""
    wanted: dict[str, object] = {
        name: list(picked.get(name, [])) for name in ("kinds", "sources", "locales")
    }
    wanted["owners"] = [int(owner) for owner in picked.get("owners", []) if _is_number(owner)]
    wanted["tags_" + _how(given)] = list(picked.get("tags", []))
    if REACHABLE in picked.get("quiet", []):
        wanted["reachable"] = True
    else:
        wanted["quiet"] = list(picked.get("quiet", []))
    for name in ("email", "phone"):
        wanted[name] = _YES.get(given.get(name, ""))
    for name in ("created", "changed"):
        wanted |= _days(name, given)
    wanted["still_days"] = _number(given.get("still", ""))
    wanted["company_id"] = _number(given.get("company_id", ""))
    key, how = given.get("custom_key", ""), given.get("custom_how", "")
    wanted["custom"] = [CustomTerm(key=key, how=how, value=given.get("custom_value", ""))]
    return parse(wanted)


def from_filters(filters: Filters, *, company: str = "") -> Form:
    """The form for filters that a saved view remembers. ``company`` is its company's name."""
    picked: Picked = {
        "kinds": list(filters.get("kinds", [])),
        "sources": list(filters.get("sources", [])),
        "locales": list(filters.get("locales", [])),
        "owners": [str(owner) for owner in filters.get("owners", [])],
        "tags": [],
        "quiet": [REACHABLE] if filters.get("reachable") else list(filters.get("quiet", [])),
    }
    given: Given = {}
    tags = {"any": "tags_any", "all": "tags_all", "none": "tags_none"}
    for how, name in tags.items():
        if names := filters.get(name):
            given["tags_how"], picked["tags"] = how, list(names)  # type: ignore[call-overload]  # a list of texts
    for name in ("email", "phone"):
        if name in filters:
            given[name] = "yes" if filters.get(name) else "no"
    for name in ("created", "changed"):
        given |= _days_given(name, filters)
    if days := filters.get("still_days"):
        given["still"] = str(days)
    if company_id := filters.get("company_id"):
        given |= {"company_id": str(company_id), "company": company}
    for term in filters.get("custom", [])[:1]:
        given |= {f"custom_{name}": str(value) for name, value in term.items()}
    return Form(picked, given)


def nothing_picked() -> Picked:
    """A form in which nothing is ticked."""
    return {name: [] for name in PICKED}


def said(
    locale: str, picked: Mapping[str, list[str]], given: Mapping[str, str], labels: Labels
) -> dict[str, str]:
    """The filters that narrow the list now, by their keys, in words."""
    words = {each.key: _said(locale, each.key, picked, given, labels) for each in FIELDS}
    return {key: value for key, value in words.items() if value}


def static_labels(locale: str) -> dict[str, dict[str, str]]:
    """The choices that are the same in every workspace: values and words."""
    words = {
        "kinds": {kind.value: KIND_NAMES[kind] for kind in ContactKind},
        "sources": SOURCES,
        "quiet": CHANNELS,
    }
    shown = {
        name: {value: translate(locale, text) for value, text in texts.items()}
        for name, texts in words.items()
    }
    return {**shown, "locales": LOCALE_NAMES}


def _said(
    locale: str,
    key: str,
    picked: Mapping[str, list[str]],
    given: Mapping[str, str],
    labels: Labels,
) -> str:
    value = given.get(key, "")
    if key in PICKED:
        names = [labels.get(key, {}).get(each, each) for each in picked.get(key, [])]
        return _listed(locale, key, given, names)
    if key in ("created", "changed"):
        return _days_said(locale, key, given)
    if key == "still":
        return translate(locale, STILL[value]) if value in STILL else value
    if key == "company":
        return value if given.get("company_id") else ""
    if key == "custom":
        return _custom_said(locale, given)
    return translate(locale, _WITH[value]) if value in _WITH else ""


def _listed(locale: str, key: str, given: Mapping[str, str], names: list[str]) -> str:
    if not names:
        return ""
    words = names[0] if len(names) == 1 else ", ".join(names[:2])
    words += f" +{len(names) - 2}" if len(names) > 2 else ""
    how = _how(given)
    if key == "tags" and (how == "none" or len(names) > 1):
        return f"{translate(locale, TAGS_HOW[how])} {words}"
    return words


def _days_said(locale: str, key: str, given: Mapping[str, str]) -> str:
    value = given.get(key, "")
    if value != RANGE:
        return translate(locale, DAYS[value]) if value in DAYS else ""
    first, last = (_day(locale, given.get(f"{key}_{end}", "")) for end in ("from", "to"))
    return f"{first} – {last}".strip() if first or last else ""


def _day(locale: str, text: str) -> str:
    try:
        return str(format_date(date.fromisoformat(text), "medium", locale=locale))
    except ValueError:
        return ""


def _custom_said(locale: str, given: Mapping[str, str]) -> str:
    key, how = given.get("custom_key", ""), given.get("custom_how", "")
    value = given.get("custom_value", "")
    if not key or how not in HOW or (how in CUSTOM_HOW[:2] and not value):
        return ""
    return " ".join(filter(None, (key, translate(locale, HOW[how]), value)))


def _days(name: str, given: Mapping[str, str]) -> dict[str, object]:
    if given.get(name) != RANGE:
        return {f"{name}_days": _number(given.get(name, ""))}
    return {f"{name}_{end}": given.get(f"{name}_{end}", "") for end in ("from", "to")}


def _days_given(name: str, filters: Filters) -> Given:
    plain = {key: value for key, value in filters.items() if key.startswith(name + "_")}
    if days := plain.get(f"{name}_days"):
        return {name: str(days)}
    return {name: RANGE, **{key: str(value) for key, value in plain.items()}} if plain else {}


def _how(given: Mapping[str, str]) -> str:
    how = given.get("tags_how", "")
    return how if how in TAGS_HOW else "any"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _number(text: str) -> int | None:
    return int(text[:9]) if _is_number(text) else None
