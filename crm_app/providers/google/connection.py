"""Google's client library on our own HTTP client.

The library builds the requests from the description of an API that it ships with (nothing is
downloaded); they go out through ``SafeHttp``, because httplib2 knows no time limit for a whole
request. Nothing is repeated here except once after a refused access token: the caller decides about
waiting. Batch requests are never used, they would go to another address than the one configured.
"""

import functools
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import Error as ClientError

from crm_app.core.errors import RemoteUnavailable
from crm_app.providers.google.errors import meaning
from crm_app.providers.google.tokens import Tokens
from crm_app.providers.oauth_port import OAuthApp
from crm_app.providers.safe_http import SafeHttp

Json = dict[str, Any]
# A page of events or contacts with many lines and long texts each stays below this.
_LARGEST = 100_000_000
_SENT = {"accept", "content-type", "if-match", "x-http-method-override"}


class Connection:
    """One account's connection to one of Google's APIs, which answers at ``address``.

    ``switched_off`` (a message id) says what is to be done when the project does not use that API.
    """

    def __init__(
        self,
        secret: str,
        app: OAuthApp,
        *,
        address: str,
        token_url: str,
        timeout: float,
        switched_off: str,
    ) -> None:
        # An administrator set these addresses, so they may be in the own network.
        hosts = [urlsplit(each).hostname or "" for each in (address, token_url)]
        self._http = SafeHttp(allow=hosts, timeout=timeout, max_bytes=_LARGEST)
        self.tokens = Tokens(self._http, app, token_url, secret)
        self._transport = _Transport(self._http, self.tokens, switched_off)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def run(self, request: Any, *, etag: str | None = None) -> Json:
        """The answer to ``request``, sent with If-Match when there is an etag. Raises RemoteError."""
        if etag:
            request.headers["If-Match"] = etag
        try:
            answer = request.execute(http=self._transport, num_retries=0)
        except (ClientError, ValueError) as error:
            problem = type(error).__name__
        else:
            return answer if isinstance(answer, dict) else {}
        # Raised here and not above, so that no vendor's exception with the request hangs on it.
        raise RemoteUnavailable(detail=f"answer not readable: {problem}")

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """All requests inside the block end within ``seconds``."""
        return self._http.limited(seconds)

    def close(self) -> None:
        self._http.close()


@functools.cache
def described(name: str, version: str, address: str) -> Any:
    """What makes requests to the API of that name at ``address``, made once: it takes longer than a
    sync with nothing new. It belongs to no account; each request is sent by an account's own
    transport."""
    return build_from_document(
        get_static_doc(name, version),
        http=_Nowhere(),
        client_options={"api_endpoint": address.rstrip("/") + "/"},
    )


class _Nowhere:
    """Stands where Google's library wants a client; nothing is sent without an account."""

    def request(self, *_: object, **__: object) -> None:
        raise RuntimeError("a request was sent without an account")


@dataclass(frozen=True, slots=True)
class _Success:
    """All that the library asks of httplib2's response."""

    status: int


class _Transport:
    """What Google's library expects of httplib2, with the account's token on each request."""

    def __init__(self, http: SafeHttp, tokens: Tokens, switched_off: str) -> None:
        self._http, self._tokens, self._switched_off = http, tokens, switched_off

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[_Success, bytes]:
        kept = {name: value for name, value in (headers or {}).items() if name.lower() in _SENT}
        content = body.encode() if isinstance(body, str) else body or b""

        def send() -> Any:
            signed = {**kept, "Authorization": self._tokens.bearer()}
            return self._http.request(method, uri, headers=signed, content=content, follow=False)

        answer = send()
        if answer.status == 401:
            self._tokens.renew()
            answer = send()
        if answer.status >= 300:
            # The library would stumble over odd answers, and write them into the log.
            raise meaning(
                answer.status, answer.headers, answer.content, switched_off=self._switched_off
            )
        return _Success(answer.status), answer.content

    def close(self) -> None:
        pass
