"""Files of other tools: read, previewed, applied through the actions, reported."""
