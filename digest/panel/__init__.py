"""The panel: where curators put together the day's edition and operators see whether the service works."""
