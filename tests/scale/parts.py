"""Google in a process of its own, a workspace connected to it, and processes of ours that sync.

How many events there are is ``CRM_TEST_SYNC_EVENTS``, a few thousand in the suite.
"""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crm_app import models
from crm_app.accounts import service as people
from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.kinds import AccountPurpose, CalendarRole, ContactCreation
from tests import factories

ME = "me@example.org"
BOOK = "people/me"


def events_wanted(usually: int) -> int:
    """How many events a test reads."""
    return int(os.environ.get("CRM_TEST_SYNC_EVENTS", usually))


@dataclass(frozen=True)
class Google:
    """The running process and what it said about itself."""

    process: "subprocess.Popen[str]"
    about: dict[str, str]

    @property
    def settings(self) -> dict[str, str]:
        """The environment that leads our processes to it."""
        return {
            "CRM_GOOGLE_CALENDAR_API": self.about["api"],
            "CRM_GOOGLE_PEOPLE_API": self.about["people_api"],
            "CRM_GOOGLE_TOKEN_URL": self.about["token_url"],
        }

    def control(self, act: str, **values: Any) -> dict[str, Any]:
        """Act as the calendar's owner; what there is then."""
        body = json.dumps({"do": act, **values}).encode()
        with urllib.request.urlopen(self.about["control"], body, timeout=60) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told

    def listed(self) -> int:
        """How many pages of events were asked for so far."""
        return int(self.control("look")["calls"].get("events.list", 0))

    def listed_cards(self) -> int:
        """How often the address book was asked for anything, its groups too."""
        calls: dict[str, int] = self.control("look")["calls"]
        return sum(
            count for name, count in calls.items() if name.startswith(("people.", "contactGroups."))
        )


@contextmanager
def google(
    events: int, *, contacts: int = 0, page: int = 2500, wait: float = 0.0
) -> Iterator[Google]:
    """Google with one account that has ``events`` events and ``contacts`` contacts; at most ``page`` of
    them at a time, after ``wait`` seconds."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "tests.servers.google", "--unchecked",
            "--events", str(events), "--contacts", str(contacts), "--page", str(page), "--wait", str(wait),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield Google(process, json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def connect(service: Google) -> int:
    """A user whose linked calendar it is, with an option that makes contacts and triggers; its id."""
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session)
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            provider="google",
            label="Google",
            username=ME,
            secret=service.about["secret"],
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        calendar = models.ExternalCalendar(
            account_id=account.id or 0,
            ref=service.about["calendar"],
            name="Work",
            time_zone="Europe/Berlin",
            role=CalendarRole.LINKED,
            creation=ContactCreation.ALWAYS,
            triggers=True,
            option_changed_at=clock.now(),
        )
        session.add(calendar)
        session.flush()
        calendar_id = calendar.id or 0
        people.set_sign_in_provider(
            session,
            system("test"),
            provider="google",
            client_id=service.about["client_id"],
            client_secret=service.about["client_secret"],
            for_calendars=True,
        )
    return calendar_id


def connect_book(service: Google) -> int:
    """A user who connected it for contacts; the id of his address book."""
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session)
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            purpose=AccountPurpose.CONTACTS,
            provider="google",
            label="Google",
            username=ME,
            secret=service.about["secret"],
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        book = models.AddressBook(account_id=account.id or 0, ref=BOOK, name="Contacts", main=True)
        session.add(book)
        session.flush()
        people.set_sign_in_provider(
            session,
            system("test"),
            provider="google",
            client_id=service.about["client_id"],
            client_secret=service.about["client_secret"],
        )
        return book.id or 0


def start(service: Google, url: str, *command: str) -> "subprocess.Popen[str]":
    """A Python process of ours on the database at ``url``."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            **service.settings,
            "CRM_DATABASE_URL": url,
            "CRM_LOG_LEVEL": "WARNING",
        },
    )


def said(process: "subprocess.Popen[str]", *, begin: bool = False) -> dict[str, Any]:
    """The line of JSON that ``tests.scale.pull`` prints at its end; ``begin``: let it begin now."""
    out, trouble = process.communicate("go\n" if begin else None, timeout=600)
    assert process.returncode == 0, trouble
    told: dict[str, Any] = json.loads(out)
    return told
