"""How the hospital is laid out: its clinics, rules, areas, screens, words. One plan."""
