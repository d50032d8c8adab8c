"""Other people's protocols in our words: the laboratory's FHIR and the mail and chat channels. Knows no Prefect."""
