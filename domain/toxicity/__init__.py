"""Toxicity: the terms and grades of its scales, and what a patient's gradings amount to."""
