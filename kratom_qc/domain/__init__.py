"""The nouns of kratom_qc. Frozen, slotted, no I/O, no pandas, no clock.

One idea carries everything: a laboratory number is an interval, a limit is an interval, and a
finding is how the first lies in the second.
"""
