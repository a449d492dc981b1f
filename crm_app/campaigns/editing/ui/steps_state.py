"""What is done with steps as wholes: add, drag, move, copy, switch off, remove (CAM-3, CAM-6).

Everything has a way without a pointer: the palette adds at the chosen place or at the end, the
card's menu moves up and down through all places, branches included, or to a named one.
"""

from dataclasses import replace
from typing import Any

import reflex as rx

from crm_app.campaigns.editing import step_form
from crm_app.campaigns.editing.ui import gaps, looks, shown
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.plans import tree
from crm_app.campaigns.plans.plan import Plan, Step
from crm_app.campaigns.plans.tree import Place
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind
from crm_app.ui import sortable
from crm_app.ui.state import handler

_FOCUS_FIELD = rx.call_script(
    "setTimeout(() => document.querySelector("
    "'#inspector input, #inspector textarea, #inspector select')?.focus(), 150)"
)
_FOCUS_PALETTE = rx.call_script(
    "setTimeout(() => document.querySelector('#palette-steps .palette-step')?.focus(), 60)"
)


class Steps(Inspector):
    """The acts on steps. ``moving`` is the step whose new place is being chosen from a list."""

    moving: str = ""
    moving_name: str = ""
    places: list[dict[str, str]] = []

    @handler(admin=True)
    async def aim(self, parent: str, index: int) -> Any:
        """Choose the place for the next step."""
        desk = await self._held()
        self.aimed = f"{parent}|{index}"
        self.aimed_label = gaps.label(desk.plan, Place(parent, index), self._around())
        self.selected, self.palette_open = "", True
        return _FOCUS_PALETTE

    @handler(admin=True)
    def open_palette(self) -> Any:
        """Show the steps that there are; on a phone they lie below the campaign."""
        self.aimed, self.palette_open = "", True
        return _FOCUS_PALETTE

    @handler(admin=True)
    async def add(self, kind: str) -> Any:
        """Add a step at the chosen place, else after the open step, else at the end."""
        desk = await self._held()
        return self._insert(kind, self._place(desk.plan))

    @handler(admin=True)
    async def moved(self, drop: dict[str, Any]) -> Any:
        """Something was dropped: a step of the palette, or a card."""
        active, over = _part(drop, "active"), _part(drop, "over")
        place = Place(str(over.get("parent", "")), _whole(over.get("index")))
        if active.get("palette"):
            await self._held()
            return self._insert(str(active["palette"]), place)
        return await self._move(
            str(active.get("step", "")), place, focus=drop.get("by") == "keyboard"
        )

    @handler(admin=True)
    async def move_by(self, step_id: str, direction: int) -> Any:
        """One place up (-1) or down (1), into and out of branches."""
        plan = (await self._held()).plan
        place = gaps.beside(plan, step_id, down=direction > 0)
        return await self._move(step_id, place, focus=True) if place else None

    @handler(admin=True)
    async def choose_place(self, step_id: str) -> None:
        """Ask for a place by name."""
        desk = await self._held()
        step = desk.plan.step(step_id)
        if step is None:
            return
        around = self._around()
        self.moving, self.moving_name = step_id, shown.sentence(step, around)
        self.places = [
            {
                "value": f"{place.parent}|{place.index}",
                "label": gaps.label(desk.plan, place, around),
            }
            for place in gaps.open_to(desk.plan, step_id)
        ]

    @handler(admin=True)
    def forget_place(self) -> None:
        """Leave the step where it is."""
        self.moving, self.places = "", []

    @handler(admin=True)
    async def move_to(self, form: dict[str, Any]) -> Any:
        """Put the step at the place that was chosen by name."""
        parent, _, index = str(form.get("place", "")).rpartition("|")
        step_id, self.moving = self.moving, ""
        return await self._move(step_id, Place(parent, _whole(index)), focus=True)

    @handler(admin=True)
    async def duplicate(self, step_id: str) -> Any:
        """A copy right behind."""
        plan = (await self._held()).plan
        return self._change(tree.duplicate(plan, step_id))

    @handler(admin=True)
    async def remove(self, step_id: str) -> Any:
        """Take a step out, with what is in its branches."""
        desk = await self._held()
        step = desk.plan.step(step_id)
        if step is None:
            return None
        inside = sum(len(list(Plan(steps=arm.steps).walk())) for arm in step.arms)
        events = self._change(tree.remove(desk.plan, step_id))
        said = (
            self._say_n(
                "The step and {count} step in it were removed.",
                "The step and {count} steps in it were removed.",
                inside,
            )
            if inside
            else self._say(N_("The step was removed."))
        )
        return [events, rx.toast.info(said, action=self._undo())]

    @handler(admin=True)
    async def switch(self, step_id: str, on: bool) -> Any:
        """Switch a step on, or off: a silent wait (CAM-3)."""
        return await self._switch(step_id, on)

    @handler
    async def outside(self) -> Any:
        """A click on the grey ground beside the open step (CAM-3, seed 001).

        A message without a text becomes a silent wait: there is nothing to send. Any other step is
        only closed, so that a click never takes away what somebody wrote.
        """
        step = self._step()
        self.selected = self.aimed = ""
        self.palette_open = False
        if step is None or not self.can_edit or not step.on:
            return None
        if step.kind not in looks.WRITES or step_form.has_content(step):
            return None
        return await self._switch(step.id, False)

    async def _switch(self, step_id: str, on: bool) -> Any:
        desk = await self._held()
        step = desk.plan.step(step_id)
        if step is None or step.on == on:
            return None
        events = self._change(tree.replace(desk.plan, replace(step, on=on)))
        said = N_("Step switched on.") if on else N_("Step switched off: silent wait.")
        return [events, rx.toast.info(self._say(said), action=self._undo())]

    async def _move(self, step_id: str, place: Place, *, focus: bool) -> Any:
        plan = (await self._held()).plan
        events = self._change(tree.move(plan, step_id, place))
        return [events, sortable.focus_handle(step_id)] if focus else events

    def _insert(self, kind: str, place: Place) -> Any:
        desk = self._desk
        assert desk is not None
        step = new_step(kind)
        events = self._change(tree.insert(desk.plan, place, step))
        self.selected, self.aimed, self.palette_open = step.id, "", False
        self._fill()
        return [events, Steps.show_open, _FOCUS_FIELD]

    @handler
    def show_open(self) -> Any:
        """Bring the open card into view."""
        if not self.selected:
            return None
        return rx.call_script(
            f"setTimeout(() => document.querySelector('[data-drag={self.selected!r}]')"
            "?.scrollIntoView({block: 'nearest'}), 80)"
        )

    def _place(self, plan: Plan) -> Place:
        parent, bar, index = self.aimed.rpartition("|")
        if bar:
            return Place(parent, _whole(index))
        if self.selected and plan.step(self.selected):
            here = tree.place_of(plan, self.selected)
            return Place(here.parent, here.index + 1)
        return Place("", len(plan.steps))

    def _undo(self) -> dict[str, Any]:
        return {"label": self._say(N_("Undo")), "on_click": Inspector.undo}

    def _around(self) -> shown.Around:
        desk = self._desk
        assert desk is not None
        return shown.Around(self._locale, desk.opened.known, {}, ())


def new_step(kind: str) -> Step:
    """A step as it comes from the palette; Invalid for a kind that there is not."""
    if kind not in set(StepKind):
        raise Invalid(N_("There is no such step."))
    return tree.new_step(StepKind(kind), tree.new_id())


def _part(drop: dict[str, Any], name: str) -> dict[str, Any]:
    part = drop.get(name)
    return part if isinstance(part, dict) else {}


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
