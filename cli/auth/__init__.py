"""`cancel auth`: the three verbs for credentials."""
