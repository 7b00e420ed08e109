"""What a running twin needs, and nothing else."""
