"""Who gets mail, about what, and with whose consent."""
