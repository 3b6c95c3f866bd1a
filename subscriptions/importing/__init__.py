"""Import of address lists from files: read, checked, and imported with the consent each line proves, or asked for."""
