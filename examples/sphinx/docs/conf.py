project = "Lumen"
extensions = ["myst_parser"]
html_theme = "furo"
html_baseurl = "https://docs.example.com"
html_js_files = [("https://lectern.example.com/widget.js", {"type": "module", "data-site": "pk_your_site_key"})]
html_css_files = ["lectern.css"]
html_static_path = ["_static"]
templates_path = ["../templates"]
