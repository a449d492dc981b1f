"""The week in which the story plays: far enough away to be booked, near enough to be offered."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = "Europe/Berlin"
WARSAW = "Europe/Warsaw"
NEW_YORK = "America/New_York"
TOKYO = "Asia/Tokyo"

MON, TUE, WED, THU, FRI = range(5)
_DAYS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday. Instants are UTC."""

    monday: date

    @classmethod
    def ahead_of(cls, now: datetime) -> "Week":
        """The first whole week that begins at least twelve days after ``now``."""
        soonest = now.date() + timedelta(days=_DAYS_AHEAD)
        return cls(soonest + timedelta(days=-soonest.weekday() % 7))

    @property
    def next(self) -> "Week":
        """The week after."""
        return Week(self.monday + timedelta(weeks=1))

    def day(self, number: int) -> date:
        """The date of a weekday, Monday is 0."""
        return self.monday + timedelta(days=number)

    def at(self, day: int, clock: str, zone: str = BERLIN) -> datetime:
        """The instant at which a clock in ``zone`` shows ``clock`` ("15:30") on that weekday."""
        local = datetime.combine(self.day(day), time.fromisoformat(clock))
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def span(
        self, day: int, clock: str, minutes: int, zone: str = BERLIN
    ) -> tuple[datetime, datetime]:
        """From that instant on, for so many minutes."""
        start = self.at(day, clock, zone)
        return start, start + timedelta(minutes=minutes)

    @property
    def begins(self) -> datetime:
        """Monday's midnight in Berlin."""
        return self.at(MON, "00:00")

    @property
    def ends(self) -> datetime:
        """The midnight after Friday in Berlin."""
        return self.at(FRI + 1, "00:00")
