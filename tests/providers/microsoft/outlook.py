"""Outlook without a network: what Exchange makes of the bodies that we write."""

from typing import Any

from crm_app.providers.address_book_port import Wanted
from crm_app.providers.microsoft.contact_reading import remote_card
from crm_app.providers.microsoft.contact_writing import changes, created
from tests.servers.graph.contact_api import ContactApi
from tests.servers.graph.contact_store import ContactStore
from tests.servers.graph.schema import faults


class Outlook:
    """One folder. ``writes`` are the bodies that were sent."""

    def __init__(self) -> None:
        self.store = ContactStore()
        self._api = ContactApi(self.store)
        self.writes: list[dict[str, Any]] = []

    def enter(self, **given: Any) -> dict[str, Any]:
        """A contact as somebody enters it by hand."""
        return self.read(self.store.add(self.store.main, given)["id"])

    def read(self, contact_id: str) -> dict[str, Any]:
        """A contact as Graph tells it."""
        return self._ask("GET", contact_id)

    def create(self, wanted: Wanted, raw: str = "") -> dict[str, Any]:
        return self._ask("POST", "", created(wanted, "key", raw))

    def write(self, present: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
        body = changes(present, wanted)
        return self._ask("PATCH", present["id"], body) if body else present

    def _ask(self, method: str, contact_id: str, body: Any = None) -> dict[str, Any]:
        if body is not None:
            assert faults("contact", body) == []
            self.writes.append(body)
        path = ["contacts", "contacts", *([contact_id] if contact_id else [])]
        _, told = self._api.answer(method, path, {}, {}, body)
        assert told is not None
        assert remote_card(told).trouble == ""
        return told
