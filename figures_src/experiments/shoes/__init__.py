"""Experiment E4: shoe or not, when sneakers alone were learnt."""
