"""How days and hours are written where no format is named, by language."""
