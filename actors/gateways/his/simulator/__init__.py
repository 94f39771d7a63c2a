"""A HIS that is not there: a process of its own with a database of its own.

It speaks the JSON form of the front-end platforms and behaves like the real ones,
slow, failing, forgetful and wrong, whenever it is told to. It shares no code with
the adapter, so that a mistake is not made twice alike.
"""
