"""The 24-hour clock, as everywhere else on our pages."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
