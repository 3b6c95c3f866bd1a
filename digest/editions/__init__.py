"""A day's papers: drafted, changed, undone, published."""
