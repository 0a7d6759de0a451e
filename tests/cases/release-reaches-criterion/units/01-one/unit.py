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
assert {{n}} > 0

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-2-answer"}
### BEGIN SOLUTION
adding_2 = {{n}} + 2
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-2"}
assert {{n}} > 0

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-3-answer"}
### BEGIN SOLUTION
adding_3 = {{n}} + 3
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-3"}
assert {{n}} > 0

# %% tags=["objective:adding"] nbgrader={"grade": false, "solution": true, "locked": false, "task": false, "schema_version": 3, "grade_id": "adding-4-answer"}
### BEGIN SOLUTION
adding_4 = {{n}} + 4
### END SOLUTION

# %% tags=["objective:adding"] nbgrader={"grade": true, "solution": false, "locked": true, "task": false, "schema_version": 3, "points": 1, "grade_id": "adding-4"}
assert {{n}} > 0
