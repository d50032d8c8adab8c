"""The projections in one place: each file answers one question someone asks of the trial."""
