"""The links' way over real networks: settings, trust, proxies, limits; requests, sockets and streams, each with its time-outs."""
