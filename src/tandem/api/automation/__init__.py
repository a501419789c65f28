"""The API of automation."""
