"""What each kind of step is set to: the JSON of ``Step.config`` as typed values with defaults. Pure.

Two things are told apart. What a draft still lacks (no subject, no tag) is an empty value here, and
``checks`` says so; what no editor of ours writes (a wait of a mode that does not exist, an hour 25)
raises Invalid with a sentence per field. The keys are those of the dataclasses' fields, except that
a wait's ``date`` is its ``day``, its ``time`` its ``at``, and ``amount`` and ``unit`` its ``length``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal, TypeVar, cast, get_args

from crm_app.campaigns.plans import plan as plans
from crm_app.campaigns.plans.conditions import Condition, condition
from crm_app.campaigns.plans.plan import Assign, Delay, Step
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

WaitMode = Literal["duration", "date", "time", "appointment", "reply", "booking", "click"]
GoalEvent = Literal["replied", "clicked", "booked", "tag"]
Unmet = Literal["continue", "end", "wait"]
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
A_DAY, THREE_DAYS = Delay(1, "days"), Delay(3, "days")
NINE = time(9)


@dataclass(frozen=True, slots=True)
class Email:
    """A mail. ``body`` is plain text, paragraphs parted by empty lines, with merge fields."""

    subject: str = ""
    body: str = ""
    # Carries List-Unsubscribe (CAM-9).
    marketing: bool = True
    # Leaves at once, whatever the sending window says.
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """An SMS, a Messenger message, or a Google Business message, which is never sent (CAM-2)."""

    body: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Todo:
    """A call, a voicemail or a task. ``who`` is owner or ``user:<id>``."""

    title: str = ""
    note: str = ""
    who: str = "owner"


@dataclass(frozen=True, slots=True)
class Tell:
    """A notification for users. ``who`` lists owner, admins, ``user:<id>``."""

    text: str = ""
    who: tuple[str, ...] = ("owner",)
    mail: bool = False


@dataclass(frozen=True, slots=True)
class Hook:
    """A web address that is called."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait. Which fields count depends on ``mode``; zones are the campaign's.

    duration: ``length``. date: ``day``, ``at``. time: the next time that it is ``at`` on one of ``days``.
    appointment: ``length`` ``side`` it; ``late`` says what follows when that is past already: go on
    at once, or leave out all steps up to the next wait. reply, booking, click: ``timeout``.
    """

    mode: WaitMode = "duration"
    length: Delay = A_DAY
    day: date | None = None
    at: time = NINE
    days: tuple[int, ...] = EVERY_DAY
    side: Literal["before", "after"] = "before"
    late: Literal["go_on", "skip"] = "go_on"
    timeout: Delay = THREE_DAYS


@dataclass(frozen=True, slots=True)
class Branch:
    """Into the arm yes when all (or any) of the tests hold, else into no."""

    all: bool = True
    tests: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """By weight into an arm; the arms bear the weights."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the contact is to be brought to. ``value``: a tag's name, or a part of a link's address."""

    event: GoalEvent = "booked"
    value: str = ""
    unmet: Unmet = "continue"


@dataclass(frozen=True, slots=True)
class TagStep:
    """A tag that is put on or taken off."""

    tag: str = ""


@dataclass(frozen=True, slots=True)
class MoveStep:
    """The campaign in which the contact goes on."""

    campaign_id: int | None = None


Config = (
    Email | Text | Todo | Tell | Hook | Wait | Branch | Split | Goal | TagStep | Assign | MoveStep
)
Row = Mapping[str, Any]
_T = TypeVar("_T")


# Thousands of contacts come to the same step, which never changes.
_read_before: dict[int, tuple[Step, Config]] = {}
_MOST_KEPT = 1000


def read(step: Step) -> Config:
    """What the step is set to; Invalid with a sentence per field that cannot be understood."""
    known = _read_before.get(id(step))
    if known is not None and known[0] is step:
        return known[1]
    config = _READERS[step.kind](_Reader(step.config))
    if len(_read_before) >= _MOST_KEPT:
        _read_before.clear()
    # With the step itself, so that nothing else can come to bear its id.
    _read_before[id(step)] = (step, config)
    return config


def user_of(who: str) -> int | None:
    """The id in ``user:<id>``; None for owner, admins and workspace."""
    kind, _, number = who.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None


class _Reader:
    """A step's JSON, field by field; gathers what cannot be understood."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        return str(self.row.get(name) or "")

    def flag(self, name: str, default: bool) -> bool:
        value = self.row.get(name)
        return default if value is None else bool(value)

    def choice(self, name: str, default: _T, allowed: Sequence[object]) -> _T:
        value = self.row.get(name) or default
        if value not in allowed:
            self.errors[name] = N_("This choice does not exist. Choose one from the list.")
            return default
        return cast(_T, value)

    def number(self, name: str) -> int | None:
        value = self.row.get(name)
        if value in (None, ""):
            return None
        return self.made(name, lambda: int(value), None, N_("This is not a whole number."))

    def made(self, name: str, make: Callable[[], _T], default: _T, error: str) -> _T:
        try:
            return make()
        except (TypeError, ValueError, AttributeError, KeyError, OverflowError):
            self.errors[name] = error
            return default

    def who(self, name: str, value: object) -> str:
        who = str(value)
        if who in ("owner", "admins") or user_of(who) is not None:
            return who
        self.errors[name] = N_("Choose the contact's owner, the administrators or a user.")
        return "owner"

    def done(self, config: _T) -> _T:
        if self.errors:
            raise Invalid(fields=self.errors)
        return config


def _email(row: _Reader) -> Email:
    return Email(
        subject=row.text("subject"),
        body=row.text("body"),
        marketing=row.flag("marketing", True),
        urgent=row.flag("urgent", False),
    )


def _text(row: _Reader) -> Text:
    return Text(body=row.text("body"), urgent=row.flag("urgent", False))


def _todo(row: _Reader) -> Todo:
    who = row.who("who", row.row.get("who") or "owner")
    return row.done(Todo(row.text("title"), row.text("note"), who))


def _tell(row: _Reader) -> Tell:
    listed = row.row.get("who", ["owner"])
    named = listed if isinstance(listed, list | tuple) else [listed]
    who = tuple(dict.fromkeys(row.who("who", each) for each in named))
    return row.done(Tell(row.text("text"), who, row.flag("mail", False)))


def _wait(row: _Reader) -> Wait:
    plain = Wait()
    mode = row.choice("mode", plain.mode, get_args(WaitMode))
    wait = Wait(
        mode=mode,
        length=_delay(row, "amount", row.row) if "amount" in row.row else plain.length,
        day=_date(row),
        at=row.made("time", lambda: _time(row.row), plain.at, _NO_TIME),
        days=row.made("days", lambda: _days(row.row), plain.days, _NO_DAY),
        side=row.choice("side", plain.side, ("before", "after")),
        late=row.choice("late", plain.late, ("go_on", "skip")),
        timeout=_delay(row, "timeout", row.row["timeout"])
        if "timeout" in row.row
        else plain.timeout,
    )
    return row.done(wait)


_NO_TIME = N_("This is not a time of day. Write it like 09:00.")
_NO_DAY = N_("There is no such day of the week.")


def _delay(row: _Reader, name: str, data: Any) -> Delay:
    return row.made(
        name,
        lambda: plans.delay(data),
        Delay(),
        N_("This is not a length of time. The longest one is two years."),
    )


def _date(row: _Reader) -> date | None:
    text = row.text("date")
    if not text:
        return None
    return row.made("date", lambda: date.fromisoformat(text), None, N_("There is no such date."))


def _time(row: Row) -> time:
    # An empty field is one that nobody filled in yet.
    return time.fromisoformat(str(row.get("time") or "09:00")).replace(
        second=0, microsecond=0, tzinfo=None
    )


def _days(row: Row) -> tuple[int, ...]:
    days = tuple(sorted({int(day) for day in row.get("days", EVERY_DAY)}))
    if not set(days) <= set(EVERY_DAY):
        raise ValueError(days)
    return days


def _branch(row: _Reader) -> Branch:
    nothing: tuple[Condition, ...] = ()
    tests = row.made(
        "tests",
        lambda: tuple(condition(test) for test in row.row.get("tests") or ()),
        nothing,
        N_("This condition cannot be understood. Remove it and make it anew."),
    )
    return row.done(Branch(all=row.flag("all", True), tests=tests))


def _goal(row: _Reader) -> Goal:
    goal = Goal(
        event=row.choice("event", Goal().event, get_args(GoalEvent)),
        value=row.text("value").strip(),
        unmet=row.choice("unmet", Goal().unmet, get_args(Unmet)),
    )
    return row.done(goal)


def _assign(row: _Reader) -> Assign:
    plain = Assign()
    modes = ("none", "user", "round_robin", "calendar")
    assign = Assign(
        mode=row.choice("mode", plain.mode, modes),
        user_id=row.number("user_id"),
        user_ids=row.made("user_ids", lambda: _ids(row.row), (), N_("There is no such user.")),
        calendar_id=row.number("calendar_id"),
        only_unassigned=row.flag("only_unassigned", False),
    )
    return row.done(assign)


def _ids(row: Row) -> tuple[int, ...]:
    return tuple(int(number) for number in row.get("user_ids") or ())


def _move(row: _Reader) -> MoveStep:
    return row.done(MoveStep(row.number("campaign_id")))


_READERS: dict[StepKind, Callable[[_Reader], Config]] = {
    StepKind.EMAIL: _email,
    StepKind.SMS: _text,
    StepKind.MESSENGER: _text,
    StepKind.GOOGLE_BUSINESS: _text,
    StepKind.CALL: _todo,
    StepKind.VOICEMAIL: _todo,
    StepKind.TASK: _todo,
    StepKind.NOTIFY: _tell,
    StepKind.WEBHOOK: lambda row: Hook(row.text("url").strip()),
    StepKind.WAIT: _wait,
    StepKind.BRANCH: _branch,
    StepKind.SPLIT: lambda _: Split(),
    StepKind.GOAL: _goal,
    StepKind.ADD_TAG: lambda row: TagStep(row.text("tag").strip()),
    StepKind.REMOVE_TAG: lambda row: TagStep(row.text("tag").strip()),
    StepKind.ASSIGN: _assign,
    StepKind.MOVE: _move,
}
