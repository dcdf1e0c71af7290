"""A seeded generator of nasty received files with a ledger of what was done to them and what must come out.

It shares no code with the cleaning it tries: the clean records, their spellings, the traps and the truth are its own.
"""
