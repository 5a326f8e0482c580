"""Cordboard's own protocol: REST and WebSocket for pages, and hubs linked to hubs."""
