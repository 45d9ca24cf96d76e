"""The model in the registry: what is stored, how it is loaded again, which version is the champion."""
