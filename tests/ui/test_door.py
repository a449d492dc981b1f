"""The door as ASGI: who comes in, by what, before any other code runs."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from crm_app.core.access import Actor
from crm_app.core.kinds import Role
from crm_app.ui import headers
from crm_app.ui.door import Door, Keys

ADA = Actor(kind="user", user_id=1, role=Role.ADMIN)
OURS = {"origin": "https://crm.example"}
COOKIE = {"cookie": "crm_session=good"}
PAGE = {"accept": "text/html"}


@dataclass
class World:
    """What the keys answer, and which requests came through the door."""

    users: bool = True
    public_url: str = "https://crm.example"
    came_in: list[str] = field(default_factory=list)

    def keys(self) -> Keys:
        return Keys(
            resolve=lambda cookie: ADA if cookie and "crm_session=good" in cookie else None,
            has_users=lambda: self.users,
            public_url=lambda: self.public_url,
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    async def anything(request: Any) -> HTMLResponse:
        world.came_in.append(f"{request.method} {request.url.path}")
        return HTMLResponse("<p>inside</p>")

    async def socket(websocket: WebSocket) -> None:
        world.came_in.append("socket")
        await websocket.accept()
        await websocket.send_text("inside")
        await websocket.close()

    methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
    app = Starlette(
        routes=[
            WebSocketRoute("/_event", socket),
            Route("/cal/embedded", lambda _: PlainTextResponse("public"), methods=["GET", "POST"]),
            Route("/{path:path}", anything, methods=methods),
        ]
    )
    with TestClient(
        Door(app, world.keys()), base_url="https://crm.example", follow_redirects=False
    ) as made:
        yield made


def test_no_session_leads_to_sign_in_and_back(client: TestClient, world: World) -> None:
    answer = client.get("/contacts/7?tab=notes", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/contacts/7%3Ftab%3Dnotes"
    assert client.get("/", headers=PAGE).headers["location"] == "/login"
    assert client.get("/contacts", headers={"accept": "application/json"}).status_code == 401
    assert client.get("/contacts", headers=PAGE | {"cookie": "crm_session=bad"}).status_code == 303
    assert world.came_in == []


def test_a_session_opens_pages(client: TestClient) -> None:
    assert client.get("/contacts", headers=PAGE | COOKIE).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/cal/intro",
        "/public/style.css",
        "/assets/a.js",
        "/f/x",
        "/u/x",
        "/l/x",
        "/o/x.gif",
    ],
)
def test_what_is_open_to_strangers(client: TestClient, path: str) -> None:
    assert client.get(path, headers=PAGE).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/loginx",
        "/calendar",
        "/contacts",
        "/settings",
        "/formulas",
        "/index.html",
        "/_event",
        "/connect/google",
        "/connect/google/back",
    ],
)
def test_what_only_begins_like_a_public_path_is_closed(client: TestClient, path: str) -> None:
    assert client.get(path, headers=PAGE).status_code == 303


@pytest.mark.parametrize(
    "path", ["/login/../contacts", "/cal//x", "/login/..%2fcontacts", "/cal\\x"]
)
def test_paths_that_play_tricks_are_refused(world: World, path: str) -> None:
    # The client would tidy the path up, so the scope is made by hand.
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        world.came_in.append(scope["path"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": path.replace("%2f", "/"),
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(Door(inner, world.keys())(scope, receive, send))
    assert sent[0]["status"] == 400
    assert world.came_in == []


@pytest.mark.parametrize("sent", [{}, COOKIE, COOKIE | OURS])
def test_uploads_are_closed_for_everybody(client: TestClient, sent: dict[str, str]) -> None:
    assert client.post("/_upload", headers=sent).status_code == 403
    assert client.get("/_upload/x", headers=sent).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "sent", [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": ""}]
)
def test_unsafe_methods_need_our_origin(
    client: TestClient, world: World, method: str, sent: dict[str, str]
) -> None:
    assert client.request(method, "/login", headers=COOKIE | sent).status_code == 403
    assert world.came_in == []


def test_two_origins_are_none(client: TestClient) -> None:
    twice = [("origin", "https://crm.example"), ("origin", "https://evil.example")]
    assert client.post("/login", headers=twice).status_code == 403


def test_our_origin_may_post(client: TestClient) -> None:
    assert client.post("/login", headers=OURS).status_code == 200


def test_a_visitors_form_may_come_without_origin_but_not_from_another_site(
    client: TestClient,
) -> None:
    assert client.post("/cal/embedded").status_code == 200
    assert client.post("/cal/embedded", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert (
        client.post("/cal/embedded", headers={"origin": "https://evil.example"}).status_code == 403
    )


def test_the_wrong_address_is_explained(client: TestClient) -> None:
    answer = client.post("/login", headers={"origin": "https://other.example"})
    assert "CRM_PUBLIC_URL" in answer.text


def test_programs_come_with_tokens_and_need_no_origin(client: TestClient) -> None:
    assert client.post("/api/v1/contacts").status_code == 200
    assert client.post("/apix").status_code == 403


@pytest.mark.parametrize(
    "sent",
    [
        {},
        OURS,
        OURS | {"cookie": "crm_session=bad"},
        COOKIE,
        COOKIE | {"origin": "https://evil.example"},
        COOKIE | {"origin": "null"},
    ],
)
def test_no_socket_without_session_and_our_origin(
    client: TestClient, world: World, sent: dict[str, str]
) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/_event", headers=sent),
    ):
        pass
    assert refused.value.code == 1008
    assert world.came_in == []


def test_a_socket_with_both(client: TestClient) -> None:
    with client.websocket_connect("/_event", headers=COOKIE | OURS) as socket:
        assert socket.receive_text() == "inside"


def test_usr1_an_empty_database_leads_to_the_set_up(client: TestClient, world: World) -> None:
    world.users = False
    for path in ("/", "/login", "/cal/intro", "/contacts"):
        assert client.get(path, headers=PAGE | COOKIE).headers["location"] == "/setup"
    assert client.get("/setup", headers=PAGE).status_code == 200
    assert client.get("/public/style.css").status_code == 200
    assert client.get("/healthz").status_code == 200
    world.users = True
    assert client.get("/login", headers=PAGE).status_code == 200


def test_every_answer_is_shielded(client: TestClient, world: World) -> None:
    answer = client.get("/contacts", headers=PAGE | COOKIE).headers
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["referrer-policy"] == "same-origin"
    assert "max-age" in answer["strict-transport-security"]
    assert "frame-ancestors 'none'" in answer["content-security-policy"]
    assert answer["cache-control"] == "no-cache"
    assert client.get("/contacts", headers=PAGE).headers["x-content-type-options"] == "nosniff"
    world.public_url = "http://localhost:3000"
    assert "strict-transport-security" not in client.get("/contacts", headers=COOKIE).headers


def test_built_files_are_kept_by_browsers_and_pages_are_not(client: TestClient) -> None:
    assert "immutable" in client.get("/assets/page-1a2b.js").headers["cache-control"]
    assert client.get("/contacts", headers=COOKIE).headers["cache-control"] == "no-cache"


def test_a_pages_own_policy_stays() -> None:
    async def public(scope: Any, receive: Any, send: Any) -> None:
        await HTMLResponse("", headers={"content-security-policy": "frame-ancestors *"})(
            scope, receive, send
        )

    transport = httpx.ASGITransport(app=headers.Shield(public, lambda: "https://crm.example"))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="https://crm.example") as asked:
            return await asked.get("/")

    answer = asyncio.run(ask())
    assert answer.headers["content-security-policy"] == "frame-ancestors *"
    assert "x-frame-options" not in answer.headers


def test_inline_scripts_are_allowed_by_hash_only() -> None:
    html = '<script>alert(1)</script><script src="/a.js"></script><script type="module">2</script>'
    assert len(headers.inline_hashes(html)) == 2
    assert (
        "'unsafe-inline'" not in headers.policy(headers.inline_hashes(html)).split("style-src")[0]
    )
