"""The tables, one file per aggregate; importing this package registers all of them."""

from crm_app.core.facts import FactRow
from crm_app.core.jobs import Job
from crm_app.models.accounts import (
    AuditEntry,
    ConnectedAccount,
    Identity,
    OneTimeToken,
    RateWindow,
    SignInProvider,
    TimeOff,
    User,
    UserSession,
    Workspace,
)
from crm_app.models.appointments import (
    Appointment,
    AppointmentContact,
    Calendar,
    CalendarMember,
    CalendarRight,
    ClassSession,
    DrawEntry,
    TimeClaim,
)
from crm_app.models.contacts import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactTag,
    OwnerChange,
    Tag,
    TimelineEntry,
)
from crm_app.models.messaging import Message, SendAttempt
from crm_app.models.sync import (
    BusyTime,
    EventLink,
    ExternalCalendar,
    ExternalObject,
    GuestFilter,
    PushChannel,
)

__all__ = [
    "Appointment",
    "AppointmentContact",
    "AuditEntry",
    "BusyTime",
    "Calendar",
    "CalendarMember",
    "CalendarRight",
    "ClassSession",
    "ConnectedAccount",
    "Contact",
    "ContactAddress",
    "ContactEmail",
    "ContactPhone",
    "ContactTag",
    "DrawEntry",
    "EventLink",
    "ExternalCalendar",
    "ExternalObject",
    "FactRow",
    "GuestFilter",
    "Identity",
    "Job",
    "Message",
    "OneTimeToken",
    "OwnerChange",
    "PushChannel",
    "RateWindow",
    "SendAttempt",
    "SignInProvider",
    "Tag",
    "TimeClaim",
    "TimeOff",
    "TimelineEntry",
    "User",
    "UserSession",
    "Workspace",
]
