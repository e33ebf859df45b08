"""Pages: one ASGI app, plain server HTML, no script; every page works with a keyboard and at 360 pixels."""
