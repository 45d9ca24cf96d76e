"""What is watched: figures, model and registry, each rule with its numbers and a verdict."""
