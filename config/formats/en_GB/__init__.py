"""As British English has it."""
