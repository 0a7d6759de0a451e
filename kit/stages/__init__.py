"""The stages of the cycle, one module each, in the order in which `kit.cycle.reconcile` names them.

    collect    what learners fetched and handed in → archive, ledger
    grade      what waits → gradebook, autograded notebook, feedback, ledger
    decide     evidence nobody decided on → ledger
    grant      what should be granted → ledger, exchange
    answer     where each learner stands → exchange

Each stage reads what is to be done from the records, does it, and adds the events; killed at any point and run again,
it comes to the same end.
"""
