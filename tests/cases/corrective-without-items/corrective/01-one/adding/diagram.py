# %% [markdown]
# adding by diagram, quite another way.
