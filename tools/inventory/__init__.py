"""What exists in a workspace: data, features, experiments, models, tickets, snapshots, trials."""
