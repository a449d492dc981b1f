"""``python -m tests.servers.graph [--events N] [--contacts N]``: serve until it is ended.

Prints one line of JSON: the addresses to put into the environment, the app registration, and the
secrets of an account that has connected, for calendars and for contacts.
"""

import argparse
import contextlib
import json
import threading

from tests.servers.graph.outside import seed, seed_contacts
from tests.servers.graph.server import Graph
from tests.servers.graph.signin import CONTACTS
from tests.servers.plain_http import plain_server


def main() -> None:
    """See the module."""
    arguments = argparse.ArgumentParser(prog="python -m tests.servers.graph")
    arguments.add_argument("--port", type=int, default=0, choices=[0], help="a free one, always")
    arguments.add_argument("--events", type=int, default=0, help="how many events to begin with")
    arguments.add_argument("--contacts", type=int, default=0, help="the same of contacts")
    asked = arguments.parse_args()
    running = Graph(checked=asked.events + asked.contacts == 0)
    calendar = running.mailbox.add_calendar("Work")
    seed(running, calendar, asked.events)
    seed_contacts(running, asked.contacts)
    with plain_server(running.answer) as server:
        running.start(server)
        told = {
            "CRM_MICROSOFT_GRAPH": running.graph,
            "CRM_MICROSOFT_AUTHORITY": running.authority,
            "client_id": running.app.client_id,
            "client_secret": running.app.client_secret,
            "secret": running.secret(),
            "calendar": calendar.id,
            "contacts_secret": running.secret(CONTACTS),
            "folder": running.contacts.main.id,
        }
        print(json.dumps(told), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
        running.stop()


if __name__ == "__main__":
    main()
