"""Who is due → candidates → features → selection → snapshot; and why a paper came or not."""
