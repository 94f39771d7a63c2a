"""The actor system: references, mailboxes, activations, timers, followers, feeds."""
