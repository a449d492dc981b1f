"""Messages that stay in memory: the port's adapter for tests and for trying things out.

``box(name)`` is where a service goes whose address is ``memory://name``. Faults are queued: the next
sends raise them, in order, before (or, for a lost answer, after) the message counts as taken.
"""

from collections import deque
from dataclasses import dataclass, field

from crm_app.core.errors import RemoteError
from crm_app.providers.mail_port import DeliveryUnknown
from crm_app.providers.message_port import Outgoing, Receipt

SCHEME = "memory://"


@dataclass
class MemoryMessages:
    """A ``MessageTransport`` that keeps what it was given."""

    sent: list[Outgoing] = field(default_factory=list)
    faults: deque[RemoteError] = field(default_factory=deque)

    def send(self, outgoing: Outgoing) -> Receipt:
        """See ``MessageTransport``."""
        fault = self.faults.popleft() if self.faults else None
        if fault is None or isinstance(fault, DeliveryUnknown):
            self.sent.append(outgoing)
        if fault is not None:
            raise fault
        return Receipt("kept", f"memory-{len(self.sent)}")


_boxes: dict[str, MemoryMessages] = {}


def box(name: str) -> MemoryMessages:
    """The box behind ``memory://name``, the same one for the life of the process."""
    return _boxes.setdefault(name, MemoryMessages())


def forget(name: str) -> None:
    """Throw the box away."""
    _boxes.pop(name, None)
