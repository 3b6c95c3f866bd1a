"""Is the service set up right and does it do its work: one file for each kind of check, and what each says."""
