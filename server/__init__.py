"""Lectern: a headless "ask the docs" server. Start reading at `server/app.py`."""
