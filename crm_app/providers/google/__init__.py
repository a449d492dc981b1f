"""Google: its calendars (API version 3, https://developers.google.com/workspace/calendar/api) and, in
``people``, its contacts.

What Google keeps of events as JSON is iCalendar for the rest of Tandem, in both directions.
"""
