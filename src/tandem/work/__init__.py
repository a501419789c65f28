"""Work items, their types, workflow, links, calendars, sprints and baselines."""
