"""The contact list and the contact's card."""
