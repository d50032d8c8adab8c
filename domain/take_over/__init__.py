"""Taking over patients from another system: one row of text a patient becomes the commands that record her."""
