"""Where one can go: the rail's entries and the settings' sections, in their order.

Entries whose page is not in the product yet are left out by ``visible``, so a new page only has to
be registered under its address here.
"""

from dataclasses import dataclass

from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """A destination. ``label`` and ``hint`` are message ids, ``icon`` a Lucide name."""

    route: str
    label: str
    icon: str
    hint: str = ""
    admin: bool = False


RAIL: tuple[Entry, ...] = (
    Entry("/", N_("Home"), "house"),
    Entry("/calendar", N_("Calendar"), "calendar-days"),
    Entry("/contacts", N_("Contacts"), "users"),
    Entry("/tasks", N_("Tasks"), "list-todo"),
    Entry("/campaigns", N_("Campaigns"), "workflow"),
    Entry("/forms", N_("Forms"), "clipboard-list"),
    Entry("/triggers", N_("Triggers"), "zap"),
    Entry("/outbox", N_("Outbox"), "send"),
    Entry("/settings", N_("Settings"), "settings"),
)

SETTINGS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        N_("You"),
        (
            Entry(
                "/settings/profile",
                N_("Profile"),
                "user-round",
                N_("Your name, link, language and signature"),
            ),
            Entry(
                "/settings/hours",
                N_("Working hours"),
                "clock",
                N_("When you can be booked, and your time off"),
            ),
            Entry(
                "/settings/connections",
                N_("Calendar configuration"),
                "calendar-sync",
                N_("Which calendars are read and written, and what is made of their guests"),
            ),
            Entry(
                "/settings/accounts",
                N_("External accounts"),
                "link",
                N_("Address books that stay in step"),
            ),
            Entry(
                "/settings/sessions",
                N_("Sign-in and sessions"),
                "key-round",
                N_("Password and signed-in browsers"),
            ),
        ),
    ),
    (
        N_("Team"),
        (
            Entry(
                "/settings/users",
                N_("Users"),
                "users-round",
                N_("Who works here, and what they may do"),
                admin=True,
            ),
            Entry(
                "/settings/teams",
                N_("Team calendar configuration"),
                "split",
                N_("Who becomes the owner of a lead"),
                admin=True,
            ),
            Entry(
                "/settings/calendars",
                N_("Calendars"),
                "calendar-cog",
                N_("What can be booked, when and with whom"),
                admin=True,
            ),
        ),
    ),
    (
        N_("Workspace"),
        (
            Entry(
                "/settings/workspace",
                N_("Workspace"),
                "building-2",
                N_("Name, language, time zone and logo"),
                admin=True,
            ),
            Entry(
                "/settings/integrations",
                N_("Integrations"),
                "plug",
                N_("Google, Microsoft and other services"),
            ),
            Entry(
                "/settings/configuration",
                N_("Configuration"),
                "toggle-right",
                N_("Contacts of Google and Office 365, for those who want them"),
                admin=True,
            ),
            Entry(
                "/settings/layout",
                N_("Layout studio"),
                "layout-panel-left",
                N_("Which fields a contact card shows"),
                admin=True,
            ),
            Entry(
                "/settings/mail", N_("Mail"), "mail", N_("How mail leaves this server"), admin=True
            ),
            Entry(
                "/settings/messages",
                N_("Messages"),
                "message-square",
                N_("SMS, Messenger, signed calls, and how fast"),
                admin=True,
            ),
            Entry(
                "/settings/jobs",
                N_("Background work"),
                "list-checks",
                N_("What runs, waits or needs a look"),
                admin=True,
            ),
            Entry(
                "/settings/audit",
                N_("Audit log"),
                "scroll-text",
                N_("Who did what, and when"),
                admin=True,
            ),
        ),
    ),
)

_routes: set[str] = set()


def register(route: str) -> None:
    """A page exists under ``route``."""
    _routes.add(route)


def visible(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries that lead to a page of the product."""
    return tuple(entry for entry in entries if entry.route in _routes)


def routes() -> frozenset[str]:
    """All registered routes."""
    return frozenset(_routes)
