"""The same scores as nbgrader on honest work, cell by cell, and every deliberate difference by name."""
