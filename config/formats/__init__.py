"""How days and hours are written if no format is named, by language."""
