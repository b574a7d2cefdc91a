"""ordercancel: cancel an order, and know that it is cancelled. The command is in `__main__`."""

__version__ = "0.2.0"
