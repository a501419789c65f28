"""Why we do it: objectives and what contributes to them."""
