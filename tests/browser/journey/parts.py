"""The parts around the product, for somebody who walks the journey by hand.

``python -m tests.browser.journey.parts`` runs a CalDAV server with the members' calendars of the
story, and a mail server that shows each mail and keeps it as a file, until Ctrl-C. It prints how to
start the product beside them; see ``docs/try-it.md``.
"""

import signal
import tempfile
import threading
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from tests.browser.journey import engagements
from tests.browser.journey.engagements import PRIVATE, UNUSED, WORK
from tests.browser.journey.week import Week
from tests.servers import radicale
from tests.servers.radicale import RadicaleServer
from tests.servers.smtp import Received, SmtpSink

_WELCOME = """
A calendar server and a mail server run until Ctrl-C.

  Calendars   {caldav}
              users {users}, app password {password}
              in each {calendars}; the story's week begins on {monday:%A, %d %B %Y}
  Mail        arrives below, and as files in {mails}

Start the product in another terminal, with an empty data folder:

  CRM_DATA_DIR={data} CRM_SMTP_URL={smtp} CRM_ALLOW_PRIVATE_ADDRESSES=127.0.0.0/8 make run
"""


def fill(server: RadicaleServer, week: Week) -> list[str]:
    """Make the members' accounts with what stands in their calendars; their names."""
    members = {"anna": engagements.annas(week), "kate": engagements.kates(week)}
    for name, entries in members.items():
        user = server.make_user(name)
        for calendar in (WORK, PRIVATE, UNUSED):
            user.make_calendar(calendar)
        for entry in entries:
            user.put(entry.calendar, f"{entry.name}.ics", entry.ics)
    return list(members)


def show(received: Received, file: Path) -> None:
    """Print a mail as a reader sees it, and keep it."""
    file.write_bytes(received.content)
    body = received.mail.get_body(("plain",))
    text = str(body.get_content()).strip() if body else ""
    line = "-" * 72
    print(
        f"{line}\nTo: {received.recipient}\nSubject: {received.mail['Subject']}\n\n{text}\n{file}"
    )


def main() -> None:
    """Run both servers until Ctrl-C."""
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    folder = Path(tempfile.mkdtemp(prefix="journey-"))
    mails = folder / "mails"
    mails.mkdir()
    numbers = count(1)
    sink = SmtpSink(on_data=lambda mail: show(mail, mails / f"{next(numbers):03}.eml")).start()
    week = Week.ahead_of(datetime.now(UTC))
    with radicale.serving(folder) as server:
        print(
            _WELCOME.format(
                caldav=server.url,
                users=" and ".join(fill(server, week)),
                password=radicale.PASSWORD,
                calendars=f"{WORK}, {PRIVATE} and {UNUSED}",
                monday=week.monday,
                mails=mails,
                data=folder / "tandem",
                smtp=sink.url,
            ),
            flush=True,
        )
        stop.wait()
    sink.stop()


if __name__ == "__main__":
    main()
