"""The rules that derive deviations from what stands: one module a chapter of the trial."""
