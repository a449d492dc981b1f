"""The HTML of the public forms: builders that take small values and give elements, nothing else."""
