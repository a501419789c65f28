"""Tags for the sign-in library's own pages, the only Django templates in the house."""
