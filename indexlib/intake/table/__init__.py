"""Tables on sheets: names, heads, figures."""
