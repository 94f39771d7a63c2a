"""The floor's health: alarms, fault tickets with their clocks, inspection rounds, the
ledger of machines and what they use up."""
