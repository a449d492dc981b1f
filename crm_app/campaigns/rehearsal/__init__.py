"""A campaign run on a pretend clock, with nothing sent (CAM-7)."""
