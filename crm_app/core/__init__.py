"""What every room stands on: settings, database, clock, errors, access, facts, jobs, words."""
