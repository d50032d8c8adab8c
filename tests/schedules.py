"""Follow-up as the usual patient of the tests has it: Table 1 from the end of her radiotherapy on 2021-02-19."""

from datetime import date

from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from tests.facts import RADIOTHERAPY_END

TABLE_1 = set_out(Anchor("radiotherapy-completed", date.fromisoformat(RADIOTHERAPY_END)), EDITION)
