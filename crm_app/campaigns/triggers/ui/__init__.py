"""The pages of triggers: list, editor, log and map."""
