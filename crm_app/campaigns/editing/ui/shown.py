"""A plan as the builder draws it: lanes of cards, places between them, mistakes. Pure.

A lane is a list of steps: the campaign's own ("") or a branch's ("<step id>/<arm>"). The page draws
lanes within cards as real nested lists, so that the picture and the outline are the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from babel.dates import get_day_names

from crm_app.campaigns.editing.ui import looks
from crm_app.campaigns.plans import describe
from crm_app.campaigns.plans.checks import Known, Mistake
from crm_app.campaigns.plans.plan import Arm, Plan, Settings, Step, Window
from crm_app.campaigns.running.queries import Counts
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import StepKind


@dataclass
class Chip:
    """A count on a card. ``state`` is what a click asks for."""

    key: str
    text: str
    label: str


@dataclass
class ArmRow:
    """A branch under a card; ``parent`` names its lane."""

    key: str
    label: str
    parent: str
    share: str
    count: str


@dataclass
class Card:
    """A step as its card: ``title`` under the small ``label``; ``sentence`` is both in one.

    ``position`` tells screen readers where it stands.
    """

    id: str
    kind: str
    group: str
    label: str
    title: str
    sentence: str
    delay: str
    on: bool
    silent: str
    severity: str
    problem: str
    position: str
    drag_label: str
    before_label: str
    closed: list[str]
    parent: str
    index: int
    first: bool
    last: bool
    chips: list[Chip] = field(default_factory=list)
    arms: list[ArmRow] = field(default_factory=list)


@dataclass
class End:
    """The place after the last card of a lane."""

    label: str
    index: int
    closed: list[str]
    empty: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page needs of a plan."""

    lanes: dict[str, list[Card]]
    ends: dict[str, End]


@dataclass(frozen=True, slots=True)
class Around:
    """What the words of a card depend on, besides the step."""

    locale: str
    known: Known
    counts: Mapping[str, Counts]
    mistakes: Sequence[Mistake]

    def say(self, message: str, **params: object) -> str:
        """``message`` in the reader's language."""
        return translate(self.locale, message, **params)


def draw(plan: Plan, around: Around) -> Drawing:
    """All lanes of a plan."""
    drawing = Drawing({}, {})
    _lane(drawing, plan.steps, "", "", (), around)
    return drawing


def _lane(
    drawing: Drawing,
    steps: tuple[Step, ...],
    parent: str,
    where: str,
    inside: tuple[str, ...],
    around: Around,
) -> None:
    drawing.lanes[parent] = [
        _card(steps, index, parent, where, inside, around) for index in range(len(steps))
    ]
    last = [steps[-1].id] if steps else []
    label = (
        around.say(N_("at the end of {branch}"), branch=where)
        if where
        else around.say(N_("at the end of the campaign"))
    )
    drawing.ends[parent] = End(label, len(steps), [*inside, *last], not steps)
    for step in steps:
        for arm in step.arms:
            name = branch_name(step, arm, around)
            _lane(drawing, arm.steps, f"{step.id}/{arm.key}", name, (*inside, step.id), around)


def _card(
    steps: tuple[Step, ...],
    index: int,
    parent: str,
    where: str,
    inside: tuple[str, ...],
    around: Around,
) -> Card:
    step, look = steps[index], looks.LOOKS[steps[index].kind]
    words = sentence(step, around)
    wrong = [each for each in around.mistakes if each.step_id == step.id]
    worst = next((each for each in wrong if each.severity == "error"), wrong[0] if wrong else None)
    number = {"number": index + 1, "count": len(steps)}
    position = (
        around.say(N_("Step {number} of {count} in {branch}"), branch=where, **number)
        if where
        else around.say(N_("Step {number} of {count}"), **number)
    )
    before = [steps[index - 1].id] if index else []
    label = around.say(look.label)
    caption, title = _told(label, words)
    return Card(
        id=step.id,
        kind=step.kind.value,
        group=look.group,
        label=caption,
        title=title,
        sentence=words,
        delay=describe.pause(step, around.locale) if step.on else "",
        on=step.on,
        silent=_silent(step, around),
        severity=worst.severity if worst else "",
        problem=around.say(worst.message, **worst.params) if worst else "",
        position=position,
        drag_label=around.say(N_("Move {step}. {position}"), step=words, position=position),
        before_label=around.say(N_("before {step}"), step=words),
        closed=[*inside, step.id, *before],
        parent=parent,
        index=index,
        first=not index and not parent,
        last=index == len(steps) - 1 and not parent,
        chips=_chips(step, around),
        arms=[_arm(step, arm, around) for arm in step.arms],
    )


def sentence(step: Step, around: Around) -> str:
    """What the step does, with its real values."""
    return describe.sentence(step, around.known, around.locale)


def branch_name(step: Step, arm: Arm, around: Around) -> str:
    """A branch with the step that it belongs to."""
    return f"{arm_label(arm, around)} ({sentence(step, around)})"


def arm_label(arm: Arm, around: Around) -> str:
    """A branch's name."""
    return around.say(looks.ARMS.get(arm.key, arm.key))


def _arm(step: Step, arm: Arm, around: Around) -> ArmRow:
    whole = sum(each.weight for each in step.arms) or 1
    share = f"{arm.weight * 100 / whole:.0f} %" if step.kind is StepKind.SPLIT else ""
    count = translate_n(around.locale, "{count} step", "{count} steps", len(arm.steps))
    return ArmRow(arm.key, arm_label(arm, around), f"{step.id}/{arm.key}", share, count)


def _told(label: str, sentence: str) -> tuple[str, str]:
    """A card's small label and its title, which do not say the same twice."""
    title = sentence.removeprefix(f"{label}: ")
    if title != sentence:
        return label, title[:1].upper() + title[1:]
    return ("" if sentence.startswith(f"{label} ") else label), sentence


def _silent(step: Step, around: Around) -> str:
    if step.on and step.kind is not StepKind.GOOGLE_BUSINESS:
        return ""
    return around.say(N_("Off") if not step.on else N_("Always off"))


_COUNTS: tuple[tuple[str, str], ...] = (
    ("waiting", N_("{count} waiting here")),
    ("attention", N_("{count} in need of attention")),
    ("resting", N_("{count} about to be sent")),
    ("sent", N_("{count} sent")),
    ("opened", N_("{count} opened")),
    ("clicked", N_("{count} clicked")),
    ("replied", N_("{count} replied")),
    ("failed", N_("{count} failed")),
    ("unknown", N_("{count} may have arrived, please check")),
)


def _chips(step: Step, around: Around) -> list[Chip]:
    counts = around.counts.get(step.id)
    if counts is None:
        return []
    found = ((key, getattr(counts, key), words) for key, words in _COUNTS)
    return [
        Chip(key, str(count), around.say(words, count=count))
        for key, count, words in found
        if count
    ]


def mistake_rows(plan: Plan, around: Around) -> list[dict[str, str]]:
    """The mistakes as a list that leads to the steps; "" as id is the campaign itself."""
    return [
        {
            "id": each.step_id,
            "where": sentence(step, around) if (step := plan.step(each.step_id)) else "",
            "text": around.say(each.message, **each.params),
            "severity": each.severity,
        }
        for each in around.mistakes
    ]


def summary(settings: Settings, around: Around) -> list[dict[str, str]]:
    """The settings that matter most, in a few words each."""
    assigned = describe.assignment(settings.assign, around.known, around.locale)
    following = around.known.campaigns.get(settings.next_campaign_id or 0)
    stops = [
        around.say(words)
        for on, words in (
            (settings.stop_on_reply, N_("A reply")),
            (settings.stop_on_booking, N_("A booking")),
        )
        if on
    ]
    lines = [
        (N_("On entry"), assigned),
        (N_("Messages leave"), _window(settings.window, around)),
        (N_("Ends early at"), ", ".join(stops) or around.say(N_("Nothing"))),
        (N_("Afterwards"), following or around.say(N_("Nothing more"))),
    ]
    return [{"label": around.say(label), "text": text} for label, text in lines]


def _window(window: Window | None, around: Around) -> str:
    if window is None:
        return around.say(N_("At any time"))
    names = get_day_names("abbreviated", locale=around.locale)
    days = " ".join(names[day - 1] for day in window.days)
    hours = f"{_clock(window.starts)}–{_clock(window.ends)}"
    return f"{days}, {hours}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
