"""Pure helpers for authors of CTI protocols."""
