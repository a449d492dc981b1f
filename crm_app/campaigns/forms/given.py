"""What a visitor's answers say about him: the fields of a contact that they can fill. Pure.

Only answers to fields that were asked count, and of two that mean the same field the first one.
Tags come from choices only, since those words are the author's and not a stranger's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_app.campaigns.forms.answers import Values, answer, asked
from crm_app.campaigns.forms.layout import CUSTOM, PLACES, WITH_CHOICES, Layout


@dataclass(frozen=True, slots=True)
class Given:
    """What was said, each "" where nothing was. ``custom`` is by the name of the team's own field."""

    email: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    company: str = ""
    time_zone: str = ""
    note: str = ""
    place: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The name as one text; of its parts where only those were asked."""
        return self.name or f"{self.first_name} {self.last_name}".strip()


def read(layout: Layout, values: Values) -> Given:
    """What the answers say."""
    plain: dict[str, str] = {}
    tags: list[str] = []
    for each in asked(layout, values):
        given = answer(each, values)
        if not each.maps_to or not given:
            continue
        if each.maps_to != "tag":
            plain.setdefault(each.maps_to, ", ".join(given))
        elif each.kind in WITH_CHOICES:
            tags += given
    return Given(
        email=plain.get("email", ""),
        name=plain.get("name", ""),
        first_name=plain.get("first_name", ""),
        last_name=plain.get("last_name", ""),
        phone=plain.get("phone", ""),
        company=plain.get("company", ""),
        time_zone=plain.get("time_zone", ""),
        note=plain.get("note", ""),
        place={part: plain[part] for part in PLACES if part in plain},
        tags=tuple(dict.fromkeys((*layout.tags, *tags))),
        custom={
            target.removeprefix(CUSTOM).strip(): text
            for target, text in plain.items()
            if target.startswith(CUSTOM)
        },
    )
