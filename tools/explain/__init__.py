"""Why an experiment did what it did: its features, how steadily they mattered, its positions, in plain words."""
