"""The events' home: append, load, followers' cursors, wake-ups, keys."""
