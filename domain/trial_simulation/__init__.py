"""Thousands of whole trials at once, as numbers alone, to count how often each criterion is met.

The other simulation, `domain.simulation`, lives through one trial patient by patient; this one draws times.

drawing.py          times to the event, drop-out and entry of a batch of trials
event_rows.py       the batch sorted by time and reduced to its events
batch_hazard.py     the hazard ratio of every trial of a batch, and its tests against the margin
batch_difference.py the difference in survival of every trial of a batch
tally.py            how often what was met, with Monte Carlo error
batches.py          which batches make a simulation, whoever computes them
"""
