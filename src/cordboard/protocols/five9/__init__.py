"""Five9's agent and supervisor interfaces."""
