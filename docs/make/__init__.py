"""Makes what the docs have from the program itself: `python -m docs.make` writes all of it anew."""
