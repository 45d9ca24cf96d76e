"""Asking servers on the web: patiently, politely, and without a secret in any message."""
