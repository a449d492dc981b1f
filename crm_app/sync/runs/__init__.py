"""Reading a calendar page by page, from the lease to the verdict on how it went."""
