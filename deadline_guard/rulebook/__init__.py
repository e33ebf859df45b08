"""YAML text → core values: strict reading, every problem at once with file:line:column, lint, JSON Schema."""
