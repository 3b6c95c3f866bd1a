"""Template tags of the subscriptions."""
