"""The lake on Amazon Web Services; nothing here is loaded by an embedded run."""
