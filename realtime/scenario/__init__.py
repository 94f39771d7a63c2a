"""A hospital's rules as examples: files that are read, run on the clinic's own
engine under a virtual clock, and told with what differs. See docs/scenarios.md."""
