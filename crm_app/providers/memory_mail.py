"""Mail that stays in memory: the port's second adapter, for tests and for trying things out.

``box(name)`` is what ``memory://name`` sends to. Faults are queued: the next sends raise them,
in order, before (or, for a lost answer, after) the message counts as handed over.
"""

from collections import deque
from dataclasses import dataclass, field

from crm_app.core.errors import RemoteError
from crm_app.providers.mail_port import DeliveryUnknown, Envelope


@dataclass
class MemoryMail:
    """A ``MailTransport`` that keeps what it was given."""

    sent: list[Envelope] = field(default_factory=list)
    faults: deque[RemoteError] = field(default_factory=deque)

    def send(self, envelope: Envelope) -> str:
        """See ``MailTransport``."""
        fault = self.faults.popleft() if self.faults else None
        if fault is None or isinstance(fault, DeliveryUnknown):
            self.sent.append(envelope)
        if fault is not None:
            raise fault
        return "kept"


_boxes: dict[str, MemoryMail] = {}


def box(name: str) -> MemoryMail:
    """The box behind ``memory://name``, the same one for the life of the process."""
    return _boxes.setdefault(name, MemoryMail())


def forget(name: str) -> None:
    """Throw the box away."""
    _boxes.pop(name, None)
