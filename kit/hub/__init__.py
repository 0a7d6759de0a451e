"""`kit hub-service`: the course as a JupyterHub service. docs/hub.md says how it is set up."""
