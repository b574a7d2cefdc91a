"""The venues: one file each, the one cancel procedure, the one transport."""
