"""Forms for tests: published, and visited without JavaScript."""

from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app import models
from crm_app.booking.http import routes as booking_routes
from crm_app.campaigns.forms import service
from crm_app.campaigns.forms.http import routes
from crm_app.core import db
from crm_app.core.access import system
from crm_app.ui.public import files
from tests import factories
from tests.booking.visitor import ORIGIN, Visitor
from tests.campaigns.forms.laid import laid_out


def open_house() -> None:
    """The workspace, if there is none yet."""
    with db.unit_of_work() as session:
        if session.get(models.Workspace, 1) is None:
            factories.workspace(session, name="Sun House", privacy_url="https://sun.example/p")


def published(draft: dict[str, Any] | None = None, *, name: str = "Ask us") -> models.Form:
    """A form that strangers see."""
    open_house()
    with db.unit_of_work() as session:
        form = service.create(session, system("test"), name=name, draft=draft or laid_out())
        service.publish(session, system("test"), form)
        return form


class Guest(Visitor):
    """A visitor of the forms and booking pages."""

    def __init__(
        self, language: str = "en-GB", address: str = "192.0.2.7", cookie: str = ""
    ) -> None:
        super().__init__(language, address)
        headers = {"accept-language": language} | ({"cookie": cookie} if cookie else {})
        self._client = TestClient(
            Starlette(routes=[*files.routes, *routes, *booking_routes]),
            base_url=ORIGIN,
            client=(address, 5000),
            headers=headers,
        )


def submissions() -> list[models.FormSubmission]:
    """All that was sent, in order."""
    from sqlmodel import col, select

    with db.reading() as session:
        rows = session.exec(select(models.FormSubmission).order_by(col(models.FormSubmission.id)))
        return list(rows)


def contacts() -> list[models.Contact]:
    """All contacts, in order."""
    from sqlmodel import col, select

    with db.reading() as session:
        return list(session.exec(select(models.Contact).order_by(col(models.Contact.id))))
