"""Who is due → candidates → features → selection → snapshot; and why a paper was or was not in a digest."""
