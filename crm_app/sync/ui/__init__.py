"""The page on which people connect their calendars and see how the connections are."""
