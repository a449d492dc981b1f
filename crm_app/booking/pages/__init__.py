"""The HTML of the booking pages: builders that take small values and give elements, nothing else."""
