"""The board of an edition: candidates on the left, the edition on the right."""
