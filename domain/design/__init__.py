"""The design of the trial told honestly: what its sample size delivers, and what has come in of it. No clock, no file.

scenario.py            what is taken to be true: hazards, accrual, follow-up, drop-out
event_probability.py   who is expected to have the event while followed
sample_size.py         events and patients needed, by four formulas
power.py               what a given number of patients shows, by either criterion
running.py             information of the running trial: conditional power
forecast.py            when the last patient and the last event needed are to be expected
design_report.py       all of it in plain words
"""
