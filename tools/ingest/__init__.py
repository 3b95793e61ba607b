"""Every way into the lake: sources, checks, and the resolver of names to symbols."""
