"""Sphinx's settings for a site; `site.build` copies this folder, and adds whose it is."""

language = "en"
extensions = ["myst_nb", "anomaly_desk.publish.site.formulas"]

nb_execution_mode = "off"  # the notebooks come executed, without answers
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
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
