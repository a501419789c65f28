"""Who and what does the work: roles, skills, rates, time off, bookings."""
