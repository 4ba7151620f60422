"""What Lectern costs, measured as a user would: whole commands, real processes, one Markdown table each."""
