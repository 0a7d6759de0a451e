"""What runs where submissions run: the warm parent, the learner's process, the judge.

`__main__` is started as a script by the interpreter that grades, in which the package `kit` need not be in reach: these
modules import nothing but the standard library, IPython, numpy, pandas and each other. No test source is stored here.
"""
