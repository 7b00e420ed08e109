"""What a proof found, as data: verify fills it, render prints it."""
