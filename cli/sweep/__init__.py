"""`cancel list` and `cancel all`: what is open, and all of it gone."""
