"""Who plays in the sample workspace: the team, its calendars, and the people who book. Plain values."""

from dataclasses import dataclass, field
from typing import Any

from crm_app.core.kinds import CalendarKind, Role

WORKSPACE = "Northlight Solar"
ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Player:
    """A user; ``day`` is the working day in minutes of the local day."""

    name: str
    email: str
    zone: str
    locale: str
    day: tuple[int, int]
    color: int
    role: Role = Role.MEMBER


TEAM = (
    Player("Anna Berger", "anna@northlight.example", ZONE, "en", (540, 1020), 0, Role.ADMIN),
    Player("Kate Miller", "kate@northlight.example", "Europe/London", "en", (510, 990), 3),
    Player("Tomasz Nowak", "tomasz@northlight.example", "Europe/Warsaw", "pl", (480, 960), 5),
    Player("Giulia Conti", "giulia@northlight.example", "Europe/Rome", "it", (570, 1080), 7),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A calendar; ``members`` are positions in ``TEAM`` with weights."""

    slug: str
    name: str
    kind: CalendarKind
    members: tuple[tuple[int, int], ...]
    fields: dict[str, Any] = field(default_factory=dict)


PAGES = (
    Page(
        "consultation",
        "First consultation",
        CalendarKind.TEAM,
        ((0, 1), (1, 1), (2, 1), (3, 2)),
        {
            "description": "Half an hour about your roof: what fits on it, what it costs, and how "
            "soon it can be done. Please have your last power bill at hand.",
            "location": "By phone",
            "duration": 30,
            "interval": 30,
            "buffer_after": 10,
            "minimum_notice": 120,
            "form_fields": [
                {
                    "key": "roof",
                    "label": "What kind of roof?",
                    "kind": "choice",
                    "required": True,
                    "choices": ["Pitched", "Flat", "I do not know"],
                },
                {
                    "key": "wish",
                    "label": "What matters most to you?",
                    "kind": "long_text",
                    "required": False,
                    "choices": [],
                },
            ],
            "color": 0,
        },
    ),
    Page(
        "site-visit",
        "Site visit with Tomasz",
        CalendarKind.PERSONAL,
        ((2, 1),),
        {
            "description": "Tomasz looks at roof, meter and cellar.",
            "location": "At your place",
            "duration": 90,
            "interval": 30,
            "buffer_before": 30,
            "buffer_after": 30,
            "color": 5,
        },
    ),
    Page(
        "planning",
        "Planning meeting",
        CalendarKind.COLLECTIVE,
        ((0, 1), (3, 1)),
        {
            "description": "Engineer and adviser together.",
            "location": "Video meeting",
            "duration": 45,
            "interval": 45,
            "color": 2,
        },
    ),
    Page(
        "open-evening",
        "Open evening",
        CalendarKind.CLASS,
        ((1, 1),),
        {
            "description": "Questions and answers for everybody, ten seats.",
            "location": "Showroom",
            "duration": 60,
            "interval": 60,
            "seats": 10,
            "color": 3,
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who books, with language and zone."""

    name: str
    locale: str = "en"
    zone: str = ZONE
    tags: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """His address, from his name."""
        plain = self.name.lower().translate(str.maketrans("äöüßąćęłńóśżźé ", "aousacelnoszze."))
        return f"{plain}@mail.example"


def _leads(names: str, locale: str, zone: str) -> list[Lead]:
    return [Lead(name, locale, zone) for name in names.split(", ")]


LEADS = (
    *_leads(
        "Lea Hoffmann, Paul Brandt, Mia Vogel, Jonas Keller, Sophie Lang, Felix Roth, Emma Busch, "
        "Lukas Winter, Clara Engel, Max Sommer, Nora Graf, Till Arnold, Ida Kraus, Ben Lorenz, "
        "Marie Pohl, David Franke",
        "de",
        ZONE,
    ),
    *_leads(
        "Oliver Hughes, Grace Palmer, Harry Walsh, Ella Turner, Jack Fisher, Lucy Grant, Noah Reid, "
        "Amy Porter, Leo Dixon, Ruby Marsh",
        "en",
        "Europe/London",
    ),
    *_leads(
        "Zofia Lis, Jan Kowalczyk, Maja Dudek, Adam Wilk, Hanna Sikora, Piotr Zając, Ewa Maj",
        "pl",
        "Europe/Warsaw",
    ),
    *_leads(
        "Luca Ferri, Sara Greco, Marco Villa, Elena Riva, Paolo Serra, Chiara Leone",
        "it",
        "Europe/Rome",
    ),
)
COMPANIES = ("Bakery Hoffmann", "Hotel Riva", "Walsh & Sons", "Wilk Logistics")
TAGS = ("pitched roof", "battery", "heat pump", "asked for a quote", "newsletter")
NOTES = (
    "Called back: wants to wait for the new tariff.",
    "Roof is from 2011, no shade. Sent the checklist.",
    "Asks whether a battery can follow later. Yes, with the hybrid inverter.",
    "Prefers mornings; the meter is in the neighbour's cellar.",
)
WISHES = (
    "Lower bills.",
    "As little work on the house as possible.",
    "To be independent in summer.",
    "",
)
# What else stands in Anna's own calendar: weekday, hour, length in hours, what, private.
ELSEWHERE = (
    (0, 13, 1.0, "Team lunch", False),
    (1, 9, 1.5, "Dentist", True),
    (2, 16, 1.0, "School play", True),
    (3, 11, 1.0, "Call with the supplier", False),
    (4, 14, 2.0, "Workshop", False),
)
