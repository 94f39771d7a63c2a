"""When a waiting patient is likely to be called: learnt times, and the rules ahead.

Who is next is the clinic's to say (actors/clinic/order); here the same order is walked
forward many times, with consultation times drawn from what each doctor's were.
"""
