"""What programs that watch ours ask for."""
