"""The agent on a kiosk's computer: its devices, for the page in its browser.

::

    browser ── localhost WebSocket ── door ─┬─ floor ──── drivers (devices/)
                                            └─ printing ─ spool (SQLite)
    server  ── houzhen.v1 ─────────── uplink

The page is the one that speaks for the patient; the agent only reads, prints and tells.
What a card says is never written down here. Of a slip nothing stays once it is printed
or given up.
"""
