"""The web server beside the daemon: in a thread of its own, with a stop of its own."""

from __future__ import annotations

import errno
import logging
import socket
import threading

import uvicorn

from deadline_guard.app import App
from deadline_guard.config import Web
from deadline_guard.core.text import Text
from deadline_guard.errors import ConfigError
from deadline_guard.web.site import site

log = logging.getLogger(__name__)
CONNECTIONS = 200
STOP_SECONDS = 5


class Server:
    """Serves the pages of one office from :meth:`start` to :meth:`stop`."""

    def __init__(self, app: App, web: Web) -> None:
        """Take the port at once, so that one in use is an error before anything runs; raises ConfigError."""
        self._socket = _bound(web)
        self.port: int = self._socket.getsockname()[1]
        self._where = f"http://{web.host}:{self.port}"
        config = uvicorn.Config(
            site(app),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,  # an address is what lets somebody answer; it belongs into no log
            server_header=False,
            proxy_headers=True,  # from a proxy on this machine
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()
        log.info("pages at %s", self._where)

    def stop(self) -> None:
        """Finish what is under way, at most a few seconds, and give the port back."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS * 2)
        self._socket.close()

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except Exception:
            log.exception("the web server ended; warnings go on without their pages")


def _bound(web: Web) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((web.host, web.port))
        made.listen(CONNECTIONS)  # whoever comes before the first answer waits, rather than being refused
    except OSError as error:
        made.close()
        raise ConfigError(_refused(web, error)) from None
    return made


def _refused(web: Web, error: OSError) -> Text:
    if error.errno == errno.EADDRINUSE:
        return Text(
            f"web: {web.host}:{web.port} is in use by another program; stop that one or set another web.port",
            f"web:{web.host}:{web.port} 已被其他程序占用;请停止该程序或更换 web.port",
        )
    return Text(
        f"web: cannot listen on {web.host}:{web.port} ({error.strerror or error}); set web.host to an address of this "
        "machine and web.port to a port that this user may use",
        f"web:无法监听 {web.host}:{web.port}({error.strerror or error});请将 web.host 设为本机地址,"
        "将 web.port 设为当前用户可用的端口",
    )
