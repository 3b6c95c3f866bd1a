"""Pages for signing up, preferences and unsubscribing."""
