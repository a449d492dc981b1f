"""A form as a visitor, or its author, opened it, and the answers around its pages."""

from collections.abc import Mapping
from dataclasses import dataclass

import htpy as h
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from crm_app.accounts.queries import get_workspace
from crm_app.campaigns.forms import queries, visit
from crm_app.campaigns.forms.layout import Layout
from crm_app.campaigns.forms.visit import Visit
from crm_app.models import Form, Workspace
from crm_app.ui.public.page import page

SCRIPTS = ("detect_zone.js", "form.js")


@dataclass(frozen=True, slots=True)
class Opened:
    """A form with what its page needs. ``trial``: its author looks at it, and nothing is kept."""

    form: Form
    layout: Layout
    workspace: Workspace
    visit: Visit
    trial: bool = False

    @property
    def privacy_url(self) -> str:
        """The team's privacy policy, if it is an address on the web."""
        url = self.workspace.privacy_url
        return url if url.startswith(("https://", "http://")) else ""


def open_form(session: Session, request: Request) -> Opened:
    """The published form that the path names; NotFound when strangers may not see it."""
    form, layout = queries.public_form(session, request.path_params["slug"])
    return of(session, request, form, layout)


def of(
    session: Session, request: Request, form: Form, layout: Layout, *, trial: bool = False
) -> Opened:
    """The form as this request looks at it."""
    workspace = get_workspace(session)
    seen = visit.read(
        request.url.path.removesuffix("/sent"),
        request.query_params,
        layout,
        accept_language=request.headers.get("accept-language"),
        home_locale=workspace.locale,
    )
    return Opened(form, layout, workspace, seen, trial)


def answer(
    opened: Opened,
    content: h.Node,
    *,
    status: int = 200,
    first_look: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page around ``content``. ``first_look``: nothing was typed yet, so the language can change."""
    seen = opened.visit
    return page(
        locale=seen.locale,
        title=opened.layout.title,
        body=content,
        status=status,
        workspace_name=opened.workspace.name,
        embed=not opened.trial,
        framed=seen.embed,
        scripts=SCRIPTS,
        languages=(seen.languages() or None) if first_look else None,
        wide=True,
        accent=opened.workspace.accent,
        headers={**(headers or {}), **(_FOR_US if opened.trial else {})},
    )


# Only our own builder may show a form that nobody else sees yet.
_FOR_US = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
