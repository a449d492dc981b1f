"""Who acts. Every read and write names an ``Actor``; what it may do is asked here and in queries."""

from dataclasses import dataclass
from typing import Literal

from crm_app.core.errors import NotAllowed
from crm_app.core.kinds import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A user with a role, a visitor with a signed link, or the system itself.

    ``user_id`` is set for users only; ``label`` is what the audit log shows. What a ``silent`` actor
    does is recorded like everything else, but triggers nothing (SYN-4).
    """

    kind: Literal["user", "visitor", "system"]
    user_id: int | None = None
    role: Role | None = None
    label: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    silent: bool = False

    @property
    def is_admin(self) -> bool:
        """True for an administrator and for the system."""
        return self.kind == "system" or self.role is Role.ADMIN

    @property
    def modified_by(self) -> str:
        """Who is behind a change, for triggers that ask: customer, user, or what the program acted
        for ("sync", "campaign", "trigger", "api", ...)."""
        if self.kind == "system":
            return self.label.partition(":")[0]
        return "customer" if self.kind == "visitor" else "user"

    @property
    def is_user(self) -> bool:
        """True for a signed-in person."""
        return self.kind == "user"

    def require_user(self) -> int:
        """The user's id; NotAllowed for visitors."""
        if self.user_id is None:
            raise NotAllowed
        return self.user_id

    def require_admin(self) -> None:
        """NotAllowed unless an administrator or the system acts."""
        if not self.is_admin:
            raise NotAllowed


def system(label: str, *, silent: bool = False) -> Actor:
    """The program itself, acting for ``label`` (a job's or a rule's name)."""
    return Actor(kind="system", label=label, silent=silent)


def visitor(label: str = "visitor", *, locale: str = "en", time_zone: str = "UTC") -> Actor:
    """Somebody on a public page."""
    return Actor(kind="visitor", label=label, locale=locale, time_zone=time_zone)
