"""Sphinx's settings for the site of the course; `site.build` copies this folder."""

project = "anomaly-labs"
author = "The anomaly-labs authors"
project_copyright = "The anomaly-labs authors, Apache License 2.0"
language = "en"
extensions = ["myst_nb", "anomaly_desk.publish.site.formulas"]

nb_execution_mode = "off"  # the notebooks come executed, without answers
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "anomaly-labs"
html_logo = "_static/logo.svg"
html_favicon = "_static/logo.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "drawn"
html_show_search_summary = False  # it fetches pages, which browsers refuse for files
html_copy_source = False  # sources of pages hold outputs twice
html_show_sourcelink = False
html_use_index = False
html_domain_indices = False
