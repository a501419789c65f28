"""The plan, computed: plain Python and arrays. No Django, no clock, no global random, no files."""
