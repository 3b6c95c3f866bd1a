"""A day's papers: drafting, changing, undoing, publishing."""
