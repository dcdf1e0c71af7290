"""The documentation site: one build a language, told apart by the tag ``ru`` (``make site``)."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "src")]

# Sphinx puts `tags` into this file's names
language = "ru" if tags.has("ru") else "en"  # type: ignore[name-defined]  # noqa: F821

project = "Рабочее место для оценки программ" if language == "ru" else "Programme evaluation workbench"
html_title = project
author = ""
extensions = ["myst_parser", "sphinx.ext.autodoc", "site_math", "site_pages", "site_docstrings"]
exclude_patterns: list[str] = []
# headings of the documents themselves are linked to by explicit names, not by slugs
myst_enable_extensions = ["colon_fence", "deflist"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"

html_theme = "furo"
html_math_renderer = "mathml"
html_static_path = [str(HERE / "static")]
templates_path = [str(HERE / "templates")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
# a page opened from the disk may not fetch others, which is what a summary would need
html_show_search_summary = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "other_language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
