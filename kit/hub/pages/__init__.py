"""The pages of the service: the learner's course, the instructor's cohort, one learner's record.

What they show comes as values from `kit.pages`; nothing is decided here.

- `drawing`: templates and the files that go with them
- `handlers`: HTTP
- `data`: the same as JSON
"""
