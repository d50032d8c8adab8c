"""Allocation: a list that is fixed before the first patient, drawn from place by place, and proved by anybody.

generator.py        the specified random generator
design.py           how a list is made: scheme and capacity
schemes.py          what stands at each place: simple, permuted blocks, big stick, urn; under minimisation a chance
minimisation.py     which arm a chance gives a patient: Pocock and Simon
allocation_list.py  the secret list: its commitment, and one place revealed with its proof
record.py           what is on record: the lists committed one after the other, and the places drawn
proving.py          every allocation held against its list
predictability.py   how well the next arm could be guessed
"""
