"""The site: ``python -m sphinx -W -n -c specs/site . build/site``.

Its source is the whole repository, so that README and the chapters are pages where they lie,
with the links that they have; the guides and the reference are in this folder.
"""

import sys
from pathlib import Path

from fairlot import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "fairlot"
author = "the authors of fairlot"
version = release = __version__

root_doc = "specs/site/index"
include_patterns = ["*.md", "specs/**", "tests/EXTERNAL.md", "tests/vectors/README.md"]
templates_path = ["templates"]
html_additional_pages = {"index": "to_index.html"}
html_theme = "furo"
html_title = f"fairlot {release}"
html_show_copyright = False
html_copy_source = False

extensions = ["myst_parser", "sphinx.ext.autodoc", "site_extension"]
nitpicky = True
# The types of py_arkworks_bls12381 say that they were Python's own.
nitpick_ignore = [("py:class", "G1Point"), ("py:class", "G2Point")]
myst_heading_anchors = 3
autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
