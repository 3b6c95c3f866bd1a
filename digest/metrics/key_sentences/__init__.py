"""How well the key sentence of an abstract is chosen, compared with known methods; and training of the choice."""
