"""Lists as files: CSV, XLSX and calendars, written a part at a time."""
