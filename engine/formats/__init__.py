"""What is promised to others: labels, bundle, recording, wire."""
