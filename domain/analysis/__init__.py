"""Survival analysis of the trial: numbers in, frozen results out. Nothing here reads a file, a log or a clock.

survival_table.py       the numbers analysed, checked
table_reading.py        the same numbers from comma-separated text
risk_table.py           who was at risk, had the event or left, at each distinct time
lifelines_estimates.py  the only module that imports lifelines
kaplan_meier.py, log_rank.py, hazard_ratio.py, survival_difference.py, follow_up_time.py   one estimate each
result.py               the results, as they are printed
analyse.py              all of it for one table
"""
