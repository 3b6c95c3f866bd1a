"""Where papers come from: one file per source, each yielding PaperRecord."""
