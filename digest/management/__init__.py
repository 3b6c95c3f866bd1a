"""Management of the project."""
