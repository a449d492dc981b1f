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
    Entry("/outbox", N_("Outbox"), "send"),
    Entry("/settings", N_("Settings"), "settings"),
)

SETTINGS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        N_("You"),
        (
            Entry("/settings/profile", N_("Profile"), "user-round"),
            Entry("/settings/hours", N_("Working hours"), "clock"),
            Entry("/settings/calendar", N_("Calendar configuration"), "calendar-sync"),
            Entry("/settings/accounts", N_("External accounts"), "link"),
            Entry("/settings/sessions", N_("Sign-in and sessions"), "key-round"),
        ),
    ),
    (
        N_("Team"),
        (
            Entry("/settings/users", N_("Users"), "users-round", admin=True),
            Entry("/settings/teams", N_("Team calendar configuration"), "split", admin=True),
            Entry("/settings/calendars", N_("Calendars"), "calendar-cog", admin=True),
        ),
    ),
    (
        N_("Workspace"),
        (
            Entry("/settings/workspace", N_("Workspace"), "building-2", admin=True),
            Entry("/settings/integrations", N_("Integrations"), "plug", admin=True),
            Entry("/settings/layout", N_("Layout studio"), "layout-panel-left", admin=True),
            Entry("/settings/mail", N_("Mail"), "mail", admin=True),
            Entry("/settings/jobs", N_("Background work"), "list-checks", admin=True),
            Entry("/settings/audit", N_("Audit log"), "scroll-text", admin=True),
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
