"""What the practice venues share: a book of orders that live in time, and a server on loopback."""
