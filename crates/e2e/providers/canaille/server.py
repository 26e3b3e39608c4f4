"""An OpenID provider on this machine, Canaille: server.py REDIRECT_URI

Prints its issuer once it listens, and ends with its standard input.
"""

import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


server = make_server("127.0.0.1", 0, None, handler_class=Quiet)
host = f"127.0.0.1:{server.server_port}"
app = create_app(
    {"SECRET_KEY": "only for tests", "SERVER_NAME": host, "PREFERRED_URL_SCHEME": "http"}
)
with app.app_context():
    Backend.instance.save(
        models.User(
            user_name="ada",
            family_name="Lovelace",
            emails=["ada@example.com"],
            password="lovelace",
        )
    )
    client = models.Client(
        client_id="public",
        client_name="tokens",
        grant_types=["authorization_code", "refresh_token"],
        redirect_uris=[sys.argv[1]],
        response_types=["code"],
        scope=["openid", "email"],
        token_endpoint_auth_method="none",
    )
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)
server.set_app(app)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://{host}", flush=True)
sys.stdin.read()
