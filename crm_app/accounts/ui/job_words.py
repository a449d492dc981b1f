"""What the kinds of background work are called, and where one finds what a piece is about. Pure."""

from collections.abc import Mapping
from typing import Any

from crm_app.core.i18n import N_

WORDS: dict[str, str] = {
    "facts.dispatch": N_("Pass on what happened"),
    "accounts.tidy": N_("Forget sessions and links that are over"),
    "contacts.purge": N_("Remove contacts that were deleted 30 days ago"),
    "contacts.bulk": N_("Change many contacts at once"),
    "contacts.import": N_("Import a file of contacts"),
    "contacts.import_undo": N_("Take an import of contacts back"),
    "messages.tidy": N_("Forget notifications that were read long ago"),
    "messages.send": N_("Send a message"),
    "messages.account_link": N_("Write an invitation or a reset link"),
    "appointments.mail": N_("Write the mails about an appointment"),
    "appointments.remind": N_("Remind of an appointment"),
    "sync.run": N_("Bring an external calendar in step"),
    "sync.appointment": N_("Bring an appointment into connected calendars"),
    "sync.gather": N_("Bring a user's appointments into his calendar"),
    "sync.app_changed": N_("Try connected accounts again with another app"),
    "sync.backfill": N_("Take in what stands in a calendar already"),
    "sync.channel": N_("Have a service wake us when a calendar changes"),
    "sync.farewell": N_("Give back our access to a service"),
    "campaigns.hear": N_("Tell campaigns what happened"),
    "campaigns.release": N_("Let contacts go on after a pause of their campaign"),
    "triggers.consider": N_("Have triggers look at what happened"),
    "triggers.time": N_("Have a trigger look whose time has come"),
    "triggers.hook": N_("Take in a call from another program"),
    "triggers.backfill": N_("Plan a trigger's times for what is there already"),
    "triggers.tidy": N_("Forget old looks of triggers"),
    "sync.book": N_("Bring an address book in step"),
    "sync.card_changed": N_("Bring a contact's entries in address books in line"),
    "sync.cards_merged": N_("Bring the entries of merged contacts in line"),
    "sync.forget_entries": N_("Forget removed entries of address books"),
    "sync.card_rules": N_("Mark a queue's cards by its owner's rules"),
    "sync.import_cards": N_("Import contacts from the queue"),
    "sync.windows": N_("Look further ahead in external calendars"),
}
# The name of an argument -> the page that shows what it means.
_PAGES = {
    "message_id": "/outbox/{}",
    "appointment_id": "/calendar?appointment={}",
    "contact_id": "/contacts/{}",
    "calendar_id": "/settings/connections",
    "account_id": "/settings/connections",
    "book_id": "/settings/accounts",
}


def page_of(args: Mapping[str, Any]) -> str:
    """The address of what a piece of work is about; empty when there is no page for it."""
    return next((page.format(args[name]) for name, page in _PAGES.items() if name in args), "")
