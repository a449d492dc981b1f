"""Google's contacts, People API version 1: https://developers.google.com/people.

An entry of the address book is a person with a source of the type CONTACT. Nothing but that source is
read or written: what Google knows of a person from his own profile stays his.
"""
