"""Models that turn features into scores, and the splits that keep training and testing apart."""
