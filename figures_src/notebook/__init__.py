"""The laboratory notebook: from the registry and the records to the Markdown that MkDocs reads."""
