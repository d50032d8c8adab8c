"""Survival analysis of the trial: numbers in, frozen results out. Nothing here reads a file, a log or a clock.

survival_table.py       the numbers analysed, checked
table_reading.py        the same numbers from comma-separated text
risk_table.py           who was at risk, had the event or left, at each distinct time
two_arms.py             the same of both arms, at each time of an event
lifelines_estimates.py  the only module that imports lifelines
wald.py                 limits and p values, and the signs of non-inferiority
kaplan_meier.py, survival_difference.py, restricted_mean.py, follow_up_time.py      estimates on survival
partial_likelihood.py   Efron's likelihood of the hazard ratio, from which come
hazard_ratio.py, likelihood_tests.py, stratified.py, proportional_hazards.py        estimates on hazards, beside
log_rank.py, verdict.py
competing_risks.py      causes told apart: cumulative_incidence.py, gray_test.py
result.py               the results, as they are printed: survival_results.py, hazard_results.py, frozen_result.py
analyse.py              all of it for one table
"""
