# %% [markdown]
# taking by debugging, quite another way.

# %% tags=["objective:taking"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "practice-1-answer"}
### BEGIN SOLUTION
practice_1 = 0 + 1
### END SOLUTION

# %% tags=["objective:taking"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "practice-1"}
assert "practice_1" in globals(), "There is no name practice_1 yet."
assert practice_1 == 0 + 1, f"practice_1 should be another number than {practice_1!r}."
### BEGIN HIDDEN TESTS
assert type(practice_1) is int, "It should be a whole number."
### END HIDDEN TESTS
