"""How each kind of skill is carried out: a file a kind, each a function of the order and the run's id."""
