"""The clock of twenty-four hours, as everywhere else on our pages."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
