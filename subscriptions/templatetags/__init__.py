"""Template tags for subscriptions."""
