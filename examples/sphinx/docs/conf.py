project = "Lumen"
extensions = ["myst_parser"]
html_baseurl = "https://docs.example.com"
html_js_files = [("https://lectern.example.com/static/lectern-search.js", {"type": "module"})]
templates_path = ["../templates"]
