"""``python -m tests.servers.google [--port 0] [--events 20000] [--contacts 20000] [--page 250]
[--wait 0.2] [--unchecked]``: serve until killed.

``--wait`` are the seconds that the network takes an answer. Prints one line of JSON: the addresses,
the app registration, an account's secret and its calendar. POST /control with
``{"do": "seed|put|edit|cancel|expire", ...}`` acts as the calendar's owner, with ``{"do":
"seed contacts|put contact|edit contact|delete contact|rename contact|expire contacts|catch up",
...}`` as the owner of the contacts, whose acts have the arguments of ``people_owner``; with
``{"do": "look"}`` it only tells what there is and how often each method was called, and with
``{"do": "fail", ...}`` a ``Fault`` waits for its call.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.servers.google import CLIENT_ID, CLIENT_SECRET, Fault, GoogleCalendar, GoogleService
from tests.servers.google import google_server as serve
from tests.servers.google import people_owner as owner
from tests.servers.google.account import told
from tests.servers.google.people_store import GooglePeople
from tests.servers.google.person import cancel, edit, expire_tokens, put, seed
from tests.servers.plain_http import Asked, Told

_WITH_CONTACTS: dict[str, Callable[..., object]] = {
    "seed contacts": owner.seed,
    "put contact": owner.put,
    "edit contact": owner.edit,
    "delete contact": GooglePeople.delete,
    "rename contact": owner.rename,
    "expire contacts": owner.expire_tokens,
    "catch up": GooglePeople.catch_up,
}


def control(service: GoogleService, calendar: GoogleCalendar, asked: Asked) -> Told:
    """One act of the owner."""
    wanted = json.loads(asked.body)
    act = wanted.pop("do")
    with service.lock:
        if act in _WITH_CONTACTS:
            _WITH_CONTACTS[act](service.book, **wanted)
        elif act == "seed":
            seed(calendar, wanted["count"])
        elif act == "expire":
            expire_tokens(calendar)
        elif act == "cancel":
            cancel(calendar, wanted["id"])
        elif act == "fail":
            service.fail(Fault(**wanted))
        elif act != "look":
            {"put": put, "edit": edit}[act](calendar, wanted.pop("id"), **wanted)
    calls = {name: service.calls.count(name) for name in set(service.calls)}
    there = {
        "revision": calendar.revision,
        "events": len(calendar.events),
        "contacts": sum(each is not None for each in service.book.people.values()),
    }
    return told({**there, "calls": calls})


def main() -> None:
    """Serve."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--events", type=int, default=0)
    arguments.add_argument("--contacts", type=int, default=0)
    arguments.add_argument("--page", type=int, default=2500)
    arguments.add_argument("--wait", type=float, default=0.0)
    arguments.add_argument("--unchecked", action="store_true")
    given = arguments.parse_args()
    with serve(port=given.port) as service:
        service.checks, service.longest_page = not given.unchecked, given.page
        calendar = service.add_calendar("Work", id="me@example.org", primary=True)
        seed(calendar, given.events)
        owner.seed(service.book, given.contacts)

        def answer(asked: Asked) -> Told:
            service.server.asked.clear()
            if urlsplit(asked.path).path == "/control":
                return control(service, calendar, asked)
            if given.wait:
                time.sleep(given.wait)
            return service.answer(asked)

        service.server.answer = answer
        about = {
            "api": service.api,
            "people_api": service.people_api,
            "token_url": service.token_url,
            "authorize_url": service.authorize_url,
            "revoke_url": service.revoke_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "secret": service.secret(),
            "calendar": calendar.id,
            "control": service.server.url("/control"),
        }
        print(json.dumps(about), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
