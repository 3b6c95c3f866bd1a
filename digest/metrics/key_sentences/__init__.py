"""How well the key sentence of an abstract is chosen, beside the known ways; and how the choice is learned."""
