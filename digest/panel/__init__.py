"""The curation panel: where a curator makes the day, and where one sees that the service works."""
