"""Who gets mail, of what, with whose consent."""
