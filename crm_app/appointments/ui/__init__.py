"""The calendar page and the pages that configure calendars and teams."""
