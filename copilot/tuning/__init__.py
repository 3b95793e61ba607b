"""How the adapter of the embedded model is made: pairs from the phrase books, training, export."""
