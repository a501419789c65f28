"""The parts of the one writer of imports, one file for each kind of record. `exchange.apply` calls them in order."""
