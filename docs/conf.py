"""How Sphinx builds the manual: `python -m sphinx -W -b html docs build/manual`."""

from importlib.metadata import version as installed

project = "Supply chain planner"
author = "the authors of the supply chain planner"
release = version = installed("supply-chain-planner")
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["build"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
html_theme = "furo"
html_title = f"Supply chain planner {release}"
html_show_sphinx = False
