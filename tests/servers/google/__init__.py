"""Google's calendars and contacts on loopback: the APIs with their tokens, pages, etags and pushes.

``google_server`` serves in a thread of the test; ``python -m tests.servers.google`` in a process of
its own. Requests and answers are checked against the descriptions that Google's client ships.
"""

from tests.servers.google.account import CLIENT_ID, CLIENT_SECRET, Account
from tests.servers.google.people_store import GooglePeople
from tests.servers.google.push import Push, Pushes
from tests.servers.google.service import Fault, GoogleService, google_server
from tests.servers.google.store import GoogleCalendar

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "Account",
    "Fault",
    "GoogleCalendar",
    "GooglePeople",
    "GoogleService",
    "Push",
    "Pushes",
    "google_server",
]
