"""What edition 2.0 says that no rule computes with: who runs the trial, what it compares, and how harm is graded."""

from typing import NamedTuple

from domain.protocol.edition import Status


class NamedValue(NamedTuple):
    """One statement of the protocol: its id, our wording, its value, where it stands, how sure we are, what is open."""

    id: str
    wording: str
    value: str
    source: str
    status: Status
    questions: tuple[str, ...] = ()


IDENTITY = (
    NamedValue("ACRONYM", "Acronym and registration", "IMNI PRECISION, NCT04517266", "Trial registration", "verbatim"),
    NamedValue("REGISTERED", "Registered on", "2020-08-18", "Trial registration", "verbatim"),
    NamedValue(
        "SPONSOR",
        "Sponsor and only site",
        "Ruijin Hospital, Shanghai Jiao Tong University School of Medicine",
        "Trial design",
        "verbatim",
    ),
    NamedValue("ETHICS", "Ethics approval", "RJ 2020-250 of 2020-08-14", "Current trial status", "verbatim"),
    NamedValue(
        "EDITION",
        "Version of the protocol; a day and an approval date of this version are not given",
        "2.0, December 2020",
        "Current trial status",
        "verbatim",
        ("PQ-27", "PQ-28", "PQ-40", "PQ-43"),
    ),
    NamedValue("RECRUITMENT", "Recruitment began on", "2020-12-10", "Current trial status", "verbatim"),
    NamedValue("ENROLLED", "Enrolled by 2022-07-30", "75", "Current trial status", "verbatim"),
    NamedValue("DESIGN", "Design", "randomised 1:1, open-label, parallel, non-inferiority", "Trial design", "verbatim"),
    NamedValue(
        "OMIT",
        "Experimental arm",
        "chest wall or breast with supra- and infraclavicular nodes; internal mammary nodes left out",
        "Interventions",
        "verbatim",
    ),
    NamedValue(
        "IMNI",
        "Control arm",
        "the same, and the internal mammary nodes",
        "Interventions",
        "verbatim",
    ),
    NamedValue(
        "GENOMIC-HIGH",
        "Clinically and genomically high risk: not randomised",
        "irradiation with internal mammary nodes recommended",
        "Trial design",
        "verbatim",
        ("PQ-29",),
    ),
    NamedValue(
        "RANDOMISATION",
        "How patients are allocated",
        "one to one by a computer-generated random number, after consent",
        "Allocation",
        "verbatim",
        ("PQ-25",),
    ),
    NamedValue("AUDIT", "Audit until the trial is completed", "every 6 months", "Data collection", "verbatim"),
    NamedValue(
        "AMENDMENTS", "Amendments", "reviewed and approved by the ethics committee", "Data collection", "verbatim"
    ),
)

GENOMIC_TEST = (
    NamedValue(
        "ASSAY",
        "The genomic test, on formalin-fixed paraffin-embedded tumour",
        "RecurIndex: 18 cancer and 10 reference genes",
        "Background, Trial design",
        "verbatim",
        ("PQ-39",),
    ),
    NamedValue(
        "SCORES",
        "Scores kept apart by name; the threshold belongs to the 18-gene score",
        "18-gene score, RI-LR, RI-DR",
        "Trial design",
        "interpreted",
        ("PQ-39",),
    ),
)

TOXICITY = (
    NamedValue(
        "TOXICITY",
        "Acute and late toxicity is graded at every visit, in both scales; the version stands in each entry",
        "CTCAE 3.0 and RTOG",
        "Follow up",
        "verbatim",
        ("PQ-22", "PQ-34", "PQ-41"),
    ),
    NamedValue(
        "ACUTE",
        "Acute until this day after the start of radiotherapy, late after",
        "day 90",
        "Follow up",
        "interpreted",
    ),
    NamedValue(
        "CONFIRMATION",
        "A recurrence is confirmed by cytology or histology whenever possible, and dated by its first evidence",
        "first evidence later confirmed",
        "Follow up",
        "interpreted",
        ("PQ-36",),
    ),
)

SAMPLE_SIZE = (
    NamedValue(
        "SAMPLE-SIZE",
        "Patients computed and recruited",
        "208 computed, 214 recruited",
        "Power and sample size",
        "verbatim",
        ("PQ-08", "PQ-37", "PQ-38"),
    ),
    NamedValue("POWER", "Power of the test", "80 %", "Power and sample size", "verbatim"),
    NamedValue(
        "EXPECTED-EFS",
        "Event-free at 5 years: control, and the least that is tolerated",
        "91 %, 81 %",
        "Power and sample size",
        "interpreted",
        ("PQ-09",),
    ),
    NamedValue(
        "POPULATIONS",
        "Who is analysed",
        "intention to treat; per protocol beside it",
        "Statistical analysis",
        "interpreted",
        ("PQ-13",),
    ),
)
