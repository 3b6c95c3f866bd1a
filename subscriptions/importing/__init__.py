"""Lists of addresses from files: read, looked through, brought in with the consent that each line proves, or asked."""
