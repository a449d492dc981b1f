"""What a new form can begin as: a few that teams really use, to be changed at will. Pure.

Their texts belong to the author afterwards, so they are put into his language once, here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm_app.campaigns.forms.layout import Field, FieldKind, Layout, Page, ShowIf, as_json
from crm_app.core.i18n import N_

Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Start:
    """A beginning. ``name`` and ``hint`` are message ids, ``icon`` a Lucide name."""

    key: str
    name: str
    hint: str
    icon: str
    build: Callable[[Words], tuple[Page, ...]]


def draft(key: str, title: str, words: Words) -> dict[str, Any]:
    """The layout that a start begins with, as JSON; the plain one for a key that is not known."""
    chosen = next((start for start in STARTS if start.key == key), STARTS[0])
    return as_json(Layout(title=title, pages=chosen.build(words)))


def _who(words: Words) -> tuple[Field, ...]:
    return (
        Field("f1", FieldKind.TEXT, words(N_("Name")), required=True, maps_to="name"),
        Field("f2", FieldKind.EMAIL, words(N_("E-mail")), required=True, maps_to="email"),
    )


def _agree(words: Words, field_id: str) -> Field:
    text = words(N_("I agree that my details are used to answer me."))
    return Field(field_id, FieldKind.CONSENT, text, required=True)


def _plain(words: Words) -> tuple[Page, ...]:
    return (Page("p1", fields=_who(words)),)


def _call_back(words: Words) -> tuple[Page, ...]:
    fields = (
        *_who(words),
        Field("f3", FieldKind.PHONE, words(N_("Phone")), required=True, maps_to="phone"),
        Field(
            "f4",
            FieldKind.CHOICE,
            words(N_("When do we reach you best?")),
            choices=(
                words(N_("In the morning")),
                words(N_("In the afternoon")),
                words(N_("In the evening")),
            ),
        ),
        Field("f5", FieldKind.LONG_TEXT, words(N_("What is it about?"))),
        _agree(words, "f6"),
    )
    return (Page("p1", fields=fields),)


def _survey(words: Words) -> tuple[Page, ...]:
    soon, later, looking = (
        words(N_("As soon as possible")),
        words(N_("In the next months")),
        words(N_("I am only looking around")),
    )
    about = (
        Field(
            "f3",
            FieldKind.CHOICE,
            words(N_("When would you like to start?")),
            required=True,
            choices=(soon, later, looking),
        ),
        Field(
            "f4",
            FieldKind.DATE,
            words(N_("Is there a date to keep?")),
            show_if=ShowIf("f3", "is", soon),
        ),
        Field("f5", FieldKind.LONG_TEXT, words(N_("What do you have in mind?"))),
    )
    who = (
        *_who(words),
        Field("f6", FieldKind.PHONE, words(N_("Phone")), maps_to="phone"),
        _agree(words, "f7"),
    )
    return (
        Page("p1", words(N_("What it is about")), about),
        Page("p2", words(N_("How we reach you")), who),
    )


STARTS: tuple[Start, ...] = (
    Start(
        "plain", N_("Name and e-mail"), N_("The shortest form. Add what you need."), "file", _plain
    ),
    Start(
        "call",
        N_("Ask for a call"),
        N_("Phone number, the best time of day, what it is about."),
        "phone",
        _call_back,
    ),
    Start(
        "survey",
        N_("Survey in steps"),
        N_("Two pages with a question that depends on another one."),
        "list-checks",
        _survey,
    ),
)
