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
    # Kept free for stories, so that nobody has it; empty: he gave none.
    phone: str = ""

    @property
    def email(self) -> str:
        """His address, from his name."""
        plain = self.name.lower().translate(str.maketrans("äöüßąćęłńóśżźé ", "aousacelnoszze."))
        return f"{plain}@mail.example"


def _leads(names: str, locale: str, zone: str, numbers: str = "") -> list[Lead]:
    return [
        Lead(name, locale, zone, f"{numbers}{place:02}" if numbers else "")
        for place, name in enumerate(names.split(", "))
    ]


LEADS = (
    *_leads(
        "Lea Hoffmann, Paul Brandt, Mia Vogel, Jonas Keller, Sophie Lang, Felix Roth, Emma Busch, "
        "Lukas Winter, Clara Engel, Max Sommer, Nora Graf, Till Arnold, Ida Kraus, Ben Lorenz, "
        "Marie Pohl, David Franke",
        "de",
        ZONE,
        "+4930231253",
    ),
    *_leads(
        "Oliver Hughes, Grace Palmer, Harry Walsh, Ella Turner, Jack Fisher, Lucy Grant, Noah Reid, "
        "Amy Porter, Leo Dixon, Ruby Marsh",
        "en",
        "Europe/London",
        "+4477009002",
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
TAGS = ("pitched roof", "battery", "heat pump", "wallbox", "newsletter")
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


QUOTE_TAG = "asked for a quote"
QUOTE_SUBJECT = "Your quote {{contact.custom.quote}}"
QUOTE_MAIL = (
    "Hello {{contact.first_name|there}},\n\nyour quote {{contact.custom.quote}} is ready. "
    "What is in it, and what the steps after it are, stands here:\n\n"
    "https://northlight.example/quotes\n\nDo call when something is not clear.\n\n{{user.name|Northlight Solar}}"
)
QUOTE_SMS = "Hello {{contact.first_name|there}}, did our quote arrive? {{user.first_name|}}"
CALL = "Call {{contact.name}} about the quote"
ASK = "Ask {{contact.name}} what became of the quote"
FORM_INTRO = "Tell us in two lines what you have in mind. We write to you within the hour."
TRIGGER_NAMES = {
    "campaign_entered": "New lead assigned",
    "not_booked": "Not booked within 10 minutes",
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who fills in the form ``minutes`` before now, and what he does so long after it.

    ``does``: clicked, booked, replied, stop, bounced. Of the numbers nobody has any: they are kept
    free for stories.
    """

    name: str
    locale: str
    minutes: int
    phone: str = ""
    wish: str = ""
    does: tuple[tuple[int, str], ...] = ()
    says: str = ""

    @property
    def lead(self) -> Lead:
        """As somebody who books."""
        zones = {"en": "Europe/London", "pl": "Europe/Warsaw", "it": "Europe/Rome"}
        return Lead(self.name, self.locale, zones.get(self.locale, ZONE))


_DAY = 24 * 60
ASKERS = (
    Asker(
        "Henry Clark",
        "en",
        8 * _DAY + 95,
        "+447700900101",
        "A roof of 60 square metres, facing south.",
        ((33, "clicked"), (36, "booked")),
    ),
    Asker(
        "Amelie Busse",
        "de",
        7 * _DAY + 310,
        "+493023125201",
        "Wallbox and panels together.",
        ((44, "clicked"), (52, "booked")),
    ),
    Asker(
        "George Ward",
        "en",
        6 * _DAY + 40,
        "+447700900102",
        "How long does it take?",
        ((37, "replied"),),
        "Please call me after five, I am at work before.",
    ),
    Asker("Nina Kessler", "de", 6 * _DAY - 200, "+493023125202", "A flat roof."),
    Asker("Tom Jennings", "en", 5 * _DAY + 30, "+447700900103", "", ((41, "booked"),)),
    Asker("Carla Neri", "it", 4 * _DAY + 190, "", "Un tetto piano.", ((50, "clicked"),)),
    Asker("Rob Sutton", "en", 3 * _DAY + 70, "+447700900104", "", ((35, "stop"),)),
    Asker(
        "Erik Sander", "de", 2 * _DAY + 120, "+493023125203", "Battery only.", ((32, "bounced"),)
    ),
    Asker("Isla Murray", "en", _DAY + 260, "+447700900105", "", ((34, "clicked"), (38, "booked"))),
    Asker("Jakob Weiss", "de", _DAY - 150, "+493023125204", "Asks for a rent model."),
    Asker(
        "Paula Stern", "de", 170, "+493023125205", "Two dormers on the roof.", ((58, "clicked"),)
    ),
    Asker("Max Ritter", "de", 34, "+493023125206", "Heat pump and panels."),
    Asker("Lily Foster", "en", 19, "+447700900106", "A roof with some shade."),
    Asker("Leon Fuchs", "de", 6, "+493023125207", "An old barn."),
)

# Who asked for a quote: which booked lead, how many hours ago, under which number, and whether he
# looked at it so many hours later. One number was forgotten, and a person has to mend it.
QUOTES = (
    ("Lea Hoffmann", 150, "Q-2041", 20),
    ("Oliver Hughes", 100, "Q-2042", None),
    ("Jan Kowalczyk", 52, "", None),
    ("Elena Riva", 44, "Q-2044", None),
)

# Tasks by hand: who (a position in TEAM), kind, what, hours from now, with which booked lead, done.
TASKS = (
    (0, "call", "Call the electrician about the meter cabinet", -26, None, False),
    (0, "task", "Send the checklist for flat roofs", 3, "Grace Palmer", False),
    (0, "task", "Order the new showroom panels", 50, None, False),
    (1, "call", "Ask how the first week went", -5, "Harry Walsh", False),
    (2, "task", "Photos of the cellar to the planner", 22, "Zofia Lis", False),
    (3, "email", "Send the minutes of the planning meeting", -30, "Luca Ferri", True),
)
