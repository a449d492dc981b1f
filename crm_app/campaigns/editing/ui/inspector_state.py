"""The inspector: the open step as a form, with merge fields and a preview (CAM-5, CAM-6).

A field tells the server what was typed after a short pause and when it is left; the step is checked
and saved at once, and what is wrong stands beside its field.
"""

from dataclasses import replace
from typing import Any

import reflex as rx

from crm_app.campaigns.editing import step_form
from crm_app.campaigns.editing.ui import looks, reading, tests_form
from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.reading import Desk
from crm_app.campaigns.editing.ui.tests_form import TestRow
from crm_app.campaigns.plans import checks, merge, sms, tree
from crm_app.campaigns.plans.plan import Arm, Step
from crm_app.core import history
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind
from crm_app.ui.state import handler

_INSERT = """
(() => {{
  const field = document.getElementById({field!r}); if (!field) return;
  field.focus();
  field.setRangeText({text!r}, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', {{bubbles: true}}));
}})()
"""
_TEXT_FIELDS = frozenset({"subject", "body", "text", "title", "note"})


class Inspector(Builder):
    """The open step's form; ``wrong`` has what is to be mended by field."""

    kind: str = ""
    kind_label: str = ""
    kind_hint: str = ""
    group: str = ""
    form: dict[str, str] = {}
    flags: dict[str, bool] = {}
    wrong: dict[str, str] = {}
    warned: list[str] = []
    ticked: list[str] = []
    tests: list[TestRow] = []
    arms: list[dict[str, str]] = []
    preview_subject: str = ""
    preview: str = ""
    preview_for: str = ""
    preview_missing: str = ""
    sms_parts: str = ""
    merging: str = ""
    merge_rows: list[dict[str, str]] = []

    @handler
    async def select(self, step_id: str) -> None:
        """Open a step."""
        desk = await self._held()
        self.selected = step_id if desk.plan.step(step_id) else ""
        self.aimed, self.palette_open, self.errors = "", False, {}
        self._fill()

    @handler(admin=True)
    async def undo(self) -> Any:
        """One step back."""
        desk = await self._held()
        desk.history, plan = history.undo(desk.history, desk.plan)
        return self._go_to(plan)

    @handler(admin=True)
    async def redo(self) -> Any:
        """One step forth."""
        desk = await self._held()
        desk.history, plan = history.redo(desk.history, desk.plan)
        return self._go_to(plan)

    @handler
    async def follow(self) -> None:
        """Something changed somewhere: new counts, and what others saved unless it waits here."""
        desk = self._desk
        if desk is None:
            return
        if desk.dirty:
            campaign_id = desk.opened.id
            desk.opened = await self._read(
                lambda session, actor: reading.opened(session, actor, campaign_id)
            )
        else:
            await self._take()
        self._show()

    @handler(admin=True)
    async def take_theirs(self) -> Any:
        """Somebody saved meanwhile: show that; what was here comes back by "Undo"."""
        await self._take()
        self._show()
        return rx.toast.info(self._say(N_("This is what was saved. Undo brings yours back.")))

    @handler(admin=True)
    async def set_field(self, name: str, value: str) -> Any:
        """Fill in a field of the open step."""
        return await self._edit(lambda step: step_form.with_value(step, name, value), name)

    @handler(admin=True)
    async def set_flag(self, name: str, on: bool) -> Any:
        """Move a switch of the open step."""
        return await self._edit(lambda step: step_form.with_flag(step, name, on))

    @handler(admin=True)
    async def tick(self, name: str, value: str, on: bool) -> Any:
        """Tick one of several."""
        return await self._edit(lambda step: step_form.with_listed(step, name, value, on))

    @handler(admin=True)
    async def add_test(self) -> Any:
        """One more condition."""
        return await self._edit(tests_form.added)

    @handler(admin=True)
    async def remove_test(self, index: int) -> Any:
        """One condition less."""
        return await self._edit(lambda step: tests_form.removed(step, index))

    @handler(admin=True)
    async def set_test(self, index: int, part: str, value: str) -> Any:
        """Change a condition's field, comparison or value."""
        return await self._edit(
            lambda step: tests_form.changed(step, index, part, value), f"{part}{index}"
        )

    @handler(admin=True)
    async def set_weight(self, key: str, value: str) -> Any:
        """How many of those who come here take a way of the split."""
        if not value.strip().isdecimal() or int(value) > 100:
            raise Invalid(fields={f"weight-{key}": N_("Enter a number from 0 to 100.")})
        weight = int(value)
        return await self._edit(
            lambda step: replace(
                step,
                arms=tuple(replace(a, weight=weight) if a.key == key else a for a in step.arms),
            ),
            f"weight-{key}",
        )

    @handler(admin=True)
    async def add_arm(self) -> Any:
        """One more way of a split."""
        return await self._edit(_with_arm)

    @handler(admin=True)
    async def remove_arm(self, key: str) -> Any:
        """One way less; the steps in it go too, and "Undo" brings them back."""
        return await self._edit(lambda step: _without_arm(step, key))

    @handler(admin=True)
    async def begin_merge(self, field: str) -> None:
        """Open the list of merge fields for a text field."""
        self.merging = field if field in _TEXT_FIELDS else ""
        self._look_up("")

    @handler(admin=True)
    async def look_up(self, text: str) -> None:
        """Search the merge fields."""
        self._look_up(text)

    @handler(admin=True)
    def end_merge(self) -> None:
        """Close the list."""
        self.merging = ""

    @handler(admin=True)
    def insert_field(self, name: str) -> Any:
        """Put a merge field where the text is being written."""
        field, self.merging = self.merging, ""
        if not merge.is_field(name) or not field:
            return None
        return rx.call_script(_INSERT.format(field=f"step-{field}", text=f"{{{{{name}}}}}"))

    async def _edit(self, change: Any, about: str = "") -> Any:
        await self._held()
        step = self._step()
        if step is None:
            return None
        self.errors = {}
        changed = change(step)
        desk = self._desk
        assert desk is not None
        key = f"{step.id}:{about}" if about else ""
        return self._change(tree.replace(desk.plan, changed), about=key)

    def _show(self) -> None:
        super()._show()
        self._fill()

    def _fill(self) -> None:
        step, desk = self._step(), self._desk
        if step is None or desk is None:
            self.kind, self.merging = "", ""
            return
        look = looks.LOOKS[step.kind]
        self.kind, self.group = step.kind.value, look.group
        self.kind_label, self.kind_hint = self._say(look.label), self._say(look.hint)
        self.form, self.flags = step_form.values(step), step_form.flags(step)
        names = step_form.LISTS.get(step.kind, ())
        self.ticked = step_form.listed(step, names[0]) if names else []
        self.tests = tests_form.rows(step, desk.opened.known, self._locale)
        self.arms = [
            _arm_row(arm, self._say(looks.ARMS.get(arm.key, arm.key))) for arm in step.arms
        ]
        self.wrong, self.warned = self._mistakes(step, desk)
        self._preview(step, desk)

    def _mistakes(self, step: Step, desk: Desk) -> tuple[dict[str, str], list[str]]:
        """What is to be mended, by field, and what is only worth a look."""
        errors: dict[str, str] = {}
        warnings: list[str] = []
        for each in checks.check(desk.plan, desk.opened.known):
            said = self._say(each.message, **each.params)
            if each.step_id == step.id and each.severity == "error":
                errors.setdefault(each.field or "step", said)
            elif each.step_id == step.id:
                warnings.append(said)
        return errors, warnings

    def _preview(self, step: Step, desk: Desk) -> None:
        values = desk.opened.sample
        body = str(step.config.get("body") or step.config.get("text") or "")
        subject = merge.render(str(step.config.get("subject") or ""), values, blank="…")
        text = merge.render(body, values, blank="…")
        self.preview_subject, self.preview = subject.text, text.text
        self.preview_for = desk.opened.sample_name
        missing = dict.fromkeys((*subject.missing, *text.missing))
        self.preview_missing = ", ".join(
            self._say(merge.FIELDS[name].label) if name in merge.FIELDS else name
            for name in missing
        )
        parts = sms.parts(sms.about(body)) if step.kind is StepKind.SMS else 0
        self.sms_parts = self._say_n("{count} SMS", "{count} SMS", parts) if parts else ""

    def _look_up(self, text: str) -> None:
        wanted = text.strip().casefold()
        rows = (
            {"name": name, "label": self._say(field.label), "group": self._say(field.group)}
            for name, field in merge.FIELDS.items()
        )
        self.merge_rows = [
            row for row in rows if any(wanted in value.casefold() for value in row.values())
        ]


def _arm_row(arm: Arm, label: str) -> dict[str, str]:
    return {"key": arm.key, "label": label, "weight": str(arm.weight)}


def _with_arm(step: Step) -> Step:
    taken = {arm.key for arm in step.arms}
    key = next((key for key in tree.SPLIT_KEYS if key not in taken), "")
    if step.kind is not StepKind.SPLIT or not key:
        raise Invalid(N_("A split has at most four ways."))
    arms = sorted((*step.arms, Arm(key, weight=1)), key=lambda arm: arm.key)
    return replace(step, arms=tuple(arms))


def _without_arm(step: Step, key: str) -> Step:
    if step.kind is not StepKind.SPLIT or len(step.arms) <= 2:
        raise Invalid(N_("A split has at least two ways."))
    return replace(step, arms=tuple(arm for arm in step.arms if arm.key != key))
