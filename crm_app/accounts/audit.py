"""The audit log: who did what to what, written in the same transaction as the act (Q-5).

Entries are never changed. They hold ids and plain values, and no secret: what looks like one is
masked here as the last line of defence.
"""

from typing import Any

from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.log import masked
from crm_app.models import AuditEntry

_SECRET_NAMES = ("password", "secret", "token", "smtp_url", "code_verifier")


def record(
    session: Session,
    actor: Actor,
    action: str,
    *,
    subject_kind: str = "",
    subject_id: int | None = None,
    **detail: Any,
) -> None:
    """Note that ``actor`` did ``action`` (``user.invited``) to a subject; ``detail`` is JSON."""
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_kind=actor.kind,
            actor_user_id=actor.user_id,
            actor_label=actor.label,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail={name: _harmless(name, value) for name, value in detail.items()},
        )
    )


def _harmless(name: str, value: Any) -> Any:
    if any(secret in name for secret in _SECRET_NAMES):
        return "***"
    return masked(value) if isinstance(value, str) else value
