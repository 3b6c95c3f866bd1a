"""Management commands, and the code they need."""
