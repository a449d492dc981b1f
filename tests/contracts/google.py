"""Google's calendars, tried by the contracts."""

from dataclasses import dataclass

from crm_app.providers.calendar_port import CalendarProvider
from crm_app.providers.google.calendars import GoogleCalendars
from crm_app.providers.google.reading import to_ical, uid_of
from crm_app.providers.google.tokens import Secret
from crm_app.providers.oauth_port import OAuthApp
from tests.contracts.calendars import Heard
from tests.servers.google import CLIENT_ID, CLIENT_SECRET, GoogleCalendar, GoogleService
from tests.servers.google.imported import put_ical
from tests.servers.google.person import cancel, expire_tokens

APP = OAuthApp(CLIENT_ID, CLIENT_SECRET)


def connected(service: GoogleService, secret: str | None = None, **more: float) -> GoogleCalendars:
    """An adapter on the service's account."""
    return GoogleCalendars(
        secret or service.secret(),
        APP,
        api=service.api,
        token_url=service.token_url,
        **{"timeout": 10.0, "page_size": 50, **more},  # type: ignore[arg-type]
    )


@dataclass
class GoogleWorld:
    """An account with one calendar, into which the person's phone writes by CalDAV."""

    service: GoogleService
    calendar: GoogleCalendar
    name: str = "Work"
    writable: bool = True
    address: str = "https://crm.example/hooks/google"

    @classmethod
    def make(cls, service: GoogleService) -> "GoogleWorld":
        return cls(service, service.add_calendar("Work"))

    @property
    def ref(self) -> str:
        return self.calendar.id

    @property
    def absent_ref(self) -> str:
        return "gone@group.calendar.google.com"

    def open(self) -> CalendarProvider:
        return connected(self.service)

    def open_with_wrong_password(self) -> CalendarProvider:
        return connected(self.service, Secret(refresh_token="wrong").dump())

    def open_as_reader(self) -> CalendarProvider:
        self.calendar.role = "reader"
        return self.open()

    def put_outside(self, entry: str, raw: str) -> str:
        return put_ical(self.calendar, entry.encode().hex(), raw)

    def replace_outside(self, href: str, raw: str) -> None:
        put_ical(self.calendar, href, raw)

    def remove_outside(self, href: str) -> None:
        cancel(self.calendar, href)

    def text_of(self, href: str) -> str:
        found = self.calendar.get(href)
        return to_ical(found, owner=self.service.account.email, uid=uid_of(found))

    def spoil(self, cursor: str) -> str:
        expire_tokens(self.calendar)
        return cursor

    def heard(self) -> list[Heard]:
        pushes = self.service.pushes
        calls = [push.headers for push in pushes.waiting if not push.greeting]
        pushes.waiting.clear()
        return [Heard(one["X-Goog-Channel-ID"], one["X-Goog-Channel-Token"]) for one in calls]
