"""The clock of these tests: it stands still until a test moves it."""

from tests.booking.conftest import friday

__all__ = ["friday"]
