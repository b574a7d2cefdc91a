"""The five cancel commands: from ids to exit code."""
