"""The HTTP edge: identity, the doors of all protocols, sockets, static pages. What no protocol has to think of is enforced here."""
