"""How far estimates and their intervals can be trusted: a light programme, fits by the thousand, their summary."""
