"""A DAV server that says exactly what a test tells it to say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.carddav import CardDavBooks
from tests.servers.plain_http import Asked, PlainServer, Told, plain_server

Line = Told | Callable[[Asked], Told]
HOME = "/ann/"
CALENDAR = "/ann/meetings/"
BOOK = "/ann/contacts/"


class Script:
    """Answers by method and path; what is not in it is a 404. A list is used up, its last stays."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, str], list[Line]] = {}

    def on(self, method: str, path: str, *lines: Line) -> "Script":
        self.lines[method, path] = list(lines)
        return self

    def __call__(self, asked: Asked) -> Told:
        lines = self.lines.get((asked.method, asked.path), [Told(404)])
        line = lines.pop(0) if len(lines) > 1 else lines[0]
        return line if isinstance(line, Told) else line(asked)


def many(*responses: str, token: str = "", status: int = 207) -> Told:
    """A multistatus of ``responses``."""
    sync = f"<D:sync-token>{token}</D:sync-token>" if token else ""
    text = (
        '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" '
        'xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:K="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/" '
        f'xmlns:A="http://apple.com/ns/ical/">{"".join(responses)}{sync}</D:multistatus>'
    )
    return Told(status, {"Content-Type": "application/xml"}, text.encode())


def found(href: str, props: str = "") -> str:
    """A resource with properties."""
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{props}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def gone(href: str, status: str = "404 Not Found") -> str:
    """A resource with a status of its own."""
    return f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 {status}</D:status></D:response>"


def etag(value: str) -> str:
    return f"<D:getetag>{value}</D:getetag>"


def data(raw: str, value: str = '"1"') -> str:
    return f"{etag(value)}<C:calendar-data><![CDATA[{raw}]]></C:calendar-data>"


def card_data(raw: str, value: str = '"1"') -> str:
    return f"{etag(value)}<K:address-data><![CDATA[{raw}]]></K:address-data>"


def failed(status: int, condition: str) -> Told:
    """A DAV:error with one precondition."""
    return Told(status, {}, f'<D:error xmlns:D="DAV:"><D:{condition}/></D:error>'.encode())


SYNCS = (
    "<D:sync-token>t0</D:sync-token><D:supported-report-set><D:supported-report><D:report>"
    "<D:sync-collection/></D:report></D:supported-report></D:supported-report-set>"
)


@contextmanager
def scripted(
    script: Callable[[Asked], Told], **options: object
) -> Iterator[tuple[PlainServer, CalDavCalendars]]:
    """The server, and an adapter on it."""
    with plain_server(script) as server:
        provider = CalDavCalendars(
            server.url(), "ann", "s3cret", **{"allow": ("127.0.0.1",), "timeout": 10.0, **options}
        )
        try:
            yield server, provider
        finally:
            provider.close()


@contextmanager
def scripted_books(
    script: Callable[[Asked], Told], **options: object
) -> Iterator[tuple[PlainServer, CardDavBooks]]:
    """The server, and an adapter for address books on it."""
    with plain_server(script) as server:
        books = CardDavBooks(
            server.url(), "ann", "s3cret", **{"allow": ("127.0.0.1",), "timeout": 10.0, **options}
        )
        try:
            yield server, books
        finally:
            books.close()
