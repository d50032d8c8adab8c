"""The questions that edition 2.0 leaves open: its register, PQ-01 to PQ-43, then the engine's own."""

from domain.protocol.question import Question

_ENTRY = (
    Question(
        "PQ-01",
        "A",
        "Exclusion 12 joins 'surgery to radiotherapy over 3 months' and 'chemotherapy to radiotherapy over 8 weeks' "
        "with 'or', which would exclude most patients given chemotherapy",
        ("conditional", "either"),
        ("EC12",),
    ),
    Question(
        "PQ-02",
        "A",
        "pT1-2 stands in the title, not among the inclusion criteria",
        ("enforce", "ignore"),
        ("DR01",),
    ),
    Question(
        "PQ-03",
        "A",
        "'At least two' risk factors (paper) or 'more than 2' (registry)",
        (">=2", ">2"),
        ("IC04",),
    ),
    Question(
        "PQ-04",
        "A",
        "Is a score of exactly 44 low (methods) or undefined (background)?",
        ("<=44", "<44"),
        ("DR02", "GENOMIC"),
    ),
    Question(
        "PQ-14",
        "A",
        "The list of exempt malignancies calls lobular carcinoma in situ 'non-breast', and no criterion speaks of an "
        "earlier breast cancer",
        ("ask-the-site", "earlier-breast-cancer-excludes"),
        ("EC06",),
    ),
    Question(
        "PQ-15",
        "B",
        "Contraception 'for up to 1 month before enrolling': at least or at most a month, and during radiotherapy?",
        ("at-least-a-month", "at-most-a-month"),
        ("IC10",),
        only_default="the form asks whether contraception was used for a month or more; nothing shorter is on record",
    ),
    Question(
        "PQ-16",
        "C",
        "An unresectable primary is excluded, though surgery with a negative margin is required anyway",
        ("keep", "drop"),
        ("EC11",),
    ),
    Question(
        "PQ-17",
        "A",
        "ECOG 2 or better 'or' Karnofsky 70 or better are not equivalent: is one enough, or must all recorded hold?",
        ("either", "both"),
        ("IC06",),
    ),
    Question(
        "PQ-26",
        "B",
        "Consent before randomisation is described, consent to the genomic test is not",
        ("two-consents", "one-consent"),
        ("IC11", "PQ-26"),
    ),
    Question(
        "PQ-29",
        "A",
        "Clinically and genomically high-risk patients: irradiation with internal mammary nodes is recommended, their "
        "follow-up is not described",
        ("not-followed", "registry-stratum"),
        ("GENOMIC-HIGH",),
    ),
)

_TREATMENT = (
    Question(
        "PQ-05",
        "A",
        "A maximum below 120 % of the prescription, while the boost alone brings 126.7 % or 120.0 % of the main one",
        ("per-phase", "composite"),
        ("PTV",),
    ),
    Question(
        "PQ-30",
        "B",
        "The dose to the nodes is only implied",
        ("as-chest-wall-or-breast", "unstated"),
        ("RT",),
        no_rule="a plan holds one dose for chest wall or breast and nodes; none of the nodes alone is recorded",
    ),
    Question(
        "PQ-31",
        "B",
        "'95 % of the PTV covers 100 % of the dose' is the wrong way round",
        ("V100>=95", "D100>=95"),
        ("PTV",),
    ),
    Question(
        "PQ-32",
        "B",
        "Is the action level of cone-beam CT at or above 5 mm? (Recorded is the largest shift on an axis.)",
        (">5mm-any-axis", ">=5mm-any-axis"),
        ("CBCT", "SHIFT"),
    ),
    Question(
        "PQ-33",
        "B",
        "The first 20 'enrolled': consented or randomised, and checked before the first fraction?",
        ("randomised", "consented"),
        ("PLAN-QA",),
        only_default="plans are counted by the number of randomisation; the order of consents is not numbered",
    ),
)

_FOLLOW_UP = (
    Question(
        "PQ-18",
        "B",
        "'Every 6 months within 2 years; every 6 months for the first 5 years' says the same twice: 3-monthly meant?",
        ("table", "quarterly-within-2-years"),
        ("TABLE-1",),
    ),
    Question(
        "PQ-19",
        "B",
        "The text has visits at 30, 42 and 54 months, Table 1 has none",
        ("table", "with-30-42-54-months"),
        ("TABLE-1",),
    ),
    Question(
        "PQ-20",
        "C",
        "First visit after '1 month' (text) or '4w' (Table 1)",
        ("28-days", "1-month"),
        ("4w",),
    ),
    Question(
        "PQ-21",
        "B",
        "Follow-up 'until death or drop out', 'at least 5 years', 'then annually', or as in Table 1 up to 5 years",
        ("then-yearly", "ends-at-5-years"),
        ("TABLE-1",),
    ),
    Question(
        "PQ-22",
        "B",
        "Toxicity is assessed at every visit, but has no row in Table 1",
        ("every-visit", "table-only"),
        ("TABLE-1", "TOXICITY"),
    ),
    Question(
        "PQ-23",
        "B",
        "Liver and renal function, liver ultrasound and breast MRI are baseline items without a row in Table 1",
        ("baseline-only", "every-visit"),
        ("BASELINE", "TABLE-1"),
    ),
    Question(
        "PQ-24",
        "B",
        "Mammography is in Table 1, not in the baseline list, and impossible on the side of a mastectomy",
        ("remaining-breast-tissue", "both-sides"),
        ("TABLE-1",),
        no_rule="an assessment names no side, so one mammography is one entry, of whichever breast there is",
    ),
    Question(
        "PQ-34",
        "B",
        "CTCAE 3.0 of 2006 while later versions exist; which scale for which toxicity?",
        ("both-scales", "CTCAE-only"),
        ("TOXICITY",),
        no_rule="either scale can be recorded at any visit, with its version; no rule asks for one of them",
    ),
)

_OUTCOMES = (
    Question(
        "PQ-06",
        "A",
        "Is the primary outcome 5-year (hypothesis) or 2-year (limitations) event-free survival?",
        ("5-year", "2-year"),
        ("EFS",),
    ),
    Question(
        "PQ-07",
        "A",
        "The margin is a hazard ratio of 2.30, 91 to 81 % (2.234), or 10 points; 2.30 at 91 % is 10.5 points",
        ("hazard-ratio-2.30", "difference-10-points"),
        ("MARGIN",),
    ),
    Question(
        "PQ-08",
        "A",
        "208 patients cannot be reproduced: 45.3 events are needed, 208 patients give 22.2",
        ("show-information", "trust-208"),
        ("SAMPLE-SIZE",),
    ),
    Question(
        "PQ-09",
        "A",
        "Are 81 % at 5 years in the experimental arm expected, or the most that is tolerated?",
        ("tolerated", "expected"),
        ("MARGIN", "SAMPLE-SIZE"),
    ),
    Question(
        "PQ-10",
        "A",
        "Only breast cancer deaths are events, yet Kaplan-Meier and log-rank are stated: what are other deaths?",
        ("competing", "independent-censoring"),
        ("EFS",),
    ),
    Question(
        "PQ-11",
        "A",
        "Is death an event of locoregional recurrence-free survival?",
        ("interval", "survival"),
        ("LRRFS",),
    ),
    Question(
        "PQ-12",
        "A",
        "Does ductal carcinoma in situ, of either breast, count as an event? (For pN1mi see PQ-45.)",
        ("invasive-only", "dcis-counts"),
        ("EFS",),
    ),
    Question(
        "PQ-13",
        "A",
        "Only intention to treat is named, though non-inferiority asks for per protocol too",
        ("both", "intention-to-treat-only"),
        ("POPULATIONS",),
    ),
    Question(
        "PQ-35",
        "A",
        "Is a death of unknown cause a breast cancer death?",
        ("unknown-is-other", "unknown-is-breast-cancer"),
        ("EFS",),
    ),
    Question(
        "PQ-36",
        "B",
        "Recurrence is 'confirmed whenever possible': dated by the first evidence or by the biopsy?",
        ("first-evidence", "confirmation"),
        ("EFS", "LRRFS"),
    ),
    Question(
        "PQ-41",
        "B",
        "The conclusion compares 'survival and toxicity', but toxicity is no listed endpoint",
        ("descriptive-as-treated", "compared"),
        ("TOXICITY",),
        only_default="no test compares toxicity between the arms; it is described as treated",
    ),
    Question(
        "PQ-42",
        "B",
        "The log-rank test of the secondary endpoints is a test of superiority",
        ("labelled-superiority", "non-inferiority"),
        ("LRRFS", "OS"),
    ),
)

_CONDUCT = (
    Question(
        "PQ-25",
        "B",
        "Randomisation by a random number of SPSS 21: no strata, no blocks, no concealment, yet '1:1'",
        ("scheme-as-data", "simple-uncommitted"),
        ("RANDOMISATION",),
        only_default="no allocation is drawn from a list that was not committed before",
    ),
    Question(
        "PQ-27",
        "B",
        "Version 2.0 is of 'December 2020', the first patient of 2020-12-10; its approval is undated",
        ("activation-date-needed", "assume-first-patient"),
        ("EDITION",),
        no_rule="the first edition reaches every patient, whatever day it came into force; later ones need their day",
    ),
    Question(
        "PQ-28",
        "B",
        "'Phase II' (title) or 'Not Applicable' (registry)",
        ("none", "phase-ii"),
        ("EDITION",),
        no_rule="the phase is wording of the registration",
    ),
    Question(
        "PQ-37",
        "B",
        "No interim analysis, monitoring board or stopping rule is described",
        ("none-planned", "board-decides"),
        ("SAMPLE-SIZE",),
        no_rule="nothing is stopped by the engine; a board may ask for an analysis at any data cut",
    ),
    Question(
        "PQ-38",
        "B",
        "From 208 to 214 'to compensate for eligible patients'",
        ("ineligible-or-lost", "eligible"),
        ("SAMPLE-SIZE",),
        no_rule="it says why 214 are recruited, and no rule computes with the reason",
    ),
    Question(
        "PQ-39",
        "C",
        "An 18-gene score of a 28-gene test",
        ("18-gene-score", "28-gene-score"),
        ("GENOMIC",),
        only_default="reports hold the 18-gene score by name, and no score of 28 genes",
    ),
    Question(
        "PQ-40",
        "C",
        "'HR' is hazard ratio and hormone receptor",
        ("never-abbreviated", "by-context"),
        ("EDITION",),
        no_rule="the engine writes both out",
    ),
    Question(
        "PQ-43",
        "C",
        "'Histology of cardiovascular disease', 'EORCT', '685,00', 'NCT04 517266'",
        ("normalised", "as-printed"),
        ("EDITION",),
        no_rule="misprints of the paper; identifiers are held in their right form",
    ),
)

_OWN = (
    Question(
        "PQ-44",
        "A",
        "Does a distant metastasis or a contralateral cancer end the observation of locoregional recurrence, or does a "
        "later locoregional recurrence still count? (The engine's own question: the register ends at PQ-43.)",
        ("other-cancer-ends-observation", "later-recurrence-counts"),
        ("LRRFS",),
    ),
    Question(
        "PQ-45",
        "A",
        "Are 1 to 3 micrometastases (pN1mi) 'pN1'? (The engine's own question, split from PQ-12.)",
        ("pn1mi-eligible", "pn1mi-not-eligible"),
        ("IC03",),
    ),
)

QUESTIONS: tuple[Question, ...] = tuple(sorted((*_ENTRY, *_TREATMENT, *_FOLLOW_UP, *_OUTCOMES, *_CONDUCT, *_OWN)))
