"""The probes of the leak firewall, one way of cheating a file."""
