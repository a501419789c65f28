"""Plans that respect capacity: the model, the search, the proof, the check, the reasons."""
