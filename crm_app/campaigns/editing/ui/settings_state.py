"""The campaign's settings (CAM-1), in a dialog above the builder; saved and undone like its steps."""

from dataclasses import replace
from typing import Any, Literal, cast

from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.plans import checks
from crm_app.campaigns.plans.plan import Settings, Window
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.ui.state import handler

MODES = ("none", "user", "round_robin", "calendar")
_FLAGS = ("reentry", "stop_on_reply", "stop_on_booking", "track_links")
_NO_TIME = N_("This is not a time of day. Write it like 09:00.")


class CampaignSettings(Inspector):
    """The settings as a form; ``unfit`` has what is to be mended by setting."""

    settings_open: bool = False
    setting: dict[str, str] = {}
    setting_flags: dict[str, bool] = {}
    drawn: list[str] = []
    window_days: list[str] = []
    entry_tags: list[str] = []
    unfit: dict[str, str] = {}

    @handler
    async def open_settings(self) -> None:
        """Show the settings."""
        await self._held()
        self.settings_open, self.errors = True, {}
        self._list()

    @handler
    def close_settings(self) -> None:
        """Back to the steps."""
        self.settings_open = False

    @handler(admin=True)
    async def set_setting(self, name: str, value: str) -> Any:
        """Choose a value."""
        return await self._set(lambda settings: with_value(settings, name, value), name)

    @handler(admin=True)
    async def set_setting_flag(self, name: str, on: bool) -> Any:
        """Move a switch."""
        return await self._set(lambda settings: with_flag(settings, name, on))

    @handler(admin=True)
    async def draw_user(self, user_id: str, on: bool) -> Any:
        """Let a user take part in the round robin of the entry, or not."""
        return await self._set(lambda settings: with_user(settings, user_id, on))

    @handler(admin=True)
    async def set_day(self, day: str, on: bool) -> Any:
        """Let messages leave on a weekday, or not."""
        return await self._set(lambda settings: with_day(settings, day, on))

    @handler(admin=True)
    async def add_entry_tag(self, form: dict[str, Any]) -> Any:
        """One more tag that everybody gets who enters."""
        name = " ".join(str(form.get("entry-tag", "")).split())[:60]
        if not name:
            return None
        return await self._set(
            lambda settings: replace(
                settings, tags=tuple(dict.fromkeys((*settings.tags, name)))[:20]
            )
        )

    @handler(admin=True)
    async def remove_entry_tag(self, name: str) -> Any:
        """One tag less."""
        return await self._set(
            lambda settings: replace(settings, tags=tuple(t for t in settings.tags if t != name))
        )

    async def _set(self, change: Any, about: str = "") -> Any:
        desk = await self._held()
        self.errors = {}
        settings = change(desk.plan.settings)
        key = f"settings:{about}" if about else ""
        events = self._change(replace(desk.plan, settings=settings), about=key)
        self._list()
        return events

    def _list(self) -> None:
        desk = self._desk
        assert desk is not None
        settings = desk.plan.settings
        self.setting, self.setting_flags = values(settings), flags(settings)
        self.drawn = [str(each) for each in settings.assign.user_ids]
        self.window_days = [str(each) for each in settings.window.days] if settings.window else []
        self.entry_tags = list(settings.tags)
        self.unfit = {
            each.field: self._say(each.message, **each.params)
            for each in checks.check(desk.plan, desk.opened.known)
            if not each.step_id
        }


def values(settings: Settings) -> dict[str, str]:
    """What the lists and fields show."""
    window = settings.window or Window()
    return {
        "assign_mode": settings.assign.mode,
        "assign_user": str(settings.assign.user_id or ""),
        "assign_calendar": str(settings.assign.calendar_id or ""),
        "next_campaign_id": str(settings.next_campaign_id or ""),
        "sender": settings.sender,
        "calendar_id": str(settings.calendar_id or ""),
        "zone": window.zone,
        "starts": clock(window.starts),
        "ends": clock(window.ends),
    }


def flags(settings: Settings) -> dict[str, bool]:
    """What the switches show."""
    return {
        "window": settings.window is not None,
        "only_unassigned": settings.assign.only_unassigned,
        **{name: bool(getattr(settings, name)) for name in _FLAGS},
    }


def with_value(settings: Settings, name: str, value: str) -> Settings:
    """The settings with a value; Invalid for one that there is not."""
    number = int(value) if value.isdecimal() else None
    if name == "assign_mode":
        if value not in MODES:
            raise Invalid
        mode = cast(Literal["none", "user", "round_robin", "calendar"], value)
        return replace(settings, assign=replace(settings.assign, mode=mode))
    if name == "assign_user":
        return replace(settings, assign=replace(settings.assign, user_id=number))
    if name == "assign_calendar":
        return replace(settings, assign=replace(settings.assign, calendar_id=number))
    if name == "next_campaign_id":
        return replace(settings, next_campaign_id=number)
    if name == "calendar_id":
        return replace(settings, calendar_id=number)
    if name == "sender":
        return replace(settings, sender=value[:40])
    return replace(settings, window=_window(settings.window or Window(), name, value))


def with_flag(settings: Settings, name: str, on: bool) -> Settings:
    """The settings with a switch moved."""
    if name == "window":
        return replace(settings, window=Window() if on else None)
    if name == "only_unassigned":
        return replace(settings, assign=replace(settings.assign, only_unassigned=on))
    if name not in _FLAGS:
        raise Invalid
    changed: dict[str, Any] = {name: on}
    return replace(settings, **changed)


def with_user(settings: Settings, user_id: str, on: bool) -> Settings:
    """The settings with a user in the round robin, or without."""
    number = int(user_id) if user_id.isdecimal() else 0
    kept = tuple(each for each in settings.assign.user_ids if each != number)
    users = (*kept, number) if on and number else kept
    return replace(settings, assign=replace(settings.assign, user_ids=users))


def with_day(settings: Settings, day: str, on: bool) -> Settings:
    """The settings with a day of the window, or without."""
    if day not in ("1", "2", "3", "4", "5", "6", "7"):
        raise Invalid
    window = settings.window or Window()
    kept = {each for each in window.days if each != int(day)} | ({int(day)} if on else set())
    return replace(settings, window=replace(window, days=tuple(sorted(kept))))


def clock(minutes: int) -> str:
    """``09:00``; the end of the day is its last minute."""
    return f"{min(minutes, 1439) // 60:02}:{min(minutes, 1439) % 60:02}"


def _window(window: Window, name: str, value: str) -> Window:
    if name == "zone":
        return replace(window, zone="contact" if value == "contact" else "workspace")
    if name not in ("starts", "ends"):
        raise Invalid
    hours, colon, minutes = value.partition(":")
    if not (colon and hours.isdecimal() and minutes[:2].isdecimal()):
        raise Invalid(fields={name: _NO_TIME})
    at = int(hours) * 60 + int(minutes[:2])
    if not 0 <= at < 1440:
        raise Invalid(fields={name: _NO_TIME})
    # The last minute stands for midnight, which a time field cannot say.
    at = 1440 if name == "ends" and at == 1439 else at
    return replace(window, starts=at) if name == "starts" else replace(window, ends=at)
