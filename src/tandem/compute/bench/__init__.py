"""The figures that we publish about this room: each beside its reference, measured in the same run."""
