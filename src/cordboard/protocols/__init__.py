"""The CTI protocols, one folder each; found by their entry points."""
