"""The demonstration laboratory: a real FHIR R4 service on loopback that runs no test and tells no truth.

It stands in for the hospital's genomic laboratory in the demo and in the tests, and can be told to be slow, to fail,
to lose its answers, to report twice, out of order, for the wrong patient, corrected, or in error. It counts every
order, so that a check can prove that each exists exactly once. Start it with `python -m deployments.laboratory`.
"""

from deployments.laboratory.faults import Fault
from deployments.laboratory.serving import DemonstrationLaboratory, Tally

__all__ = ["DemonstrationLaboratory", "Fault", "Tally"]
