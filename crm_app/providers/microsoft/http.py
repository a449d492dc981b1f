"""Questions to Microsoft Graph v1.0, and its answers.

Every question carries the same preferences: ids that stay when an item is moved, times in UTC,
bodies as plain text. The token goes to the configured address and nowhere else: links in answers
and cursors are followed only below it. A token that is refused is renewed once.

Pages: https://learn.microsoft.com/graph/outlook-immutable-id,
https://learn.microsoft.com/graph/json-batching
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote, urlencode

from crm_app.core.errors import Rejected, RemoteUnavailable
from crm_app.providers.microsoft.errors import GONE, parsed, refusal
from crm_app.providers.microsoft.tokens import Tokens
from crm_app.providers.oidc import is_safe
from crm_app.providers.safe_http import Answer, SafeHttp

PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'
AS_HTML = PREFER.replace('"text"', '"html"')
# https://learn.microsoft.com/graph/json-batching#batch-size-limitations
_BATCH = 20


class GraphClient:
    """Speaks to Graph at ``base`` for one account."""

    def __init__(self, base: str, tokens: Tokens, http: SafeHttp) -> None:
        if not is_safe(base):
            raise Rejected(detail="the address of Graph is not https")
        self.base = base.rstrip("/")
        self._tokens, self._http = tokens, http

    def __repr__(self) -> str:
        return "GraphClient(...)"

    @property
    def owner(self) -> str:
        """An address of the account's owner."""
        return self._tokens.owner

    def url(self, *parts: str, **query: str) -> str:
        """The address below ``/me`` of ``parts``, each one path segment. ``select="x"`` asks with
        ``$select=x``; names with capitals stand as they are."""
        path = "/".join(["/me", *(quote(part, safe="") for part in parts)])
        asked = {
            name if name != name.lower() else f"${name}": value for name, value in query.items()
        }
        return f"{self.base}{path}" + (
            f"?{urlencode(asked, quote_via=quote, safe='$')}" if asked else ""
        )

    def owns(self, link: str) -> bool:
        """Whether ``link`` leads to this very Graph, so that the token may go there."""
        return link.startswith(self.base + "/") and "\\" not in link and "/../" not in link

    def ask(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        etag: str | None = None,
        prefer: str = PREFER,
    ) -> dict[str, Any]:
        """The answer's JSON object, empty when there is none. Raises RemoteError."""
        if not self.owns(url):
            raise Rejected(detail="a link leads to another server")
        headers = {"Prefer": prefer, "Accept": "application/json"}
        if etag is not None:
            headers["If-Match"] = etag
        content = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        answer = self._send(method, url, headers, content)
        found = parsed(answer.content)
        if not 200 <= answer.status < 300:
            raise refusal(answer.status, dict(answer.headers), found)
        if answer.content and not isinstance(found, dict):
            raise RemoteUnavailable(detail="the answer is no JSON object")
        return found or {}

    def read_many(self, urls: Sequence[str]) -> list[dict[str, Any] | None]:
        """What is at each of ``urls``, None for what is gone, by as few questions as possible."""
        found: list[dict[str, Any] | None] = []
        for start in range(0, len(urls), _BATCH):
            found += self._batch(urls[start : start + _BATCH])
        return found

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """All questions inside the block end within ``seconds``."""
        return self._http.limited(seconds)

    def _batch(self, urls: Sequence[str]) -> list[dict[str, Any] | None]:
        asked = [
            {
                "id": str(number),
                "method": "GET",
                "url": url.removeprefix(self.base),
                "headers": {"Prefer": PREFER},
            }
            for number, url in enumerate(urls)
        ]
        told = self.ask("POST", f"{self.base}/$batch", {"requests": asked})
        answers = {str(each.get("id")): each for each in told.get("responses", [])}
        return [_single(answers.get(str(number))) for number in range(len(urls))]

    def _send(self, method: str, url: str, headers: dict[str, str], content: bytes) -> Answer:
        for anew in (False, True):
            token = self._tokens.access(anew=anew)
            answer = self._http.request(
                method,
                url,
                headers={**headers, "Authorization": f"Bearer {token}"},
                content=content,
                follow=False,
            )
            if answer.status != 401:
                break
        return answer


def _single(answer: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """One answer of a batch."""
    if answer is None:
        raise RemoteUnavailable(detail="a batch came back without one of its answers")
    status, body = int(answer.get("status") or 0), answer.get("body")
    if status in GONE:
        return None
    if status != 200 or not isinstance(body, dict):
        headers = {str(k).lower(): str(v) for k, v in (answer.get("headers") or {}).items()}
        raise refusal(status or 500, headers, body)
    return body
