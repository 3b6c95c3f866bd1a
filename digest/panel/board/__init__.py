"""The board of an edition: candidates at the left, the edition at the right."""
