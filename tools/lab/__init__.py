"""The feature lab: features are written down, proved not to look ahead, and only then kept."""
