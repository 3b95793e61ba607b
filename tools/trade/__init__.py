"""From a strategy's targets to a decision ticket; there is no broker here."""
