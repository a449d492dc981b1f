"""The DAV methods over ``SafeHttp``, and what each status means.

An etag goes out as it came in, except for the weak mark: proxies that compress add it, and If-Match
never holds for a weak etag (RFC 9110 §13.1.1).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from crm_app.core.errors import LoginExpired, RateLimited, Rejected, RemoteUnavailable
from crm_app.providers.dav.multistatus import MultiStatus, read_multistatus
from crm_app.providers.dav.xml import DAV, Element, element, name, parse, prop, to_bytes
from crm_app.providers.safe_http import Answer, SafeHttp

_XML = {"Content-Type": "application/xml; charset=utf-8"}


class DavRefused(Rejected):
    """The server said no. ``status`` is the HTTP status, ``conditions`` are the names of the failed
    preconditions (RFC 4918 §16), ``hrefs`` what it named beside them."""

    def __init__(
        self, status: int, conditions: Collection[str] = (), hrefs: Iterable[str] = ()
    ) -> None:
        self.status = status
        self.conditions = frozenset(conditions)
        self.hrefs = tuple(hrefs)
        named = " ".join(sorted(each.partition("}")[2] for each in self.conditions))
        super().__init__(detail=f"HTTP {status} {named}".strip())


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a resource and its etag."""

    text: str
    etag: str | None


class DavClient:
    """One account's DAV connection."""

    def __init__(self, http: SafeHttp) -> None:
        self._http = http

    def propfind(self, url: str, props: Iterable[str], *, depth: int = 0) -> MultiStatus:
        """The named properties of a resource (depth 0) and its members (depth 1)."""
        body = element(name(DAV, "propfind"), prop(props))
        return self._many("PROPFIND", url, body, {"Depth": str(depth)})

    def report(self, url: str, body: Element, *, depth: int | None = None) -> MultiStatus:
        """Any REPORT that answers with a multistatus."""
        return self._many("REPORT", url, body, {} if depth is None else {"Depth": str(depth)})

    def get(self, url: str) -> Body:
        """The resource itself."""
        answer = self._ask("GET", url)
        return Body(answer.text, etag_of(answer.headers))

    def put_new(self, url: str, text: str, media: str) -> str | None:
        """Make a resource where none may be yet; its etag if the server tells it."""
        return self._put(url, text, media, {"If-None-Match": "*"})

    def put(self, url: str, text: str, media: str, etag: str | None) -> str | None:
        """Replace the resource that is at ``etag``; its new etag if the server tells it."""
        return self._put(url, text, media, _if_match(etag))

    def delete(self, url: str, etag: str | None) -> None:
        """Remove the resource that is at ``etag`` (None: whatever is there)."""
        self._ask("DELETE", url, _if_match(etag))

    def options(self, url: str) -> frozenset[str]:
        """The compliance classes of the DAV header, e.g. ``calendar-access``."""
        answer = self._ask("OPTIONS", url)
        return frozenset(part.strip() for part in answer.headers.get("dav", "").split(","))

    def trusts(self, url: str) -> bool:
        """Whether the account's credentials may be sent to ``url``."""
        return self._http.trusts(url)

    def _put(self, url: str, text: str, media: str, headers: Mapping[str, str]) -> str | None:
        sent = {"Content-Type": media, **headers}
        return etag_of(self._ask("PUT", url, sent, text.encode()).headers)

    def _many(
        self, method: str, url: str, body: Element, headers: Mapping[str, str]
    ) -> MultiStatus:
        answer = self._ask(method, url, {**_XML, **headers}, to_bytes(body))
        if answer.status != 207:
            raise DavRefused(answer.status)
        return read_multistatus(answer.content, answer.url)

    def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> Answer:
        answer = self._http.request(method, url, headers=headers, content=content)
        check(answer)
        return answer


def check(answer: Answer) -> None:
    """Raises what a status means; returns for a success."""
    status = answer.status
    if status < 300:
        return
    if status == 401:
        raise LoginExpired(detail="HTTP 401")
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        raise RateLimited(retry_after=retry_after(answer.headers), detail=f"HTTP {status}")
    if status == 408 or (status >= 500 and status not in {501, 507}):
        raise RemoteUnavailable(detail=f"HTTP {status}")
    raise DavRefused(status, *_conditions(answer.content))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds. A date is compared with the server's own clock, never with ours."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    until, now = _http_date(text), _http_date(headers.get("date", ""))
    return max((until - now).total_seconds(), 0.0) if until and now else None


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None


def etag_of(headers: Mapping[str, str]) -> str | None:
    """The etag of an answer, without a weak mark."""
    return strong(headers.get("etag", ""))


def strong(etag: str) -> str | None:
    """``etag`` without a weak mark; None when it is empty."""
    return etag.strip().removeprefix("W/").strip() or None


def _if_match(etag: str | None) -> dict[str, str]:
    return {"If-Match": etag} if etag else {}


def _conditions(content: bytes) -> tuple[list[str], list[str]]:
    """Failed preconditions and the hrefs beside them, from a DAV:error body if there is one."""
    try:
        root = parse(content) if content.strip().startswith(b"<") else None
    except Rejected:
        root = None
    if root is None or root.tag != name(DAV, "error"):
        return [], []
    hrefs = [each.text.strip() for each in root.iter(name(DAV, "href")) if each.text]
    return [str(each.tag) for each in root if isinstance(each, etree._Element)], hrefs
