"""Which candidates to start, and when, under budget and capacity: plan, bound, prices, reasons."""
