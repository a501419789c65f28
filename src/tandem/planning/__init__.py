"""The bridge: rows to arrays, compute, and back to rows."""
