"""What runs inside the learner's kernel: beside learner code, so none of it is trusted with a secret that matters.

`kernel` is started as a script by the interpreter of the learner's kernel, in which the package `kit` need not exist:
these modules import nothing but the standard library, IPython and ipykernel. No test source is ever stored here.
"""
