"""What a person or a script touches: commands, options, rendering, exit codes."""
