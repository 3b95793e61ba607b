"""What every stage shares: the tool type, errors, units, paths, settings, fingerprints."""
