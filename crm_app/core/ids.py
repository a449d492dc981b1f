"""Row ids as they come from outside: from a link, a browser or a program."""

# Ids are 32-bit columns; PostgreSQL refuses to compare them with a larger number.
LARGEST = 2**31 - 1


def is_id(number: int) -> bool:
    """Whether a row could have this id. What cannot is not found, rather than an error."""
    return 0 < number <= LARGEST
