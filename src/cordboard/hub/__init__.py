"""The middle: events are appended, folded and fanned out; commands are checked, recorded, dispatched and settled.

The hub knows no vendor and no page. Links are run by `cordboard.hub.driver`, sessions sit in a `cordboard.hub.seat`.
"""
