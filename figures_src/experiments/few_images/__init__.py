"""What the experiments E5 on few images share: the small network, its arms at several rates, each at its own best."""
