"""Results as people read them: values in, markdown, SVG or PNG out. Nothing here knows Prefect or the log."""
