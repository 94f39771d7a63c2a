"""The patient index: who somebody is, by whichever card they hold. One person, one
record; details sealed under a key of the patient's own."""
