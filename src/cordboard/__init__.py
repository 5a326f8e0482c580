"""Cordboard joins any contact-centre platform to any CRM page."""
