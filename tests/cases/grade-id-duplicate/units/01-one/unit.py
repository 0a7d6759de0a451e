# %% [markdown]
# # Unit 01-one

# %% [markdown] tags=["instruction"]
# How numbers are added.

# %% tags=["variants"]
variants = {'a': {'n': 10}, 'b': {'n': 20}, 'c': {'n': 30}, 'd': {'n': 40}}

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-1-answer"}
### BEGIN SOLUTION
adding_1 = {{n}} + 1
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-1"}
assert "adding_1" in globals(), "There is no name adding_1 yet."
assert adding_1 == {{n}} + 1, f"adding_1 should be another number than {adding_1!r}."
### BEGIN HIDDEN TESTS
assert type(adding_1) is int, "It should be a whole number."
### END HIDDEN TESTS

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-2-answer"}
### BEGIN SOLUTION
adding_2 = {{n}} + 2
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-1"}
assert "adding_2" in globals(), "There is no name adding_2 yet."
assert adding_2 == {{n}} + 2, f"adding_2 should be another number than {adding_2!r}."
### BEGIN HIDDEN TESTS
assert type(adding_2) is int, "It should be a whole number."
### END HIDDEN TESTS

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-3-answer"}
### BEGIN SOLUTION
adding_3 = {{n}} + 3
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-3"}
assert "adding_3" in globals(), "There is no name adding_3 yet."
assert adding_3 == {{n}} + 3, f"adding_3 should be another number than {adding_3!r}."
### BEGIN HIDDEN TESTS
assert type(adding_3) is int, "It should be a whole number."
### END HIDDEN TESTS

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-4-answer"}
### BEGIN SOLUTION
adding_4 = {{n}} + 4
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-4"}
assert "adding_4" in globals(), "There is no name adding_4 yet."
assert adding_4 == {{n}} + 4, f"adding_4 should be another number than {adding_4!r}."
### BEGIN HIDDEN TESTS
assert type(adding_4) is int, "It should be a whole number."
### END HIDDEN TESTS
